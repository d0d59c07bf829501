"""Who hears what happens: every subscriber has an outbox of its own, bounded, and none waits."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .record import Json

if TYPE_CHECKING:
    from .subscription import Subscription

Read = Callable[[int, int, frozenset[str] | None, int], Awaitable["list[Event]"]]
"""Logged events after one number, up to another, of some runs or all, at most so many."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, numbered for the life of the data folder. `run` is None where it
    concerns the server. `text` is its JSON as log, WebSocket and SSE have it.
    """

    seq: int
    run: str | None
    type: str
    text: str

    @property
    def data(self) -> dict[str, Json]:
        parsed: dict[str, Json] = json.loads(self.text)
        return parsed


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of a run under way; only the latest of each loop is worth sending."""

    run: str
    header: Mapping[str, Json]
    picture: bytes


class EventHub:
    """Hands events on, in the order of their numbers, to those who subscribed."""

    def __init__(self, read: Read) -> None:
        self.latest = 0
        self.floor = 0
        """The log holds nothing up to this number any more."""
        self.on_watch: Callable[[], None] = lambda: None
        """Called when somebody begins or ends to want previews."""
        self._read = read
        self._subscriptions: set[Subscription] = set()

    def __len__(self) -> int:
        return len(self._subscriptions)

    def subscribe(
        self,
        run: str | Collection[str] | None = None,
        previews: bool = False,
        after: int | None = None,
    ) -> Subscription:
        """What happens from now on, or since event `after`: of one run, some runs, or everything.

        Events about the server itself go to those who asked for everything.
        """
        from .subscription import Subscription

        runs = frozenset((run,)) if isinstance(run, str) else run
        made = Subscription(self, None if runs is None else frozenset(runs), previews, after)
        self._subscriptions.add(made)
        if previews:
            self.on_watch()
        return made

    def publish(self, events: Sequence[Event]) -> None:
        """Puts events into the outboxes; their numbers rise from call to call."""
        if not events:
            return
        self.latest = events[-1].seq
        for subscription in tuple(self._subscriptions):
            subscription.offer(events)

    def preview(self, preview: Preview) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.offer_preview(preview)

    def watched(self, run: str) -> bool:
        """Whether somebody wants previews of this run."""
        return any(item.previews and item.wants(run) for item in self._subscriptions)

    async def read(
        self, after: int, upto: int, runs: frozenset[str] | None, limit: int
    ) -> list[Event]:
        return await self._read(after, upto, runs, limit)

    def forget(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)
        if subscription.previews:
            self.on_watch()

    def close(self, reason: str) -> None:
        """Ends all subscriptions; what is in their outboxes can still be taken."""
        for subscription in tuple(self._subscriptions):
            subscription.close(reason)
