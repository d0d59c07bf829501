"""JSON Schema of format 1 with a catalogue folded in, for editors and for those who write files.

Says what a file looks like; what it means (types on wires, cycles, what is missing) is
`validate`'s subject. A node of an unknown type is accepted, as it is by load and save.
"""

from __future__ import annotations

from typing import Any

from .catalogue import Catalogue
from .document import FORMAT, ID
from .plainschema import json_schema as plain_schema
from .ports import Declaration, Input
from .structural import MAX_TURNS

Schema = dict[str, Any]
NAME = f"^{ID.pattern}$"
WIRE: Schema = {"$ref": "#/$defs/wire"}
WIRES: Schema = {"anyOf": [WIRE, {"type": "array", "items": WIRE, "minItems": 1}]}
TEXT: Schema = {"type": "string"}


def json_schema(catalogue: Catalogue) -> Schema:
    """JSON Schema 2020-12 of a graph file whose nodes are of these types."""
    kinds = {
        "Repeat": _loop("Repeat", {"next": _map(WIRE), "show": WIRE}),
        "Map": _loop("Map", {}),
        "Switch": _node("Switch", {"params": {"type": "object"}, "inputs": _map(WIRE, "^.+$")}),
        "Subgraph": _subgraph(),
    }
    kinds |= {name: _declared(found) for name, found in catalogue.declarations.items()}
    definition = {"format": {"const": FORMAT}, "origin": TEXT, **_face()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "latentgraph graph, format 1",
        **_object(
            {
                "format": {"const": FORMAT},
                **_face(),
                "definitions": _map({"$ref": "#/$defs/definition"}),
            },
            ["format", "nodes"],
        ),
        "$defs": {
            "wire": {"type": "string", "pattern": rf"^{ID.pattern}\.{ID.pattern}$"},
            "public": _object(
                {
                    "to": {"type": "array", "items": WIRE, "minItems": 1},
                    "title": TEXT,
                    "about": TEXT,
                },
                ["to"],
            ),
            "nodes": _map({"$ref": "#/$defs/node"}) | {"minProperties": 1},
            "definition": _object(definition, ["nodes"]),
            "node": _any_node(list(kinds)),
            "types": kinds,
        },
    }


def _object(properties: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _map(values: Schema, names: str = NAME) -> Schema:
    """An object whose names follow a pattern."""
    return {
        "type": "object",
        "propertyNames": {"pattern": names},
        "additionalProperties": values,
    }


def _face() -> Schema:
    """What a file and a definition have in common."""
    return {
        "title": TEXT,
        "about": TEXT,
        "inputs": _map({"$ref": "#/$defs/public"}),
        "outputs": _map(WIRE),
        "nodes": {"$ref": "#/$defs/nodes"},
        "view": {"type": "object"},
    }


def _any_node(known: list[str]) -> Schema:
    """A node, dispatched by its type; one of an unknown type may hold whatever any node may."""
    branches: list[Schema] = [
        {
            "if": {"properties": {"type": {"const": name}}},
            "then": {"$ref": f"#/$defs/types/{_pointer(name)}"},
        }
        for name in known
    ]
    free = _node("", _free_fields())
    branches.append({"if": {"properties": {"type": {"enum": known}}}, "else": free})
    return {"type": "object", "required": ["type"], "allOf": branches}


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _free_fields() -> Schema:
    wires = _map(WIRE)
    return {
        "graph": TEXT,
        "params": {"type": "object"},
        "inputs": {"type": "object", "additionalProperties": WIRES},
        "body": _map({"$ref": "#/$defs/node"}),
        "next": wires,
        "collect": wires,
        "show": TEXT,
    }


def _node(name: str, fields: Schema, required: tuple[str, ...] = ()) -> Schema:
    properties = {
        "type": {"const": name} if name else TEXT,
        "v": {"type": "integer", "minimum": 1},
        "mode": {"enum": ["mute", "bypass"]},
    }
    return _object(properties | fields, ["type", *required])


def _loop(name: str, own: Schema) -> Schema:
    over = {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": MAX_TURNS},
            {"type": "array", "maxItems": MAX_TURNS},
        ]
    }
    params: Schema = {"type": "object", "properties": {"over": over}}
    inputs = _map(WIRE)
    if name == "Map":
        params["additionalProperties"] = False
        inputs = _object({"over": WIRE}, [])
    fields = {"params": params, "inputs": inputs, "body": {"$ref": "#/$defs/nodes"}}
    return _node(name, fields | {"collect": _map(WIRE)} | own, ("body",))


def _subgraph() -> Schema:
    fields = {
        "graph": {"type": "string", "pattern": NAME},
        "params": _map({}),
        "inputs": _map(WIRES),
    }
    return _node("Subgraph", fields, ("graph",))


def _declared(declaration: Declaration) -> Schema:
    """A node of a declared type; names it had in older versions are accepted as well."""
    ports = declaration.inputs
    params = {name: _param(port) for name, port in ports.items() if port.plain is not None}
    inputs = {name: WIRES if port.many else WIRE for name, port in ports.items()}
    for old, new in declaration.renamed.items():
        inputs[old] = inputs[new]
        if new in params:
            params[old] = params[new]
    fields = {"params": _object(params, []), "inputs": _object(inputs, [])}
    schema = _node(declaration.type, fields)
    return {"description": declaration.summary, **schema} if declaration.summary else schema


def _param(port: Input) -> Schema:
    assert port.plain is not None
    schema = plain_schema(port.plain)
    return schema if port.required else {**schema, "default": port.default}
