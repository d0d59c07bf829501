"""Opening the database: created whole or not at all, checked, brought up to date, never wiped."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from .errors import CorruptError, NewerError, StorageError, file_error, storage_error
from .schema import APPLICATION, MIGRATIONS, migrate, version_of

BUSY_SECONDS = 5.0
CHECK_SECONDS = 2.0


def prepare(path: Path) -> None:
    """Makes the database at `path` if there is none, checks and migrates it if there is one.

    Raises CorruptError, whose message names the command that rescues what is left, NewerError,
    StorageFullError, StorageReadOnlyError or StorageBusyError; the file is left as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        elif path.stat().st_size == 0:
            raise _corrupt(path, "the file is empty")
        _bring_up_to_date(path)
    except sqlite3.Error as error:
        problem = storage_error(error)
        if isinstance(problem, CorruptError):
            raise _corrupt(path, str(error)) from error
        raise problem from error
    except OSError as error:
        raise file_error(error) from error


def connect(
    path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """A connection for the thread that calls: transactions are begun and ended by hand."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, factory=factory, cached_statements=256
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    return connection


def reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. It may be closed from another thread, at the end."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA query_only = 1")
    return connection


def _create(path: Path) -> None:
    """A new database takes its name when it is whole: an empty file was never one of ours."""
    if Path(f"{path}-wal").exists():
        raise _corrupt(path, "it is missing, while its -wal file is here")
    part = path.with_name(f"{path.name}.part")
    _remove_parts(part)
    connection = sqlite3.connect(part, isolation_level=None)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        migrate(connection)
    finally:
        connection.close()
    part.replace(path)
    sync_folder(path.parent)


def _remove_parts(part: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        Path(f"{part}{suffix}").unlink(missing_ok=True)


def _bring_up_to_date(path: Path) -> None:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise _corrupt(path, "it belongs to another program")
        version = version_of(connection)
        if version > len(MIGRATIONS):
            raise NewerError(
                f"The database {path} has version {version}, this program knows "
                f"{len(MIGRATIONS)}: install the newer program again."
            )
        if damage := _damage(connection):
            raise _corrupt(path, damage)
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection)
    finally:
        connection.close()


def _damage(connection: sqlite3.Connection) -> str | None:
    """What SQLite's own check finds in the time there is; a huge database is checked in part."""
    end = time.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
    try:
        rows = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    found = str(rows[0][0]) if rows else "ok"
    return None if found == "ok" else " ".join(found.split())[:200]


def _corrupt(path: Path, reason: str) -> StorageError:
    return CorruptError(
        f"The database {path} cannot be used: {reason}. Nothing was changed. To keep what can "
        f"still be read and set the damaged file aside: "
        f"python -m server.runs.rescue {path.parent}"
    )


def sync_folder(folder: Path) -> None:
    """Makes a rename in this folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
