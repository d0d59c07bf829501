"""Texts put together: constants, joining, replacing, filling in. Static."""

from __future__ import annotations

import re
from typing import Annotated

from engine import Field, NodeError, Widget, node

MAX_LENGTH = 50_000
Long = Annotated[str, Field(max_length=MAX_LENGTH), Widget("multiline")]
Short = Annotated[str, Field(max_length=MAX_LENGTH)]
FIELD = re.compile(r"\{([abcd])\}")


@node("Text", category="text", static=True, aliases=("String", "Prompt", "Constant"))
def text(value: Long = "") -> str:
    """A text, to be wired to several places."""
    return value


@node("TextJoin", category="text", static=True, aliases=("Concatenate", "StringConcat"))
def join(a: Long = "", b: Long = "", separator: Short = ", ") -> str:
    """Two texts with a separator between them; an empty one is left out with its separator.

    Errors: more than 50,000 characters.
    """
    return _held(separator.join(part for part in (a, b) if part))


@node("TextReplace", category="text", static=True, aliases=("StringReplace",))
def replace(text: Long, find: Short, replacement: Short = "") -> str:
    """Every `find` in the text replaced, capitals apart. An empty `find` changes nothing.

    Errors: more than 50,000 characters.
    """
    return _held(text.replace(find, replacement)) if find else text


@node("TextFormat", category="text", static=True, aliases=("Template", "StringFormat"))
def fill_in(template: Long, a: Long = "", b: Long = "", c: Long = "", d: Long = "") -> str:
    """A template with `{a}`, `{b}`, `{c}`, `{d}` filled in; other brackets stay as they are.

    Errors: more than 50,000 characters.
    """
    values = {"a": a, "b": b, "c": c, "d": d}
    return _held(FIELD.sub(lambda found: values[found[1]], template))


@node("NumberText", category="text", static=True, aliases=("NumberToString",))
def number_text(value: float, digits: Annotated[int, Field(ge=0, le=12)] = 2) -> str:
    """A number as text, with at most this many digits after the point: 7.50 becomes `7.5`."""
    fixed = f"{value:.{digits}f}"
    shown = fixed.rstrip("0").rstrip(".") if "." in fixed else fixed
    return "0" if shown == "-0" else shown


def _held(result: str) -> str:
    if len(result) > MAX_LENGTH:
        raise NodeError(
            f"The text has {len(result)} characters; at most {MAX_LENGTH} are allowed.",
            code="out_of_range",
        )
    return result
