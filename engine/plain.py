"""Plain types: what may be typed into a graph file as JSON, and the limits on it.

Knows nothing of nodes. A `Plain` is data, so it lives in the catalogue, is checked without
importing the node, and becomes JSON Schema.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

Json = Any
Kind = Literal["int", "float", "str", "bool", "enum", "list", "record"]
MAX_INT = 2**53 - 1
ARTICLES = {
    "int": "an integer",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "list": "a list",
    "record": "an object",
}


class BadValueError(Exception):
    """A plain value that does not fit: `code` is one of the published problem codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a number (`ge` .. `multiple_of`) or of a text's or list's length."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a record; `required` when it has no default."""

    name: str
    plain: Plain
    required: bool
    default: Json = None


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain type: `kind`, its limits, and what it is made of (enum values, element, fields)."""

    kind: Kind
    nullable: bool = False
    limits: Limits | None = None
    values: tuple[str, ...] = ()
    element: Plain | None = None
    name: str = ""
    members: tuple[Member, ...] = ()

    @property
    def type_name(self) -> str:
        """The name a wire's type is compared by: an enum is a `str`."""
        if self.kind == "list" and self.element is not None:
            return f"list[{self.element.type_name}]"
        return {"enum": "str", "record": self.name}.get(self.kind, self.kind)

    def describe(self) -> str:
        """What is wanted, in words, for a sentence."""
        if self.kind == "enum":
            return "one of " + ", ".join(self.values)
        return ARTICLES[self.kind] + (" or null" if self.nullable else "")

    def check(self, value: Json) -> Json:
        """`value` coerced to this type (20.0 is the integer 20). Raises `BadValueError`."""
        if value is None:
            if self.nullable:
                return None
            raise self._mismatch(value)
        checked = _CHECKS[self.kind](self, value)
        if self.limits is not None:
            _within(self.limits, checked)
        return checked

    def _mismatch(self, value: Json) -> BadValueError:
        return BadValueError("wrong_type", f"wants {self.describe()}, this is {shown(value)}.")


def shown(value: Json) -> str:
    """A JSON value as a sentence shows it: type and a short form."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        short = value if len(value) <= 40 else value[:37] + "..."
        return "the text " + repr(short.encode("utf-8", "replace").decode())
    if isinstance(value, int | float):
        if isinstance(value, int) and abs(value) >= 10**30:
            return "an integer of more than 30 digits"
        return f"the number {value!r}"
    return "a list" if isinstance(value, list | tuple) else "an object"


def _int(plain: Plain, value: Json) -> int:
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        if type(value) is float:
            _finite(value)
        raise plain._mismatch(value)
    if not -MAX_INT <= value <= MAX_INT:
        raise BadValueError("out_of_range", "wants an integer of at most 2^53-1, this is larger.")
    return value


def _float(plain: Plain, value: Json) -> float:
    if type(value) is int:
        if abs(value) > MAX_INT and (abs(value) > 10**300 or float(value) != value):
            raise BadValueError("out_of_range", "wants a number, this integer is beyond 2^53-1.")
        return float(value)
    if type(value) is not float:
        raise plain._mismatch(value)
    _finite(value)
    return value


def _finite(value: float) -> None:
    if not math.isfinite(value):
        raise BadValueError("bad_number", f"wants a finite number, this is {value}.")


def _str(plain: Plain, value: Json) -> str:
    if type(value) is not str:
        raise plain._mismatch(value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadValueError(
                "bad_text", "holds half of a surrogate pair, which is no character."
            ) from None
    return value


def _bool(plain: Plain, value: Json) -> bool:
    if type(value) is not bool:
        raise plain._mismatch(value)
    return value


def _enum(plain: Plain, value: Json) -> str:
    if type(value) is not str:
        raise plain._mismatch(value)
    if value not in plain.values:
        raise BadValueError("out_of_choices", f"wants {plain.describe()}; this is {shown(value)}.")
    return value


def _list(plain: Plain, value: Json) -> list[Json]:
    if not isinstance(value, list | tuple) or plain.element is None:
        raise plain._mismatch(value)
    checked = []
    for index, item in enumerate(value):
        try:
            checked.append(plain.element.check(item))
        except BadValueError as bad:
            raise BadValueError(bad.code, f"item {index} {bad.message}") from None
    return checked


def _record(plain: Plain, value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise plain._mismatch(value)
    members = {member.name: member for member in plain.members}
    for name in value:
        if name not in members:
            raise BadValueError(
                "unknown_input", f"has no field '{name}'; it has {', '.join(members)}."
            )
    checked: dict[str, Json] = {}
    for name, member in members.items():
        if name not in value:
            if member.required:
                raise BadValueError("missing_input", f"lacks the field '{name}'.")
            checked[name] = member.default
            continue
        try:
            checked[name] = member.plain.check(value[name])
        except BadValueError as bad:
            raise BadValueError(bad.code, f"field '{name}' {bad.message}") from None
    return checked


_CHECKS = {
    "int": _int,
    "float": _float,
    "str": _str,
    "bool": _bool,
    "enum": _enum,
    "list": _list,
    "record": _record,
}


def _within(limits: Limits, value: Json) -> None:
    if isinstance(value, str | list):
        _long_enough(limits, value)
        return
    if limits.ge is not None and value < limits.ge:
        raise _outside("at least", limits.ge, value)
    if limits.le is not None and value > limits.le:
        raise _outside("at most", limits.le, value)
    if limits.gt is not None and value <= limits.gt:
        raise _outside("more than", limits.gt, value)
    if limits.lt is not None and value >= limits.lt:
        raise _outside("less than", limits.lt, value)
    if limits.multiple_of is not None:
        _multiple(limits.multiple_of, value)


def _long_enough(limits: Limits, value: str | list[Json]) -> None:
    size, unit = len(value), "characters" if isinstance(value, str) else "items"
    if limits.max_length is not None and size > limits.max_length:
        message = f"takes at most {limits.max_length} {unit}, this has {size}."
        raise BadValueError("out_of_range", message)
    if limits.min_length is not None and size < limits.min_length:
        message = f"wants at least {limits.min_length} {unit}, this has {size}."
        raise BadValueError("out_of_range", message)


def _outside(words: str, bound: float, value: float) -> BadValueError:
    message = f"wants {words} {_digits(bound)}, this is {_digits(value)}."
    return BadValueError("out_of_range", message)


def _multiple(step: float, value: float) -> None:
    # Decimal texts as exact fractions: 0.3 is a multiple of 0.1, though its double is not.
    exact, unit = Fraction(str(value)), Fraction(str(step))
    if exact % unit:
        low = exact // unit * unit
        message = (
            f"wants a multiple of {_digits(step)}, this is {_digits(value)}; the nearest are "
            f"{_digits(float(low))} and {_digits(float(low + unit))}."
        )
        raise BadValueError("not_multiple_of", message)


def _digits(number: float) -> str:
    """A number as a person writes it: no `.0`, no `1e+09`."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e16:
        return str(int(number))
    return str(number)
