"""JSON Schema of plain types."""

from __future__ import annotations

from .plain import MAX_INT, Json, Kind, Limits, Plain


def json_schema(plain: Plain) -> dict[str, Json]:
    """JSON Schema 2020-12 of a plain type."""
    schema: dict[str, Json]
    match plain.kind:
        case "enum":
            schema = {"type": "string", "enum": list(plain.values)}
        case "list":
            items = json_schema(plain.element) if plain.element else {}
            schema = {"type": "array", "items": items}
        case "record":
            schema = {
                "type": "object",
                "properties": {m.name: json_schema(m.plain) for m in plain.members},
                "required": [m.name for m in plain.members if m.required],
                "additionalProperties": False,
            }
        case kind:
            names = {"int": "integer", "float": "number", "str": "string", "bool": "boolean"}
            schema = {"type": names[kind]}
    if plain.kind == "int":
        schema |= {"minimum": -MAX_INT, "maximum": MAX_INT}
    if plain.limits is not None:
        schema |= _limits_schema(plain.kind, plain.limits)
    return {"anyOf": [schema, {"type": "null"}]} if plain.nullable else schema


def _limits_schema(kind: Kind, limits: Limits) -> dict[str, Json]:
    length = ("minItems", "maxItems") if kind == "list" else ("minLength", "maxLength")
    pairs = {
        "minimum": limits.ge,
        "exclusiveMinimum": limits.gt,
        "maximum": limits.le,
        "exclusiveMaximum": limits.lt,
        "multipleOf": limits.multiple_of,
        length[0]: limits.min_length,
        length[1]: limits.max_length,
    }
    return {name: bound for name, bound in pairs.items() if bound is not None}
