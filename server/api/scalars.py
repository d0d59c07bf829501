"""Numbers and texts of bodies and queries, as strict as JSON Schema and no stricter.

pydantic's lax mode takes `true` and "20" for integers, its strict mode refuses 20.0, which JSON
Schema calls an integer.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from engine.plain import MAX_INT

Json = Any
DIGITS = re.compile(r"-?[0-9]{1,16}")
SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,4})?")


class Strict(BaseModel):
    """Base of all bodies and queries: no coercion, no unknown members."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


def whole(value: Json) -> Json:
    """An integral float as the integer it is; anything else unchanged."""
    return int(value) if type(value) is float and value.is_integer() else value


def digits(value: Json) -> Json:
    """A query's text as an integer, where it is one in plain digits."""
    return int(value) if isinstance(value, str) and DIGITS.fullmatch(value) else value


def seconds(value: Json) -> Json:
    """A query's text as seconds, where it is a number as JSON writes it."""
    return float(value) if isinstance(value, str) and SECONDS.fullmatch(value) else value


def flag(value: Json) -> Json:
    """A query's text as true or false."""
    return {"true": True, "1": True, "false": False, "0": False}.get(value, value)


AS_WHOLE = BeforeValidator(whole)
"""Put after the limits: then JSON Schema has the limits, too."""
FROM_DIGITS = BeforeValidator(digits)
FROM_SECONDS = BeforeValidator(seconds)
Whole = Annotated[int, Field(ge=-MAX_INT, le=MAX_INT), AS_WHOLE]
Positive = Annotated[int, Field(ge=1, le=MAX_INT), AS_WHOLE]
PositiveDigits = Annotated[int, Field(ge=1, le=MAX_INT), FROM_DIGITS]
Flag = Annotated[
    bool,
    BeforeValidator(flag),
    WithJsonSchema({"type": "string", "enum": ["true", "false", "1", "0"]}),
]
