"""One subscriber's view of what happens: first the log, then live, never both and never a hole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from .hub import Event, EventHub, Preview
from .outbox import Outbox

PAGE = 500


class ClosedError(Exception):
    """The subscription is over; `reason` says why, in words for the subscriber."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Subscription:
    """Made by `EventHub.subscribe`. While it reads the log it holds nothing in memory.

    A subscriber that does not take what waits for it is closed with a reason; it comes back with
    the number of the last event it saw, and misses nothing.
    """

    def __init__(
        self, hub: EventHub, runs: frozenset[str] | None, previews: bool, after: int | None
    ) -> None:
        self.runs = runs
        self.previews = previews
        self._hub = hub
        self._outbox = Outbox()
        self._wake = asyncio.Event()
        self._reason: str | None = None
        self._gap: int | None = None
        self._behind = after is not None and after != hub.latest
        self._after = hub.latest if after is None else after
        if after is not None and (after < hub.floor or after > hub.latest):
            self._gap = self._after = hub.floor if after < hub.floor else hub.latest

    @property
    def dropped(self) -> int:
        """Events that a newer one of the same loop made superfluous before they were taken."""
        return self._outbox.dropped

    @property
    def held(self) -> int:
        """Bytes in the outbox."""
        return self._outbox.held

    def wants(self, run: str | None) -> bool:
        return self.runs is None or run in self.runs

    def offer(self, events: Sequence[Event]) -> None:
        """Called by the hub with events that have just happened."""
        if self._behind or self._reason is not None:
            return
        wanted = events if self.runs is None else [e for e in events if e.run in self.runs]
        if not wanted:
            return
        if not self._outbox.add(wanted):
            waiting = len(self._outbox)
            self._outbox.clear()
            self.close(
                f"Too slow: {waiting} events were waiting. Subscribe again after the last one "
                "you received."
            )
        self._wake.set()

    def offer_preview(self, preview: Preview) -> None:
        if self.previews and self._reason is None and self.wants(preview.run):
            self._outbox.add_preview(preview)
            self._wake.set()

    async def take(self, limit: int = 256) -> list[Event | Preview]:
        """What waits, at least one item and at most `limit`. Raises ClosedError at the end."""
        while True:
            if self._gap is not None:
                return [self._take_gap()]
            if self._behind and self._reason is None:
                logged = await self._catch_up(min(limit, PAGE))
                if logged:
                    return list(logged)
                continue
            if items := self._outbox.take(limit):
                return items
            if self._reason is not None:
                raise ClosedError(self._reason)
            self._wake.clear()
            await self._wake.wait()

    async def __aiter__(self) -> AsyncIterator[Event | Preview]:
        try:
            while True:
                for item in await self.take():
                    yield item
        except ClosedError:
            return

    def close(self, reason: str = "") -> None:
        """Ends the subscription. What is in the outbox can still be taken."""
        if self._reason is None:
            self._reason = reason
            self._hub.forget(self)
            self._wake.set()

    def _take_gap(self) -> Event:
        after, self._gap = self._gap, None
        return Event(after or 0, None, "gap", f'{{"type":"gap","after":{after}}}')

    async def _catch_up(self, limit: int) -> list[Event]:
        upto = self._hub.latest
        events = await self._hub.read(self._after, upto, self.runs, limit)
        if len(events) == limit:
            self._after = events[-1].seq
        else:
            self._after = upto
            # Nothing can be published between this comparison and the next await.
            self._behind = self._hub.latest != upto
        return events
