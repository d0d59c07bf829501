"""Texts put together."""

from __future__ import annotations

import pytest

from engine import NodeError
from nodes.strings import fill_in, join, number_text, replace, text


def test_join_leaves_empty_parts_out() -> None:
    assert join("a cat", "high quality") == "a cat, high quality"
    assert join("a cat", "") == join("", "a cat") == "a cat"
    assert join("a", "b", "") == "ab"


def test_replace_every_one_and_nothing_for_nothing() -> None:
    assert replace("red red Red", "red", "blue") == "blue blue Red"
    assert replace("red", "", "x") == "red"


def test_a_template_is_filled_once_and_runs_nothing() -> None:
    assert fill_in("{a} on {b} {a}", "a {b}", "blue") == "a {b} on blue a {b}"
    odd = "{{a}} {a.__class__} {0} {e} {"
    assert fill_in(odd, "x") == "{x} {a.__class__} {0} {e} {"


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(7.5, 2, "7.5"), (7.0, 2, "7"), (100.0, 0, "100"), (-0.001, 2, "0"), (1 / 3, 4, "0.3333")],
)
def test_numbers_as_text(value: float, digits: int, shown: str) -> None:
    assert number_text(value, digits) == shown


def test_a_text_that_grows_too_long() -> None:
    with pytest.raises(NodeError, match="at most 50000") as caught:
        replace("a" * 1000, "a", "b" * 1000)
    assert caught.value.code == "out_of_range"


def test_a_constant() -> None:
    assert text("x\n") == "x\n"
