"""The type on a wire, and what a typed-in value or several cases amount to. Knows no graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from .plain import Json, Plain

UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class OutType:
    """The type on a wire; `plain` where it is a plain type. `UNKNOWN` fits everything: the cause
    of not knowing is reported elsewhere, or the value is checked when it arrives."""

    name: str
    plain: Plain | None = None


NOTHING_KNOWN = OutType(UNKNOWN)


def plain_out(plain: Plain) -> OutType:
    return OutType(plain.type_name, plain)


INT = plain_out(Plain("int"))
FLOAT = plain_out(Plain("float"))
BOOL = plain_out(Plain("bool"))
STR = plain_out(Plain("str"))


def typed_in(value: Json) -> OutType:
    """The type of a value that is typed into a structural node.

    20.0 is an integer. Null, objects and lists of mixed items are of no type by themselves.
    """
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int | float):
        return INT if value == value // 1 else FLOAT
    if isinstance(value, str):
        return STR
    if isinstance(value, list | tuple) and value:
        return listed(_unified([typed_in(item) for item in value]))
    return NOTHING_KNOWN


def _unified(kinds: list[OutType]) -> OutType:
    """The one type of a list's items: integers among numbers are numbers."""
    names = {kind.name for kind in kinds}
    if len(names) == 1:
        return kinds[0]
    if names == {"int", "float"}:
        return FLOAT
    inner = [kind.plain.element for kind in kinds if kind.plain and kind.plain.element]
    if len(inner) < len(kinds):
        return NOTHING_KNOWN
    return listed(_unified([plain_out(plain) for plain in inner]))


def listed(inner: OutType) -> OutType:
    """The type of a list of such values."""
    if inner.name == UNKNOWN:
        return NOTHING_KNOWN
    plain = Plain("list", element=inner.plain) if inner.plain else None
    return OutType(f"list[{inner.name}]", plain)


class Case(NamedTuple):
    """One case of a Switch: its name, what comes, and whether that is typed in."""

    name: str
    kind: OutType
    typed: bool


def common_type(cases: Iterable[Case]) -> tuple[OutType, list[Case]]:
    """The one type that a Switch gives, and the cases of another.

    Wired cases say what the type is, typed ones only where none is wired: a typed integer is a
    number among numbers. The order of the names decides, since saving sorts them.
    """
    known = sorted((case.typed, case.name, case) for case in cases if case.kind.name != UNKNOWN)
    if not known:
        return NOTHING_KNOWN, []
    first = known[0][2]
    wanted = first.kind
    if first.typed and wanted == INT and any(case.kind == FLOAT for *_, case in known):
        wanted = FLOAT
    others = [
        case
        for *_, case in known
        if case.kind.name != wanted.name
        and not (case.typed and case.kind == INT and wanted.name == "float")
    ]
    return wanted, others


def type_of_cases(names: Iterable[str]) -> OutType:
    """What picks among such cases: bool for true and false, int for integers, else a text."""
    texts = [name for name in names if name != "default"]
    if texts and all(text in {"true", "false"} for text in texts):
        return BOOL
    if texts and all(text.removeprefix("-").isdecimal() for text in texts):
        return INT
    return STR
