"""How often a loop's turns are written: once a second at most, and for 1% of its time at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

INTERVAL = 1.0
"""Seconds between two writes of a loop's turns."""
SHARE = 0.01
"""The part of a loop's time that may go into writing its turns."""
OPENING = 5e-4
"""Seconds that a write takes whatever its size, as long as none has been measured."""
WRITING = 4e-9
"""Seconds per byte."""
LEARNING = 0.5
"""How much a measured write counts against those before it."""


class Pace:
    """Decides whether turns that wait may be written now. Knows no turns and writes nothing.

    A loop's time begins with its first turn and ends with `stop`. Safe for several threads.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        interval: float = INTERVAL,
        share: float = SHARE,
    ) -> None:
        self._clock = clock
        self._interval = interval
        self._share = share
        self._lock = Lock()
        self._slowness = 1.0
        self._begun: float | None = None
        self._last = 0.0
        self._spent = 0.0
        self._writing = False

    def due(self, size: int, count: int, seconds: float) -> bool:
        """Whether `count` turns of `size` bytes in all may be written now; if so, they must be.

        `seconds` is what the last one took: before the first one came, that time had passed.
        """
        with self._lock:
            now = self._clock()
            if self._begun is None:
                self._begun = self._last = now - seconds
            if self._writing or now - self._last < self._interval:
                return False
            spent = self._spent + self._slowness * _expected(size, count)
            if spent > self._share * (now - self._begun):
                return False
            self._last = now
            self._writing = True
            return True

    def wrote(self, size: int, count: int, seconds: float) -> None:
        """What those turns took to write."""
        with self._lock:
            self._writing = False
            self._spent += seconds
            measured = seconds / _expected(size, count)
            self._slowness += LEARNING * (measured - self._slowness)

    def stop(self) -> None:
        """The run is over: the next turn is another loop's first."""
        with self._lock:
            self._begun = None
            self._spent = 0.0


def _expected(size: int, count: int) -> float:
    return count * OPENING + size * WRITING
