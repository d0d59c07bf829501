"""A run that has not ended yet, as the server holds it in memory."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from server.worker.protocol import Worker

from .record import Run

Key = tuple[int, int, float, int]


def new_id(now: float) -> str:
    """22 hexadecimal digits that rise with time; nobody can guess the next one."""
    return f"{int(now * 1000) & 0xFFFF_FFFF_FFFF:012x}{secrets.token_hex(5)}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a file of the node at `path` could not be kept."""

    path: str
    code: str
    message: str


@dataclass(slots=True, eq=False)
class Live:
    """`lane` is above 0 for a run that was interrupted: those come first, the highest before all.
    `place` orders runs of one lane and priority. `accepted` is settled when the commit that
    accepts the run is: until then nothing about the run is told, and what there is to tell waits
    in `held`.
    """

    run: Run
    place: float
    accepted: asyncio.Future[bool]
    lane: int = 0
    deaths: int = 0
    cancelling: bool = False
    ending: bool = False
    worker: Worker | None = None
    trouble: Trouble | None = None
    held: list[Callable[[], None]] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def key(self) -> Key:
        """What the queue is ordered by."""
        return (-self.lane, -self.run.asked.priority, self.place, self.run.item)

    @property
    def known(self) -> bool:
        """Whether the run was accepted, so that others may hear of it."""
        return self.accepted.done() and self.accepted.result()

    @property
    def rejected(self) -> bool:
        return self.accepted.done() and not self.accepted.result()

    def change(self, **changes: Any) -> Run:
        self.run = replace(self.run, **changes)
        return self.run

    def when_accepted(self, tell: Callable[[], None]) -> None:
        """Calls now if the run is accepted, later if it will be, never if it is not."""
        if self.known:
            tell()
        elif not self.accepted.done():
            self.held.append(tell)

    def settle(self, accepted: bool) -> None:
        """The accepting commit was made, or failed."""
        self.accepted.set_result(accepted)
        held, self.held = self.held, []
        if accepted:
            for tell in held:
                tell()
