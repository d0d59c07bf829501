"""JSON Schemas as components of the OpenAPI document: of bodies and answers, and of graph files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from engine.catalogue import Catalogue
from engine.schema import json_schema

from .route import Route
from .views import ErrorJson

Json = Any
REF = "#/components/schemas/"


class Models:
    """The JSON Schemas of all bodies, queries and answers, by model."""

    def __init__(self, routes: Iterable[Route]) -> None:
        found: dict[str, tuple[JsonSchemaMode, Any]] = {"ErrorJson": ("serialization", ErrorJson)}
        for route in routes:
            for kind in (route.body, route.query):
                if kind is not None:
                    found[kind.__name__] = ("validation", kind)
            for answer in route.answers.values():
                if answer.model is not None:
                    found[_key(answer.model)] = ("serialization", answer.model)
        inputs: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
            (key, mode, TypeAdapter(kind)) for key, (mode, kind) in found.items()
        ]
        by_key, shared = TypeAdapter.json_schemas(inputs, ref_template=REF + "{model}")
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
