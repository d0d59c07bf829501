"""The event log: what happened, numbered, written down, then told, in this order."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from .database import Database
from .errors import StorageError
from .hub import Event, EventHub
from .record import Json
from .rows import to_text
from .writer import Work, settled

T = TypeVar("T")
BLOCK = 100_000
MOST_WAITING = 20_000
PAGE = 1000
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that has no number yet."""

    run: str | None
    type: str
    fields: Mapping[str, Json]
    time: float


class EventLog:
    """Numbers events, keeps them, and publishes them once they are kept.

    Numbers are reserved in the database a block at a time before any of them is used: none comes
    twice, whatever becomes of the process or the machine. An event is told in the order of its
    number, after its commit. Where there is no room to keep passing events, they are told all the
    same; what belongs to a change is told only if the change is committed.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self.hub = EventHub(self.read)
        self.database = database
        self._clock = clock
        self._next = self._limit = 0
        self._waiting: list[Draft] = []
        self._writing = 0
        self._scheduled = False
        self._reserving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Reserves the first numbers. Raises StorageError."""
        await self._reserve()
        self.hub.latest = self._next - 1
        self.hub.floor = await self.database.read(_floor)

    def draft(self, run: str | None, kind: str, fields: Mapping[str, Json]) -> Draft:
        return Draft(run, kind, fields, self._clock())

    def emit(self, run: str | None, kind: str, **fields: Json) -> None:
        """Something happened that needs no change of its own."""
        self.add(self.draft(run, kind, fields))

    def add(self, draft: Draft) -> None:
        self._waiting.append(draft)
        if len(self._waiting) > MOST_WAITING:
            # Only where no number could be reserved for long: the disk is full.
            del self._waiting[: MOST_WAITING // 2]
        if not self._scheduled and not self._writing:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._write_waiting)

    async def commit(
        self,
        work: Work[T],
        drafts: Sequence[Draft] = (),
        *,
        durable: bool = False,
        then: Callable[[], None] | None = None,
    ) -> T:
        """Makes a change together with its events; they are told if it is committed.

        `then` is called when it is, just before anybody hears of it. Raises StorageError, or
        what `work` raises: nothing was changed and nothing is told then.
        """
        await self.room(len(drafts))
        return await settled(self.post(work, drafts, durable=durable, then=then))

    async def room(self, count: int) -> None:
        """Waits until there are numbers for `count` events and those that wait."""
        while self._limit - self._next < count + len(self._waiting):
            await self._reserve()

    def post(
        self,
        work: Work[T],
        drafts: Sequence[Draft] = (),
        *,
        durable: bool = False,
        then: Callable[[], None] | None = None,
    ) -> asyncio.Future[T]:
        """As `commit`, without waiting; there must be `room`. Changes are made in this order."""
        self._flush()
        events = self._numbered(drafts)

        def both(connection: sqlite3.Connection) -> T:
            result = work(connection)
            _insert(connection, events, drafts)
            return result

        future = self.database.post(both, durable=durable)
        future.add_done_callback(lambda done: self._tell_if_done(done, events, then))
        return future

    async def read(
        self, after: int, upto: int, runs: frozenset[str] | None, limit: int
    ) -> list[Event]:
        """Events after `after` up to `upto`, of these runs or all, at most `limit`."""
        limit = max(0, min(limit, PAGE))
        return await self.database.read(lambda c: _select(c, after, upto, runs, limit))

    async def flush(self) -> None:
        """Writes down what waits."""
        self._flush()
        await self.database.write(lambda _: None)
        await asyncio.sleep(0)  # the callbacks of what was written before

    def _write_waiting(self) -> None:
        self._scheduled = False
        self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        if self._limit - self._next < len(self._waiting):
            self._reserve_soon()
            return
        drafts, self._waiting = self._waiting, []
        events = self._numbered(drafts)
        self._writing += 1
        future = self.database.post(lambda c: _insert(c, events, drafts))
        future.add_done_callback(lambda done: self._tell(done, events))

    def _numbered(self, drafts: Sequence[Draft]) -> list[Event]:
        events = [_event(self._next + place, draft) for place, draft in enumerate(drafts)]
        self._next += len(events)
        if self._limit - self._next < BLOCK // 2:
            self._reserve_soon()
        return events

    def _tell(self, done: asyncio.Future[None], events: Sequence[Event]) -> None:
        self._writing -= 1
        if not done.cancelled() and (error := done.exception()):
            logger.warning("%d events could not be kept: %s", len(events), error)
        self.hub.publish(events)
        if self._waiting and not self._writing:
            self._flush()

    def _tell_if_done(
        self, done: asyncio.Future[T], events: Sequence[Event], then: Callable[[], None] | None
    ) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        if then is not None:
            then()
        self.hub.publish(events)

    def _reserve_soon(self) -> None:
        if self._reserving is None or self._reserving.done():
            self._reserving = asyncio.create_task(self._try_to_reserve())

    async def _try_to_reserve(self) -> None:
        try:
            await self._reserve()
        except StorageError as error:
            logger.warning("No event numbers could be reserved: %s", error)
        else:
            self._flush()

    async def _reserve(self) -> None:
        # Blocks need not follow each other, only rise: two reservations at once waste one.
        limit = await self.database.write(_reserve_block, durable=True)
        if self._limit - self._next <= 0:
            self._next = limit - BLOCK
        self._limit = max(self._limit, limit)


def iso(seconds: float) -> str:
    """A time as ISO 8601 text, UTC, with milliseconds."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _event(seq: int, draft: Draft) -> Event:
    head = {"seq": seq, "time": iso(draft.time), "run": draft.run, "type": draft.type}
    return Event(seq, draft.run, draft.type, to_text({**head, **draft.fields, **head}))


def _reserve_block(connection: sqlite3.Connection) -> int:
    row = connection.execute(
        "UPDATE numbers SET value = value + ? WHERE name = 'reserved' RETURNING value", (BLOCK,)
    ).fetchone()
    return int(row[0]) + 1


def _floor(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM numbers WHERE name = 'floor'").fetchone()[0])


def _insert(
    connection: sqlite3.Connection, events: Sequence[Event], drafts: Sequence[Draft]
) -> None:
    connection.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
        [
            (event.seq, event.run, event.type, draft.time, event.text)
            for event, draft in zip(events, drafts, strict=True)
        ],
    )


def _select(
    connection: sqlite3.Connection,
    after: int,
    upto: int,
    runs: frozenset[str] | None,
    limit: int,
) -> list[Event]:
    where, values = "", tuple[str, ...]()
    if runs is not None:
        where = f"AND run IN ({','.join('?' * len(runs))})"
        values = tuple(runs)
    rows = connection.execute(
        f"SELECT seq, run, type, text FROM events WHERE seq > ? AND seq <= ? {where} "
        "ORDER BY seq LIMIT ?",
        (after, upto, *values, limit),
    )
    return [Event(*row) for row in rows]
