"""Curves: a number drawn over another. Static."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Annotated

from engine import Field, Widget, node


@dataclass(frozen=True)
class Point:
    """A place that the curve goes through."""

    at: float
    value: float


Points = Annotated[list[Point], Field(min_length=1, max_length=1000), Widget("curve")]


@node("Curve", category="numbers", static=True, aliases=("Schedule value", "Keyframes", "Ramp"))
def curve(points: Points, at: float) -> float:
    """Read a curve of straight lines through `points` at the place `at`.

    points: {at, value} in any order; level before the first and after the last. Two points at
    one place are a jump: the later in the list holds from there on. For guidance over a loop,
    wire StepInfo's index or progress to `at`.
    """
    ordered = sorted(points, key=lambda point: point.at)
    following = bisect_right([point.at for point in ordered], at)
    if following == 0:
        return ordered[0].value
    left = ordered[following - 1]
    if following == len(ordered) or left.at == at:
        return left.value
    right = ordered[following]
    share = (at - left.at) / (right.at - left.at)
    return left.value + share * (right.value - left.value)
