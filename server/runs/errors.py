"""What can go wrong with runs and with keeping them: each has a code and a sentence."""

from __future__ import annotations

import errno
import sqlite3
from typing import ClassVar

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CANNOT_WRITE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class RunsError(Exception):
    """Base of all; the message is a sentence for a person."""

    code: ClassVar[str] = "failed"


class StorageError(RunsError):
    """The disk or the database did not do what was asked; nothing of it was kept."""

    code = "storage_failed"


class StorageFullError(StorageError):
    """No room. What was accepted before is safe; once there is room, everything works again."""

    code = "storage_full"


class StorageBusyError(StorageError):
    """Another process holds the database's lock."""

    code = "storage_busy"


class StorageReadOnlyError(StorageError):
    """The data folder cannot be written to."""

    code = "storage_read_only"


class CorruptError(StorageError):
    """The database is no database, or is damaged."""

    code = "database_corrupt"


class NewerError(StorageError):
    """The database was written by a newer version of this program."""

    code = "database_newer"


class QueueFullError(RunsError):
    """As many runs are waiting as are allowed to; `retry_after` is in seconds."""

    code = "queue_full"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ClosingError(RunsError):
    """The server is on its way out and takes nothing new; `retry_after` is in seconds."""

    code = "closing"

    def __init__(self, retry_after: int = 10) -> None:
        super().__init__("The server is closing and takes no new runs; try again shortly.")
        self.retry_after = retry_after


class KeyReusedError(RunsError):
    """An idempotency key came again with another body."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was used with another body; a new submission needs a new key."
        )


class UnknownRunError(RunsError):
    """There is no run of this id, or no longer."""

    code = "unknown_run"

    def __init__(self, run: str) -> None:
        super().__init__(f"There is no run '{run[:40]}'; it may have been removed.")


class NotFinalError(RunsError):
    """Only a run that has ended can be retried or removed."""

    code = "run_not_final"

    def __init__(self, run: str, status: str) -> None:
        super().__init__(f"The run {run} is {status}; wait until it has ended, or cancel it.")


class NotQueuedError(RunsError):
    """Only a run that waits has a place in the queue."""

    code = "run_not_queued"

    def __init__(self, run: str, status: str) -> None:
        super().__init__(f"The run {run} is {status}; only a queued run can be moved.")


class BadCursorError(RunsError):
    """A page's cursor that this server never gave out."""

    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__("The cursor is not one that a page of runs gave; leave it out to begin.")


_FULL = "There is no room left to write; free some space and try again."
_READ_ONLY = "The data folder cannot be written to; check its owner and permissions."


def storage_error(error: sqlite3.Error) -> StorageError:
    """The same failure as one of ours, told apart by SQLite's own result code."""
    name = getattr(error, "sqlite_errorname", "")
    # Where a write fails for want of room by quota or file size, SQLite says IOERR_WRITE.
    if name == "SQLITE_FULL" or name in {"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"}:
        return StorageFullError(_FULL)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StorageBusyError("Another process holds the database; stop it, or try again.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        return StorageReadOnlyError(_READ_ONLY)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return CorruptError("The database is damaged.")
    return StorageError(f"The database failed ({name or type(error).__name__}).")


def file_error(error: OSError) -> StorageError:
    """A failed write of a file as one of ours; no path, for it may reach a client."""
    if error.errno in NO_ROOM:
        return StorageFullError(_FULL)
    if error.errno in _CANNOT_WRITE:
        return StorageReadOnlyError(_READ_ONLY)
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return StorageError(f"A file could not be written ({name}).")
