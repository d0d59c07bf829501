"""The one thread that writes to the database: what waits together is committed together."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .errors import StorageError, storage_error
from .opening import connect

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
TOGETHER = 256


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    durable: bool
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs functions of a connection in the order they were posted, in transactions.

    A function either happens whole or not at all, whatever becomes of those committed with it; it
    may be called twice where a commit failed, so it changes nothing but the database. `durable`
    ones are on the disk when their future is done, others may be lost to a power cut (not to a
    kill). Futures are done in the order of posting.
    """

    def __init__(self, path: Path, factory: type[sqlite3.Connection]) -> None:
        self._path = path
        self._factory = factory
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="database", daemon=True)
        self._loop = asyncio.get_running_loop()
        self._failed: StorageError | None = None
        self._thread.start()

    def post(self, work: Work[T], *, durable: bool) -> asyncio.Future[T]:
        """Queues a function; must be called in the event loop's thread."""
        future: asyncio.Future[T] = self._loop.create_future()
        future.add_done_callback(_seen)
        self._jobs.put(_Job(work, durable, future))
        return future

    async def close(self) -> None:
        """Commits what was posted before, then ends the thread."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        try:
            connection = connect(self._path, self._factory)
        except sqlite3.Error as error:
            self._failed = storage_error(error)
            connection = None
        open_ = True
        while open_:
            jobs, open_ = self._next()
            if connection is None:
                for job in jobs:
                    job.error = self._failed
            elif jobs:
                self._commit(connection, jobs)
            self._deliver(jobs)
        if connection is not None:
            _close(connection)

    def _next(self) -> tuple[list[_Job], bool]:
        """All jobs that wait, and whether more may come."""
        jobs: list[_Job] = []
        item = self._jobs.get()
        with contextlib.suppress(queue.Empty):
            while item is not None:
                jobs.append(item)
                if len(jobs) == TOGETHER:
                    return jobs, True
                item = self._jobs.get_nowait()
            return jobs, False
        return jobs, True

    def _commit(self, connection: sqlite3.Connection, jobs: Sequence[_Job]) -> None:
        """One transaction for all; where it fails, one for each, so that none fails for another."""
        try:
            _transaction(connection, jobs)
        except sqlite3.Error as error:
            if len(jobs) == 1:
                jobs[0].error = storage_error(error)
                return
            for job in jobs:
                self._commit(connection, [job])

    def _deliver(self, jobs: Sequence[_Job]) -> None:
        # The loop may be closed already where the process was interrupted.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_settle, jobs)


async def settled(future: asyncio.Future[T]) -> T:
    """What a future comes to. A waiter that is cancelled leaves it as it is, and nothing unsaid."""
    await asyncio.wait([future])
    return future.result()


def _seen(future: asyncio.Future[Any]) -> None:
    """Whoever waits is told; where nobody does any more, a failure is no mystery to asyncio."""
    if not future.cancelled():
        future.exception()


def _settle(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        if job.future.cancelled():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def _transaction(connection: sqlite3.Connection, jobs: Sequence[_Job]) -> None:
    level = "FULL" if any(job.durable for job in jobs) else "NORMAL"
    connection.execute(f"PRAGMA synchronous = {level}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for job in jobs:
            _do(connection, job)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _do(connection: sqlite3.Connection, job: _Job) -> None:
    """One job. A refusal of its own (not the disk's) undoes only what it did."""
    job.error = None
    connection.execute("SAVEPOINT job")
    try:
        job.result = job.work(connection)
    except sqlite3.Error as error:
        # A failing disk may have undone the whole transaction: all of it is tried again, apart.
        if not isinstance(error, sqlite3.IntegrityError):
            raise
        job.error = error
    except Exception as error:  # noqa: BLE001 - the caller's own refusal goes back to the caller
        job.error = error
    if job.error is not None:
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")


def _close(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
