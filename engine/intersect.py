"""What two plain types have in common: the limits on a public input that sets several ports."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from .plain import Limits, Plain

N = TypeVar("N", int, float)


def intersect(one: Plain, other: Plain) -> Plain | None:
    """The type whose values fit both, or None where the two are of different types."""
    if one.kind != other.kind:
        return _with_enum(one, other)
    if one.kind == "list" and one.element is not None and other.element is not None:
        element = intersect(one.element, other.element)
        if element is None:
            return None
        one = replace(one, element=element)
    elif (one.name, one.members) != (other.name, other.members):
        return None
    values = tuple(value for value in one.values if value in other.values)
    limits = _intersect_limits(one.limits, other.limits)
    nullable = one.nullable and other.nullable
    if (one.kind == "enum" and not values) or (limits is not None and _nothing_fits(limits)):
        return None
    return replace(one, nullable=nullable, values=values, limits=limits)


def _nothing_fits(limits: Limits) -> bool:
    lows = [bound for bound in (limits.ge, limits.gt) if bound is not None]
    highs = [bound for bound in (limits.le, limits.lt) if bound is not None]
    if limits.min_length is not None and limits.max_length is not None:
        return limits.min_length > limits.max_length
    return bool(lows and highs) and (
        max(lows) > min(highs)
        or (max(lows) == min(highs) and (limits.gt in highs or limits.lt in lows))
    )


def _with_enum(one: Plain, other: Plain) -> Plain | None:
    if {one.kind, other.kind} != {"enum", "str"}:
        return None
    enum = one if one.kind == "enum" else other
    return replace(enum, nullable=one.nullable and other.nullable)


def _intersect_limits(one: Limits | None, other: Limits | None) -> Limits | None:
    if one is None or other is None:
        return one or other
    return Limits(
        ge=_pick(max, one.ge, other.ge),
        gt=_pick(max, one.gt, other.gt),
        le=_pick(min, one.le, other.le),
        lt=_pick(min, one.lt, other.lt),
        multiple_of=_common_multiple(one.multiple_of, other.multiple_of),
        min_length=_pick(max, one.min_length, other.min_length),
        max_length=_pick(min, one.max_length, other.max_length),
    )


def _pick(choose: Callable[[N, N], N], one: N | None, other: N | None) -> N | None:
    if one is None or other is None:
        return one if other is None else other
    return choose(one, other)


def _common_multiple(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    first, second = Fraction(str(one)), Fraction(str(other))
    common = Fraction(
        math.lcm(first.numerator, second.numerator), math.gcd(first.denominator, second.denominator)
    )
    return int(common) if common.denominator == 1 else float(common)
