from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.intersect import intersect
from engine.plain import BadValueError, Limits, Member, Plain, shown
from engine.plainschema import json_schema

INT, FLOAT, STR = Plain("int"), Plain("float"), Plain("str")
POINT = Plain(
    "record", name="Point", members=(Member("at", FLOAT, True), Member("to", INT, False, 3))
)


def code(plain: Plain, value: Any) -> str:
    with pytest.raises(BadValueError) as caught:
        plain.check(value)
    return caught.value.code


@pytest.mark.parametrize(
    ("plain", "value", "result"),
    [
        (INT, 20, 20),
        (INT, 20.0, 20),
        (INT, 2**53 - 1, 2**53 - 1),
        (FLOAT, 3, 3.0),
        (FLOAT, 1e300, 1e300),
        (STR, "", ""),
        (Plain("bool"), True, True),
        (Plain("int", nullable=True), None, None),
        (Plain("enum", values=("a", "b")), "b", "b"),
        (Plain("list", element=FLOAT), [1, 2.5], [1.0, 2.5]),
        (POINT, {"at": 1}, {"at": 1.0, "to": 3}),
        (Plain("float", limits=Limits(multiple_of=0.1)), 0.3, 0.3),
    ],
)
def test_what_fits_is_coerced(plain: Plain, value: Any, result: Any) -> None:
    checked = plain.check(value)
    assert checked == result
    assert type(checked) is type(result)


@pytest.mark.parametrize(
    ("plain", "value", "expected"),
    [
        (INT, True, "wrong_type"),
        (INT, "20", "wrong_type"),
        (INT, 2.5, "wrong_type"),
        (INT, None, "wrong_type"),
        (INT, math.nan, "bad_number"),
        (INT, 2**53, "out_of_range"),
        (INT, 1e300, "out_of_range"),
        (FLOAT, math.inf, "bad_number"),
        (FLOAT, 2**53 + 1, "out_of_range"),
        (FLOAT, 10**400, "out_of_range"),
        (FLOAT, False, "wrong_type"),
        (STR, 5, "wrong_type"),
        (STR, "\ud800", "bad_text"),
        (Plain("bool"), 1, "wrong_type"),
        (Plain("enum", values=("a",)), "os.system", "out_of_choices"),
        (Plain("list", element=INT), [1, "a"], "wrong_type"),
        (POINT, {}, "missing_input"),
        (POINT, {"at": 1, "by": 2}, "unknown_input"),
        (Plain("int", limits=Limits(ge=1)), 0, "out_of_range"),
        (Plain("int", limits=Limits(gt=1)), 1, "out_of_range"),
        (Plain("int", limits=Limits(le=1)), 2, "out_of_range"),
        (Plain("int", limits=Limits(lt=1)), 1, "out_of_range"),
        (Plain("int", limits=Limits(multiple_of=8)), 513, "not_multiple_of"),
        (Plain("float", limits=Limits(multiple_of=0.1)), 0.35, "not_multiple_of"),
        (Plain("str", limits=Limits(max_length=2)), "abc", "out_of_range"),
        (Plain("list", limits=Limits(min_length=1), element=INT), [], "out_of_range"),
    ],
)
def test_what_does_not_fit_has_a_code(plain: Plain, value: Any, expected: str) -> None:
    assert code(plain, value) == expected


def test_a_large_limit_is_written_out() -> None:
    with pytest.raises(BadValueError, match=r"at most 9007199254740991, this is -1\.|at least 0"):
        Plain("int", limits=Limits(ge=0, le=2**53 - 1)).check(-1)
    with pytest.raises(BadValueError, match="at most 16384, this is 1000000000"):
        Plain("int", limits=Limits(le=16384)).check(10**9)


def test_any_value_can_be_shown() -> None:
    assert shown(10**5000) == "an integer of more than 30 digits"
    assert shown("\ud800").isprintable()
    assert len(shown("x" * 10_000)) < 60


def test_intersection_keeps_what_suits_both() -> None:
    one = Plain("int", limits=Limits(ge=0, le=10, multiple_of=4))
    other = Plain("int", nullable=True, limits=Limits(ge=5, multiple_of=6))
    assert intersect(one, other) == Plain("int", limits=Limits(ge=5, le=10, multiple_of=12))
    halves, thirds = Limits(multiple_of=0.5), Limits(multiple_of=0.75)
    both = intersect(Plain("float", limits=halves), Plain("float", limits=thirds))
    assert both == Plain("float", limits=Limits(multiple_of=1.5))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (INT, FLOAT),
        (INT, STR),
        (Plain("enum", values=("a",)), Plain("enum", values=("b",))),
        (Plain("int", limits=Limits(ge=5)), Plain("int", limits=Limits(lt=5))),
        (Plain("list", element=INT), Plain("list", element=STR)),
    ],
)
def test_types_with_nothing_in_common(one: Plain, other: Plain) -> None:
    assert intersect(one, other) is None


LIMITS = st.builds(
    Limits,
    ge=st.none() | st.integers(-5, 5),
    lt=st.none() | st.integers(-5, 9),
    multiple_of=st.none() | st.sampled_from([2, 3]),
)
PLAIN = st.builds(Plain, st.sampled_from(["int"]), st.booleans(), LIMITS) | st.just(POINT)
VALUES = st.none() | st.integers(-9, 9) | st.booleans() | st.sampled_from([2.0, 2.5, "a", {}])


@given(PLAIN, VALUES)
def test_the_schema_agrees_with_the_check(plain: Plain, value: Any) -> None:
    try:
        plain.check(value)
        fits = True
    except BadValueError:
        fits = False
    assert Draft202012Validator(json_schema(plain)).is_valid(value) == fits


@given(PLAIN, PLAIN, VALUES)
def test_a_value_fits_the_intersection_if_it_fits_both(a: Plain, b: Plain, value: Any) -> None:
    def fits(plain: Plain) -> bool:
        try:
            plain.check(value)
        except BadValueError:
            return False
        return True

    both = intersect(a, b)
    if both is not None:
        assert fits(both) == (fits(a) and fits(b))
