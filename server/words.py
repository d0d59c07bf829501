"""Types, limits and defaults of inputs in words, for help and for the pages of nodes."""

from __future__ import annotations

import json

from engine.plain import Json, Limits, Plain
from engine.ports import Input

KINDS = {"int": "a whole number", "float": "a number", "str": "a text", "bool": "true or false"}
LONGEST = 60


def input_in_words(port: Input) -> str:
    """Type, limits, default: `a number, 0 to 1; default 0.5`."""
    if port.plain is None:
        kind = f"list of {port.type}" if port.many else port.type
        return kind if port.required else f"{kind}; optional"
    kind = plain_in_words(port.plain)
    return kind if port.required else f"{kind}; default {_value(port.default)}"


def plain_in_words(plain: Plain) -> str:
    limits = limits_in_words(plain.limits) if plain.limits else ""
    kind = _kind(plain) + (f", {limits}" if limits else "")
    return f"{kind}, or null" if plain.nullable else kind


def limits_in_words(limits: Limits) -> str:
    """`1 to 10000, a multiple of 8`."""
    parts = _range(limits.ge, limits.le)
    for bound, words in ((limits.gt, "more than"), (limits.lt, "less than")):
        parts += [f"{words} {_number(bound)}"] if bound is not None else []
    if limits.multiple_of is not None:
        parts.append(f"a multiple of {_number(limits.multiple_of)}")
    length = _range(limits.min_length, limits.max_length)
    return ", ".join(parts + [f"{part} long" for part in length])


def _kind(plain: Plain) -> str:
    if plain.kind == "enum":
        return "one of " + ", ".join(plain.values)
    if plain.kind == "list" and plain.element is not None:
        return f"a list of: {plain_in_words(plain.element)}"
    if plain.kind == "record":
        members = (f'"{item.name}": {plain_in_words(item.plain)}' for item in plain.members)
        return "{" + ", ".join(members) + "}"
    return KINDS[plain.kind]


def _range(low: float | None, high: float | None) -> list[str]:
    if low is not None and high is not None:
        return [f"{_number(low)} to {_number(high)}"]
    pairs = ((low, "at least"), (high, "at most"))
    return [f"{words} {_number(bound)}" for bound, words in pairs if bound is not None]


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def _value(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
