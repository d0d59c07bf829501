"""Waits that grow, end, and begin anew."""

from __future__ import annotations

from server.client.patience import LONGEST, Patience


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def waits(patience: Patience, clock: Clock) -> list[float]:
    made = []
    while (wait := patience.next()) is not None:
        made.append(wait)
        clock.now += wait
    return made


def test_waits_grow_and_their_sum_is_the_patience() -> None:
    clock = Clock()
    made = waits(Patience(15.0, clock), clock)
    assert made[:3] == [0.1, 0.2, 0.4]
    assert max(made) == LONGEST
    assert abs(sum(made) - 15.0) < 1e-9


def test_no_patience_is_one_attempt() -> None:
    assert Patience(0.0).next() is None


def test_a_success_starts_anew() -> None:
    clock = Clock()
    patience = Patience(1.0, clock)
    assert waits(patience, clock)
    patience.renew()
    assert patience.next() == 0.1


def test_an_attempt_that_lasted_was_a_success() -> None:
    clock = Clock()
    patience = Patience(1.0, clock)
    assert patience.next() == 0.1
    clock.now += 3600.0  # a quiet stream, broken off at last
    assert patience.next() == 0.1
