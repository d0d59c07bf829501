"""Arithmetic, rounding and seeds, with results that stay within JSON."""

from __future__ import annotations

from typing import Any

import pytest

from engine import NodeError
from nodes.numbers import calculate, calculate_whole, number, round_number, seed, whole


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("add", 9.0),
        ("subtract", 5.0),
        ("multiply", 14.0),
        ("divide", 3.5),
        ("power", 49.0),
        ("modulo", 1.0),
        ("min", 2.0),
        ("max", 7.0),
    ],
)
def test_math(op: Any, expected: float) -> None:
    result = calculate(7.0, 2.0, op)
    assert (result, type(result)) == (expected, float)


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("add", -5),
        ("subtract", -9),
        ("multiply", -14),
        ("divide", -4),
        ("modulo", 1),
        ("min", -7),
        ("max", 2),
    ],
)
def test_whole_math(op: Any, expected: int) -> None:
    result = calculate_whole(-7, 2, op)
    assert (result, type(result)) == (expected, int)


@pytest.mark.parametrize(
    ("a", "b", "op"),
    [
        (1, 0, "divide"),
        (1, 0, "modulo"),
        (-1, 0.5, "power"),
        (1e300, 1e300, "multiply"),
        (1e9, 99, "power"),
    ],
)
def test_what_is_no_finite_number(a: float, b: float, op: Any) -> None:
    with pytest.raises(NodeError, match="no finite number") as caught:
        calculate(a, b, op)
    assert caught.value.code == "bad_number"


def test_whole_results_that_json_cannot_hold() -> None:
    assert calculate_whole(2**52, 2**52 - 1) == 2**53 - 1
    with pytest.raises(NodeError, match="beyond"):
        calculate_whole(2**52, 2**52)
    with pytest.raises(NodeError, match="beyond"):
        round_number(1e300)
    with pytest.raises(NodeError, match="no finite number"):
        calculate_whole(1, 0, "divide")


@pytest.mark.parametrize(
    ("value", "nearest", "down", "up"), [(2.5, 3, 2, 3), (-2.5, -2, -3, -2), (0.4, 0, 0, 1)]
)
def test_round(value: float, nearest: int, down: int, up: int) -> None:
    found = [round_number(value), round_number(value, "down"), round_number(value, "up")]
    assert found == [nearest, down, up]


def test_a_seed_with_an_offset_stays_a_seed() -> None:
    assert seed(7, 3) == 10
    assert seed(2**53 - 1, 1) == 0
    assert seed(0, -1) == 2**53 - 1


def test_constants() -> None:
    assert (number(1.5), whole(3)) == (1.5, 3)
