"""Comparisons, gates and values that change at a turn."""

from __future__ import annotations

from typing import Any

import pytest

from nodes.logic import boolean, compare, from_index, invert, logic


@pytest.mark.parametrize(
    ("op", "results"),
    [
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        ("==", [False, True, False]),
        ("!=", [True, False, True]),
        (">=", [False, True, True]),
        (">", [False, False, True]),
    ],
)
def test_compare(op: Any, results: list[bool]) -> None:
    assert [compare(a, 2, op) for a in (1, 2, 3)] == results


@pytest.mark.parametrize(
    ("op", "results"),
    [
        ("and", [False, False, False, True]),
        ("or", [False, True, True, True]),
        ("xor", [False, True, True, False]),
    ],
)
def test_logic(op: Any, results: list[bool]) -> None:
    pairs = [(False, False), (False, True), (True, False), (True, True)]
    assert [logic(a, b, op) for a, b in pairs] == results


def test_not_and_constants() -> None:
    assert (invert(True), invert(False), boolean(True)) == (False, True, True)


def test_from_changes_at_its_index() -> None:
    found = [from_index(index, 14, 4.0, 1.0) for index in (0, 13, 14, 19)]
    assert found == [4.0, 4.0, 1.0, 1.0]
