"""The order in which runs are begun. In memory; the database holds the same places."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import replace

from .live import Key, Live


class RunQueue:
    """By lane, then by priority, then by place. A run that was interrupted gets a lane before all
    others, so that it is the next one; all that are submitted have lane 0.
    """

    def __init__(self) -> None:
        self._waiting: list[Live] = []
        self._last = 0.0
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Live]:
        return iter(self._waiting)

    def new_place(self) -> float:
        """A place behind all that were given."""
        self._last += 1.0
        return self._last

    def head_lane(self) -> int:
        """A lane before those of all that wait."""
        return 1 + (self._waiting[0].lane if self._waiting else 0)

    def add(self, live: Live) -> None:
        self._last = max(self._last, live.place)
        insort(self._waiting, live, key=_key)
        self._changed.set()

    def remove(self, live: Live) -> bool:
        """Takes a run out; False where it is not in the queue."""
        at = self.index(live)
        if at is None:
            return False
        del self._waiting[at]
        return True

    def index(self, live: Live) -> int | None:
        """How many runs are before this one."""
        at = bisect_left(self._waiting, live.key, key=_key)
        while at < len(self._waiting) and self._waiting[at].key == live.key:
            if self._waiting[at] is live:
                return at
            at += 1
        return None

    async def next(self) -> Live:
        """Takes the first run, as soon as there is one."""
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.pop(0)

    def move(self, live: Live, before: Live | None) -> list[Live]:
        """Puts a run before another one, or last; returns the runs whose places changed.

        It takes the lane and the priority of its new neighbour, or it would not stay there.
        """
        if before is live or not self.remove(live):
            return []
        at = self.index(before) if before is not None else None
        at = len(self._waiting) if at is None else at
        self._waiting.insert(at, live)
        neighbour = self._neighbour(at)
        if neighbour is None:
            return []
        live.lane = neighbour.lane
        asked = live.run.asked
        if asked.priority != neighbour.run.asked.priority:
            live.change(asked=replace(asked, priority=neighbour.run.asked.priority))
        return self._place_between(at)

    def _neighbour(self, at: int) -> Live | None:
        if at + 1 < len(self._waiting):
            return self._waiting[at + 1]
        return self._waiting[at - 1] if at else None

    def _place_between(self, at: int) -> list[Live]:
        """A place between the neighbours of the same rank; where floats run out, all anew."""
        live = self._waiting[at]
        rank = live.key[:2]
        before = self._waiting[at - 1] if at and self._waiting[at - 1].key[:2] == rank else None
        after = self._waiting[at + 1] if at + 1 < len(self._waiting) else None
        if after is None:
            live.place = self.new_place()
        elif before is None:
            live.place = after.place - 1.0
        else:
            live.place = (before.place + after.place) / 2
            if not before.place < live.place < after.place:
                return self._renumber()
        return [live]

    def _renumber(self) -> list[Live]:
        # The order stays: only the numbers behind it change.
        for live in self._waiting:
            live.place = self.new_place()
        return list(self._waiting)


def _key(live: Live) -> Key:
    return live.key
