"""What is deleted, and when: by age, by size, and never anything that is still needed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from . import changes
from .database import Database
from .hub import EventHub
from .log import EventLog
from .policy import DAY, Policy

if TYPE_CHECKING:
    from server.library.folder import Folder

TOGETHER = 50
EVENTS_TOGETHER = 20_000


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep deleted."""

    runs: int = 0
    events: int = 0
    artifacts: int = 0
    uploads: int = 0


class Retention:
    """Deletes a little at a time, so that nobody who writes has to wait for it."""

    def __init__(
        self, log: EventLog, policy: Policy, *, artifacts: Folder, uploads: Folder
    ) -> None:
        self._log = log
        self._database: Database = log.database
        self._hub: EventHub = log.hub
        self._policy = policy
        self._folders = {"artifact": artifacts, "upload": uploads}

    async def sweep(self, now: float) -> Swept:
        """Everything that is due. Raises StorageError."""
        policy = self._policy
        runs = await self._old_runs(now) if policy.run_days else 0
        artifacts = await self._files("artifact", now)
        if policy.keep_bytes:
            more = await self._largest_first(now)
            runs, artifacts = runs + more[0], artifacts + more[1]
        uploads = 0
        if policy.upload_days:
            uploads = await self._files("upload", now - policy.upload_days * DAY)
        events = await self._events(now)
        await self._database.write(partial(_tidy, now=now, hours=policy.key_hours))
        return Swept(runs, events, artifacts, uploads)

    async def _old_runs(self, now: float) -> int:
        return await self._remove_runs(now - self._policy.run_days * DAY)

    async def _remove_runs(self, before: float, most: int | None = None) -> int:
        """Deletes ended runs, the oldest first."""
        removed = 0
        while most is None or removed < most:
            count = TOGETHER if most is None else min(TOGETHER, most - removed)
            ids = await self._database.read(partial(_oldest, before=before, count=count))
            if not ids:
                break
            drafts = [self._log.draft(run, "run_removed", {}) for run in ids]
            await self._log.commit(partial(_remove_all, ids=ids), drafts)
            removed += len(ids)
        return removed

    async def _largest_first(self, now: float) -> tuple[int, int]:
        """While files take too much, the oldest runs go, and then the files only they had."""
        runs = files = 0
        while await self._database.read(_bytes) > self._policy.keep_bytes:
            removed = await self._remove_runs(now, most=10)
            if not removed:
                break
            runs += removed
            files += await self._files("artifact", now)
        return runs, files

    async def _files(self, kind: str, before: float) -> int:
        """Deletes files that nothing refers to: first their rows, then what is on the disk."""
        names = await self._database.write(partial(_forget_files, kind=kind, before=before))
        return await asyncio.to_thread(self._unlink, kind, names)

    def _unlink(self, kind: str, names: Iterable[str]) -> int:
        return sum(self._folders[kind].remove(name) for name in names)

    async def orphans(self) -> int:
        """Deletes artifacts without a row, left by a crash between the file and its commit."""
        folder = self._folders["artifact"]
        names = await asyncio.to_thread(lambda: list(folder.names()))
        known = await self._database.read(_known)
        return await asyncio.to_thread(
            self._unlink, "artifact", [n for n in names if n not in known]
        )

    async def _events(self, now: float) -> int:
        policy, removed = self._policy, 0
        oldest = now - policy.event_days * DAY if policy.event_days else 0.0
        while True:
            work = partial(_forget_events, before=oldest, most=policy.max_events)
            count, floor = await self._database.write(work)
            self._hub.floor = max(self._hub.floor, floor)
            removed += count
            if count < EVENTS_TOGETHER:
                return removed


def _oldest(connection: sqlite3.Connection, before: float, count: int) -> list[str]:
    rows = connection.execute(
        "SELECT id FROM runs WHERE finished IS NOT NULL AND finished < ? "
        "ORDER BY finished, number LIMIT ?",
        (before, count),
    )
    return [row[0] for row in rows]


def _remove_all(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    for run in ids:
        changes.remove(connection, run)


def _bytes(connection: sqlite3.Connection) -> int:
    row = connection.execute(
        "SELECT coalesce(sum(bytes), 0) FROM files WHERE kind = 'artifact'"
    ).fetchone()
    return int(row[0])


def _forget_files(connection: sqlite3.Connection, kind: str, before: float) -> list[str]:
    rows = connection.execute(
        "DELETE FROM files WHERE kind = ? AND used < ? "
        "AND NOT EXISTS (SELECT 1 FROM uses WHERE uses.hash = files.hash) RETURNING hash",
        (kind, before),
    )
    return [row[0] for row in rows.fetchall()]


def _known(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT hash FROM files WHERE kind = 'artifact'")}


def _forget_events(connection: sqlite3.Connection, before: float, most: int) -> tuple[int, int]:
    """Deletes events that are too old or too many, at most so many at once."""
    row = connection.execute(
        "SELECT max(seq) FROM (SELECT seq FROM events WHERE time < ?1 OR seq <= "
        "coalesce((SELECT seq FROM events ORDER BY seq DESC LIMIT 1 OFFSET ?2), -1) "
        "ORDER BY seq LIMIT ?3)",
        (before, most, EVENTS_TOGETHER),
    ).fetchone()
    if row[0] is None:
        return 0, 0
    floor = int(row[0])
    deleted = connection.execute("DELETE FROM events WHERE seq <= ?", (floor,)).rowcount
    connection.execute("UPDATE numbers SET value = max(value, ?) WHERE name = 'floor'", (floor,))
    return deleted, floor


def _tidy(connection: sqlite3.Connection, now: float, hours: float) -> None:
    connection.execute("DELETE FROM keys WHERE created < ?", (now - max(hours, 24.0) * 3600,))
    connection.execute("DELETE FROM timings WHERE used < ?", (now - 90 * DAY,))
    connection.execute("PRAGMA incremental_vacuum(2000)")
