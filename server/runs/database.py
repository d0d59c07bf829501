"""The SQLite database: one thread writes, a few read, the event loop does neither."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from .errors import StorageError, storage_error
from .opening import prepare, reader
from .writer import Work, Writer, settled

T = TypeVar("T")
NAME = "latentgraph.db"


class Database:
    """Where runs, events and saved graphs are kept. Knows nothing of what is in its tables."""

    def __init__(
        self,
        path: Path,
        readers: int = 2,
        factory: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        self.path = path
        self._factory = factory
        self._readers = readers
        self._writer: Writer | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def open(self) -> None:
        """Creates or checks the database. Raises StorageError of some kind, see `prepare`."""
        await asyncio.to_thread(prepare, self.path)
        self._writer = Writer(self.path, self._factory)
        self._pool = ThreadPoolExecutor(self._readers, thread_name_prefix="reader")

    def post(self, work: Work[T], *, durable: bool = False) -> asyncio.Future[T]:
        """Queues a change; the future is done when it is committed, in the order of posting."""
        if self._writer is not None:
            return self._writer.post(work, durable=durable)
        refused: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        refused.set_exception(StorageError("The database is not open."))
        refused.exception()  # seen: whether anybody waits for it or not
        return refused

    async def write(self, work: Work[T], *, durable: bool = False) -> T:
        """Makes a change and waits for its commit. It is made even where the caller is cancelled.

        Raises StorageError of some kind, or what `work` raises; nothing was changed then.
        """
        return await settled(self.post(work, durable=durable))

    async def read(self, work: Work[T]) -> T:
        """Runs a query in a reading thread: it sees what was committed. Raises StorageError."""
        if self._pool is None:
            raise StorageError("The database is not open.")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._query, work)

    async def close(self) -> None:
        """Commits what was posted, ends the threads, folds the log into the file."""
        writer, pool = self._writer, self._pool
        self._writer = self._pool = None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown)
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        if writer is not None:
            await writer.close()

    def _query(self, work: Work[T]) -> T:
        try:
            connection = self._connection()
            connection.execute("BEGIN")  # all of one query sees one state
            try:
                return work(connection)
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise storage_error(error) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = reader(self.path)
            self._opened.append(connection)
        return connection
