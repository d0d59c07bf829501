"""Bodies that the OpenAPI document shows: each works on a server that has just begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any
PROMPT = "a red circle on a blue background"
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAKUlEQVR42u3MQREAAAwCIJtb"
    "3RD77SAA6VEEAoFAIBAIBAKBQCAQfA8G18/waiADHKgAAAAASUVORK5CYII="
)
"""A grey square of 64 by 64."""
GRAPH: Mapping[str, Json] = {
    "format": 1,
    "title": "Sum",
    "inputs": {"a": {"to": ["sum.a"]}, "b": {"to": ["sum.b"]}},
    "outputs": {"sum": "sum.value"},
    "nodes": {"sum": {"type": "Math", "params": {"operation": "add", "a": 1, "b": 2}}},
}
VALIDATE = {"graph": GRAPH}
SAVE = {"graph": GRAPH}
SUBMIT = {"name": "txt2img", "inputs": {"prompt": PROMPT, "seed": [1, 2, 3]}, "priority": 5}
FORECAST = {"name": "txt2img", "inputs": {"prompt": PROMPT, "seed": 1, "steps": 12}}
PEEK = {
    "name": "txt2img",
    "inputs": {"prompt": PROMPT, "seed": 1},
    "wire": "denoise.latent",
    "turn": [12],
    "as": "picture",
}
NAMED = {"prompt": PROMPT, "seed": 7}
MOVE = {"first": True}
RESTORE = {"version": 1}
RENAME = {"to": "my-graph-2"}
TOKEN = {"token": "the server's token"}
TOLD = 3
"""How many of the values that an input has anyway are shown."""


def of_inputs(schema: Mapping[str, Json]) -> dict[str, Json]:
    """A body of a graph's public inputs: what must be there, and a few values of the rest."""
    inputs: Mapping[str, Mapping[str, Json]] = schema["properties"]
    must = {name: _of(inputs[name]) for name in schema["required"]}
    told = {name: each["default"] for name, each in inputs.items() if each.get("default")}
    return {**must, **dict(list(told.items())[:TOLD])}


def _of(schema: Mapping[str, Json]) -> Json:
    """A value of a type that has no default."""
    if "anyOf" in schema:
        return _of(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "integer" | "number":
            return max(0, schema.get("minimum", 0))
        case "boolean":
            return False
        case "array":
            return [_of(schema.get("items", {})) for _ in range(schema.get("minItems", 1))]
        case "object":
            return {name: _of(schema["properties"][name]) for name in schema.get("required", ())}
    return PICTURE if PICTURE_SAID in schema.get("description", "") else "a text"


PICTURE_SAID = "data:image/png;base64"
"""What the description of an image input holds."""
