"""The OpenAPI 3.1 document, made from the route table, the models and the graphs that are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from engine.catalogue import Catalogue
from engine.document import Graph
from engine.schema import NAME, json_schema

from .filing import PICTURES
from .forms import Nothing, SubjectBody
from .named import body_schema, form_schema
from .parts import MULTIPART
from .route import JSON, Answer, Route
from .views import ErrorJson

Json = Any
REF = "#/components/schemas/"
PART = re.compile(r"\{(\w+)\}")
PARTS: Mapping[str, Mapping[str, Json]] = {
    "id": {"type": "string", "minLength": 1, "maxLength": 64},
    "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"},
    "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
}
HEADERS: Mapping[str, Mapping[str, Json]] = {
    "Idempotency-Key": {"type": "string", "pattern": "^[!-~]([ -~]{0,198}[!-~])?$"},
    "Last-Event-ID": {"type": "string", "pattern": "^[0-9]{0,16}$"},
}
REFUSALS: Mapping[int, str] = {
    400: "The request is not of the published form.",
    401: "The token is missing or wrong.",
    403: "A page of another site may not ask this.",
    408: "The body did not come in time.",
    413: "Larger than the limits at /api/limits.",
    415: "Another Content-Type, or an encoded body.",
    421: "The Host is not one of this server's names.",
    422: "Well-formed, but what it says cannot be done: every problem is listed.",
    429: "The queue is full.",
    503: "Not now; Retry-After says when to come again.",
    507: "There is no room left to write.",
}
NO_GRAPH = "There is no graph of this name, no such version, or nothing is kept."
BODY_ONLY = frozenset({408, 413, 415, 422, 507})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A graph that has a path of its own: `path` is its route's with the name filled in."""

    path: str
    name: str
    title: str
    about: str
    body: Mapping[str, Json]
    form: Mapping[str, Json]


def endpoint(folder: str, name: str, graph: Graph, catalogue: Catalogue) -> Endpoint:
    """Raises GraphError where the graph's public inputs are wrong."""
    body = body_schema(graph, catalogue)
    words = re.split(r"[^A-Za-z0-9]+", name)
    return Endpoint(
        path=f"/api/{folder}/{name}/run",
        name="run" + {"graphs": "Graph", "templates": "Template"}[folder] + _title(words),
        title=graph.title or name,
        about=graph.about,
        body=body,
        form=form_schema(body, graph, catalogue),
    )


def _title(words: Iterable[str]) -> str:
    return "_" + "_".join(word for word in words if word)


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
        "info": {
            "title": "latentgraph",
            "version": version,
            "description": "Runs graphs that make pictures. Every saved graph and every template "
            "has a path of its own whose body is typed by the graph's public inputs.",
        },
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


class Models:
    """The JSON Schemas of all bodies, queries and answers, by model."""

    def __init__(self, routes: Iterable[Route]) -> None:
        found: dict[str, tuple[str, Any]] = {"ErrorJson": ("serialization", ErrorJson)}
        for route in routes:
            for kind in (route.body, route.query):
                if kind is not None:
                    found[kind.__name__] = ("validation", kind)
            for answer in route.answers.values():
                if answer.model is not None:
                    found[_key(answer.model)] = ("serialization", answer.model)
        inputs = [(key, mode, TypeAdapter(kind)) for key, (mode, kind) in found.items()]
        by_key, shared = TypeAdapter.json_schemas(
            inputs,  # type: ignore[arg-type]
            ref_template=REF + "{model}",
        )
        self.schemas: dict[str, Json] = dict(shared.get("$defs", {}))
        self.by_key = {key: schema for (key, _), schema in by_key.items()}

    def schema(self, kind: Any) -> dict[str, Json]:
        return self.by_key[_key(kind)]

    def whole(self, kind: Any) -> dict[str, Json]:
        """A model's own schema, not a reference to it."""
        schema = self.schema(kind)
        ref = schema.get("$ref", "")
        found: dict[str, Json] = self.schemas[ref.removeprefix(REF)] if ref else schema
        return found


def _key(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)


