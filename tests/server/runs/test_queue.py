"""The queue's order against a sorted list, and against itself after a restart."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.runs.live import Live
from server.runs.queue import RunQueue
from server.runs.record import Asked, Run


def live(name: str, priority: int, place: float, loop: asyncio.AbstractEventLoop) -> Live:
    run = Run(name, name, 0, Asked("{}", priority=priority), "queued", 0.0)
    return Live(run, place, loop.create_future())


@given(
    priorities=st.lists(st.integers(-2, 2), min_size=1, max_size=8),
    moves=st.lists(
        st.tuples(st.integers(0, 7), st.one_of(st.none(), st.integers(0, 7))), max_size=80
    ),
)
def test_a_moved_run_is_where_it_was_put(priorities: list[int], moves: Any) -> None:
    loop = asyncio.new_event_loop()
    queue = RunQueue()
    for number, priority in enumerate(priorities):
        queue.add(live(str(number), priority, queue.new_place(), loop))
    expected = [str(n) for n in sorted(range(len(priorities)), key=lambda n: (-priorities[n], n))]
    assert names(queue) == expected
    for moved, target in moves:
        at, to = moved % len(expected), None if target is None else target % len(expected)
        lives = list(queue)
        queue.move(lives[at], None if to is None else lives[to])
        name, before = expected[at], None if to is None else expected[to]
        if name != before:
            expected.remove(name)
            expected.insert(len(expected) if before is None else expected.index(before), name)
        assert names(queue) == expected
        again = RunQueue()  # from what the database would hold
        for item in lives[::-1]:
            again.add(item)
        assert names(again) == expected
        assert [queue.index(item) for item in queue] == list(range(len(expected)))
    loop.close()


def test_places_between_two_neighbours_never_run_out() -> None:
    loop = asyncio.new_event_loop()
    queue = RunQueue()
    lives = [live(str(number), 0, queue.new_place(), loop) for number in range(3)]
    for item in lives:
        queue.add(item)
    for _ in range(500):  # a float has 52 halvings
        last = list(queue)[2]
        queue.move(last, list(queue)[1])
        first = next(iter(queue))
        keys = [item.key for item in queue]
        assert keys == sorted(set(keys))
        assert first is lives[0]
    loop.close()


def names(queue: RunQueue) -> list[str]:
    return [item.id for item in queue]
