"""What waits for one subscriber: bounded in number and bytes, whatever it does or does not read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence

from .hub import Event, Preview

MAX_EVENTS = 8192
MAX_BYTES = 4 << 20
MAX_PREVIEW_BYTES = 1 << 20
OVERHEAD = 200
"""Bytes counted for an event besides its text."""
PASSING = frozenset({"turn", "node_progress"})
"""Types of which, of one node, only the latest counts for somebody who lags."""


class Outbox:
    """Events in order, and the latest preview of each loop.

    Once half of it is full, an older `turn` or `node_progress` of the same node gives way to a
    newer one; no other event ever does. When it is full all the same, `add` says so.
    """

    def __init__(self) -> None:
        self.held = 0
        self.dropped = 0
        self._events: OrderedDict[int, Event] = OrderedDict()
        self._passing: dict[Hashable, int] = {}
        self._previews: OrderedDict[Hashable, Preview] = OrderedDict()
        self._preview_bytes = 0

    def __len__(self) -> int:
        return len(self._events)

    def add(self, events: Sequence[Event]) -> bool:
        """Adds events; False if there is no room for all of them."""
        for event in events:
            self._events[event.seq] = event
            self.held += len(event.text) + OVERHEAD
            if self._half_full() and event.type in PASSING:
                self._replace(event)
        return len(self._events) <= MAX_EVENTS and self.held <= MAX_BYTES

    def add_preview(self, preview: Preview) -> None:
        """Keeps the latest of each loop; one that is too large to wait is left out."""
        if len(preview.picture) > MAX_PREVIEW_BYTES:
            return
        key = (preview.run, preview.header.get("path"))
        self._forget_preview(self._previews.pop(key, None))
        self._previews[key] = preview
        self._preview_bytes += len(preview.picture)
        while self._preview_bytes > MAX_PREVIEW_BYTES:
            self._forget_preview(self._previews.popitem(last=False)[1])

    def take(self, limit: int) -> list[Event | Preview]:
        """Events first, then previews."""
        taken: list[Event | Preview] = []
        while self._events and len(taken) < limit:
            event = self._events.popitem(last=False)[1]
            self.held -= len(event.text) + OVERHEAD
            taken.append(event)
        if not self._events:
            self._passing.clear()
        while self._previews and len(taken) < limit:
            preview = self._previews.popitem(last=False)[1]
            self._forget_preview(preview)
            taken.append(preview)
        return taken

    def clear(self) -> None:
        self._events.clear()
        self._passing.clear()
        self._previews.clear()
        self.held = self._preview_bytes = 0

    def _half_full(self) -> bool:
        return len(self._events) > MAX_EVENTS // 2 or self.held > MAX_BYTES // 2

    def _replace(self, event: Event) -> None:
        data = event.data
        around = data.get("around", data.get("turn")) or ()
        key = (event.run, event.type, data.get("path"), tuple(around))
        older = self._events.pop(self._passing.get(key, -1), None)
        if older is not None:
            self.held -= len(older.text) + OVERHEAD
            self.dropped += 1
        self._passing[key] = event.seq

    def _forget_preview(self, preview: Preview | None) -> None:
        if preview is not None:
            self._preview_bytes -= len(preview.picture)
