"""The OpenAPI 3.1 document, made from the route table, the models and the graphs that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .endpoint import Endpoint
from .operation import Operation
from .route import Route
from .schemas import REF, Models, graph_schemas

Json = Any
ABOUT = (
    "Runs graphs that make pictures. Every saved graph and every template has a path of its own "
    "whose body is typed by the graph's public inputs. POST to one with ?wait=120 and with Accept: "
    "image/png for the picture itself; without them the answer is the run, and comes at once."
)


def document(
    routes: Sequence[Route],
    endpoints: Sequence[Endpoint],
    *,
    version: str,
    token: bool,
) -> dict[str, Json]:
    """The whole document. `token`: whether this server asks for one."""
    shown = [route for route in routes if not route.quiet]
    models = Models(shown)
    paths: dict[str, dict[str, Json]] = {}
    for route in shown:
        operation = Operation(route, models, token=token).to_json()
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    by_path = {route.path: route for route in shown}
    for made in endpoints:
        route = by_path["/api/graphs/{name}/run"]
        if made.path.startswith("/api/templates/"):
            route = by_path["/api/templates/{name}/run"]
        paths[made.path] = {"post": Operation(route, models, made, token=token).to_json()}
    whole: dict[str, Json] = {
        "openapi": "3.1.0",
        "info": {"title": "latentgraph", "version": version, "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**models.schemas, **graph_schemas()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "latentgraph_session"},
            },
        },
    }
    resolved: dict[str, Json] = _with_graphs(whole)
    return resolved


def _with_graphs(value: Json) -> Json:
    """Puts the reference where a model says that a graph stands; pydantic knows no such schema."""
    if isinstance(value, dict):
        if value.get("x-graph"):
            rest = {name: item for name, item in value.items() if name in {"description"}}
            return {**rest, "$ref": f"{REF}Graph"}
        return {name: _with_graphs(item) for name, item in value.items()}
    return [_with_graphs(item) for item in value] if isinstance(value, list) else value
