"""How long a client goes on trying to reach a server that is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

FIRST = 0.1
LONGEST = 2.0
STEADY = 5.0
"""Seconds after which an attempt counts as one that worked, though it broke off in the end."""


@dataclass(slots=True)
class Patience:
    """Waits that double up to two seconds, until `seconds` are over; anew after each success."""

    seconds: float
    clock: Callable[[], float] = monotonic
    _until: float | None = None
    _wait: float = FIRST
    _tried: float = 0.0

    def next(self) -> float | None:
        """Seconds to wait before the next attempt; None where it is time to give up."""
        now = self.clock()
        if self._until is not None and now - self._tried > STEADY:
            self.renew()
        if self._until is None:
            self._until = now + self.seconds
        wait = min(self._wait, self._until - now)
        self._wait = min(self._wait * 2, LONGEST)
        self._tried = now + wait
        return wait if wait > 0 else None

    def renew(self) -> None:
        """It worked: the next failure starts from the beginning."""
        self._until, self._wait = None, FIRST
