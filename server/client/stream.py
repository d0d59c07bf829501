"""Server-sent events: the lines taken apart, and where to go on after a lost connection."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .answers import Event

MAX_LINE = 8 << 20


@dataclass(slots=True)
class Parser:
    """Takes lines, gives events (the WHATWG's event-stream format)."""

    _data: list[str] = field(default_factory=list)

    def line(self, raw: bytes | None) -> Event | None:
        """One line, its end included or not; an event where this line completes one."""
        if raw is None:
            return None
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return self._finish()
        name, _, value = text.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        return None

    def _finish(self) -> Event | None:
        data, self._data = "\n".join(self._data), []
        return Event.read(json.loads(data)) if data else None


@dataclass(slots=True)
class Place:
    """How far a stream was read. `run`: the one run to follow, or None for all.

    `after` is the number of the last event seen; None before the first means: from now on.
    """

    run: str | None
    after: int | None
    ended: bool = False

    def take(self, event: Event) -> bool:
        """Whether the event is news; a reconnect may bring some twice."""
        if event.seq:
            if self.after is not None and event.seq <= self.after:
                return False
            self.after = event.seq
        ends = {"run_finished", "run_removed"}
        self.ended = self.run is not None and event.run == self.run and event.type in ends
        return True