class Operation:
    """One method of one path."""

    def __init__(
        self, route: Route, models: Models, made: Endpoint | None = None, *, token: bool = False
    ) -> None:
        self.route = route
        self.models = models
        self.made = made
        self.token = token

    def to_json(self) -> dict[str, Json]:
        route, made = self.route, self.made
        found: dict[str, Json] = {
            "operationId": made.name if made else route.name,
            "summary": made.title if made else route.summary,
            "tags": ["endpoints" if made else route.tag],
            "parameters": [*self._path(), *self._query(), *self._headers()],
            "responses": self._responses(),
        }
        about = made.about if made else route.about
        if about:
            found["description"] = about
        if route.has_body:
            found["requestBody"] = {
                "required": route.body is not Nothing,
                "content": self._content(),
            }
        if self.token:
            found["security"] = [{}] if route.public else [{"token": []}, {"session": []}]
        return found

    def _path(self) -> list[Json]:
        names = PART.findall(self.made.path if self.made else self.route.path)
        return [
            {"name": name, "in": "path", "required": True, "schema": dict(PARTS[name])}
            for name in names
        ]

    def _query(self) -> list[Json]:
        if self.route.query is None:
            return []
        schema = self.models.whole(self.route.query)
        required = schema.get("required", [])
        return [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "schema": _not_null({k: v for k, v in item.items() if k != "title"}),
                **({"description": item["description"]} if "description" in item else {}),
            }
            for name, item in schema.get("properties", {}).items()
        ]

    def _headers(self) -> list[Json]:
        return [
            {
                "name": name,
                "in": "header",
                "required": False,
                "schema": HEADERS.get(name, {"type": "string"}),
                "description": about,
            }
            for name, about in self.route.headers.items()
        ]

    def _content(self) -> dict[str, Json]:
        route = self.route
        if route.body is not None:
            return {JSON: {"schema": self.models.schema(route.body)}}
        if self.made is not None:
            return {JSON: {"schema": self.made.body}, MULTIPART: {"schema": self.made.form}}
        return {media: {"schema": _raw(media)} for media in route.takes}

    def _responses(self) -> dict[str, Json]:
        found = {
            str(status): self._response(answer) for status, answer in self.route.answers.items()
        }
        if self.route.body is not None and issubclass(self.route.body, SubjectBody):
            found.setdefault("404", self._response(Answer(NO_GRAPH, ErrorJson)))
        for status, about in REFUSALS.items():
            if status in BODY_ONLY and not self.route.has_body:
                continue
            if status == 429 and 429 not in self.route.answers:
                continue
            found.setdefault(str(status), self._response(Answer(about, ErrorJson)))
        if not self.route.has_body and PART.search(self.route.path):
            found.setdefault("422", self._response(Answer(REFUSALS[422], ErrorJson)))
        return dict(sorted(found.items()))

    def _response(self, answer: Answer) -> dict[str, Json]:
        content: dict[str, Json] = {}
        if answer.model is not None:
            content[JSON] = {"schema": self.models.schema(answer.model)}
        content |= {media: {} for media in answer.media}
        found: dict[str, Json] = {"description": answer.about}
        if content:
            found["content"] = content
        if answer.headers:
            found["headers"] = {
                name: {"description": about, "schema": {"type": "string"}}
                for name, about in answer.headers.items()
            }
        return found


def _not_null(schema: dict[str, Json]) -> dict[str, Json]:
    """A query has no null: what may be null may be left out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
    if len(kinds) == 1:
        rest = {k: v for k, v in schema.items() if k != "anyOf"}
        schema = {**rest, **kinds[0]}
    if schema.get("default", 0) is None:
        schema = {k: v for k, v in schema.items() if k != "default"}
    return schema


def _raw(media: str) -> dict[str, Json]:
    """A body that is no JSON; for a graph's generic path an object of whatever inputs it has."""
    if media == JSON:
        return {"type": "object", "propertyNames": {"pattern": NAME}}
    if media == MULTIPART:
        file = {"type": "string", "contentMediaType": PICTURES[0]}
        return {
            "type": "object",
            "properties": {"file": file},
            "propertyNames": {"pattern": NAME},
        }
    return {}


def graph_schemas() -> dict[str, Json]:
    """Format 1 as components. Which nodes there are is `/api/schema`'s subject: it may change."""
    whole = json_schema(Catalogue({}))
    shared: dict[str, Json] = whole.pop("$defs")
    shared.pop("types")
    shared["node"] = {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"type": "string"},
            "v": {"type": "integer", "minimum": 1},
            "mode": {"enum": ["mute", "bypass"]},
            "params": {"type": "object"},
            "inputs": {"type": "object"},
            "body": {"$ref": "#/$defs/nodes"},
        },
    }
    whole.pop("$schema")
    named = {f"Graph{name.capitalize()}": schema for name, schema in shared.items()}
    found: dict[str, Json] = _moved({"Graph": whole, **named})
    return found


def _moved(value: Json) -> Json:
    """The same schema with references to where its parts are now."""
    if isinstance(value, dict):
        return {
            name: f"{REF}Graph{item.removeprefix('#/$defs/').capitalize()}"
            if name == "$ref"
            else _moved(item)
            for name, item in value.items()
        }
    return [_moved(item) for item in value] if isinstance(value, list) else value
