"""Curves of straight lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.curve import Point, curve

RAMP = [Point(0, 1), Point(10, 5)]


@pytest.mark.parametrize(("at", "value"), [(-1, 1), (0, 1), (2.5, 2), (10, 5), (11, 5)])
def test_lines_between_and_level_beyond(at: float, value: float) -> None:
    assert curve(RAMP, at) == value


def test_points_may_come_in_any_order() -> None:
    assert curve(RAMP[::-1], 5) == 3


def test_two_points_at_one_place_are_a_jump() -> None:
    points = [Point(0, 4), Point(14, 4), Point(14, 1), Point(20, 1)]
    assert [curve(points, at) for at in (13, 13.999, 14, 19)] == [4, 4, 1, 1]


def test_one_point_is_level() -> None:
    assert {curve([Point(3, 2)], at) for at in (0, 3, 9)} == {2}


numbers = st.floats(-1e6, 1e6)
points = st.lists(st.builds(Point, numbers, numbers), min_size=1, max_size=6)


@settings(deadline=None)
@given(points, numbers)
def test_a_curve_stays_between_its_points(given_points: list[Point], at: float) -> None:
    values = [point.value for point in given_points]
    slack = 1e-6 * max(1.0, *(abs(value) for value in values))
    assert min(values) - slack <= curve(given_points, at) <= max(values) + slack
