"""What the structural nodes mean: the turns of `over`, the case of `on`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import NodeError

MAX_TURNS = 10_000


def turns_of(over: Any) -> list[Any]:
    """The items of an `over`: 0 .. n-1 for an integer. Raises NodeError beyond the limits."""
    if isinstance(over, float) and over.is_integer():
        over = int(over)
    count = over if isinstance(over, int) else len(over)
    if not 0 <= count <= MAX_TURNS:
        message = f"wants 0 to {MAX_TURNS:,} turns, this is {count:,}."
        raise NodeError(message, code="out_of_range", port="over")
    return list(range(over)) if isinstance(over, int) else list(over)


def case_of(on: Any, cases: Iterable[str]) -> str | None:
    """The name of the case that `on` picks: its text, else `default`, else None."""
    if isinstance(on, float) and on.is_integer():
        on = int(on)  # 2.0 and 2 are the same JSON
    text = ("true" if on else "false") if isinstance(on, bool) else str(on)
    names = set(cases) - {"on"}
    if text in names:
        return text
    return "default" if "default" in names else None
