from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from engine.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def written(turns: list[float], cost: float, size: int = 1000) -> list[float]:
    """When turns of these lengths are written, in seconds of the loop, at `cost` seconds each."""
    clock = Clock()
    pace = Pace(clock)
    times = []
    for seconds in turns:
        clock.now += seconds
        if pace.due(size, 1, seconds):
            times.append(clock.now - 1000.0)
            pace.wrote(size, 1, cost)
    return times


def test_quick_turns_are_written_once_a_second() -> None:
    times = written([1 / 16] * 200, cost=0.001)
    assert times == [float(second) for second in range(1, 13)]


def test_slow_turns_are_all_written() -> None:
    assert len(written([2.0] * 10, cost=0.001)) == 10


def test_a_write_that_takes_long_is_not_repeated_before_it_is_a_hundredth() -> None:
    times = written([0.1] * 1000, cost=0.2)
    assert 2 <= len(times) <= 6
    assert all(b - a >= 20 - 0.2 for a, b in itertools.pairwise(times[1:]))


def test_a_large_turn_waits_until_it_is_cheap_enough() -> None:
    assert written([0.1] * 15, cost=0.001, size=20_000_000) == []
    assert len(written([0.1] * 100, cost=0.08, size=20_000_000)) == 1


def test_nothing_is_due_while_turns_are_being_written() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.due(1, 1, 2.0)
    clock.now += 50
    assert not pace.due(1, 1, 50.0)
    pace.wrote(1, 1, 0.1)
    assert pace.due(1, 1, 50.0)


def test_after_a_stop_a_loop_begins_anew() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.due(1, 1, 2.0)
    pace.wrote(1, 1, 1.0)
    clock.now += 10
    assert not pace.due(1, 1, 10.0)
    pace.stop()
    assert not pace.due(1, 1, 0.5)
    clock.now += 2000
    assert pace.due(1, 1, 2000.0)


@given(
    st.lists(st.floats(0.001, 5), min_size=1, max_size=200),
    st.floats(1e-5, 0.5),
)
def test_never_more_than_one_a_second_nor_much_more_than_a_hundredth(
    turns: list[float], cost: float
) -> None:
    times = written(turns, cost)
    assert all(b - a >= 0.999 for a, b in zip([0.0, *times], times, strict=False))
    # What the first write costs cannot be known; each later one has to fit.
    assert len(times) * cost <= 0.01 * sum(turns) * 1.01 + 2 * cost
