"""Decisions: comparisons, true and false, and values that change at a turn. Static."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Literal

from engine import node

Comparison = Literal["<", "<=", "==", "!=", ">=", ">"]
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
GATES: dict[str, Callable[[bool, bool], bool]] = {
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
}


@node("Boolean", category="logic", static=True, aliases=("Bool", "Toggle", "Constant"))
def boolean(value: bool = False) -> bool:
    """True or false, to be wired to several places."""
    return value


@node("Compare", category="logic", static=True, aliases=("If", "Less", "Greater", "Equal"))
def compare(a: float, b: float = 0.0, op: Comparison = ">=") -> bool:
    """Compare two numbers, exactly: `a op b`. Wire it to the `on` of a Switch."""
    return COMPARISONS[op](a, b)


@node("Logic", category="logic", static=True, aliases=("And", "Or", "Xor"))
def logic(a: bool, b: bool, op: Literal["and", "or", "xor"] = "and") -> bool:
    """Combine two truths."""
    return GATES[op](a, b)


@node("Not", category="logic", static=True)
def invert(value: bool) -> bool:
    """The opposite."""
    return not value


@node("From", category="logic", static=True, aliases=("Threshold", "Switch at step"))
def from_index(index: int, at: int = 0, before: float = 0.0, after: float = 1.0) -> float:
    """One number before a turn, another from it on: `after` once `index >= at`.

    index: of the turn, counted from 0 (`item` through StepInfo, or a loop's `index`).
    """
    return after if index >= at else before
