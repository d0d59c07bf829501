"""One server a data folder: a lock that the system drops when its holder ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from server.exits import FILES, Stop, reason

NAME = "lock"


class FolderLock:
    """Held from `take` to `drop`. The file says who holds it; it stays when the holder is gone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises Stop where another server has the folder, or where nothing can be written."""
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+", encoding="utf-8")
        except OSError as error:
            said = f"The data folder '{folder}' cannot be written to: {reason(error)}."
            raise Stop(said, FILES) from None
        if not _locked(file):
            file.seek(0)
            holder = file.read(200).strip() or "another process"
            file.close()
            raise Stop(
                f"The data folder '{folder}' is in use by {holder}; the lock is '{self.path}'. "
                "Stop that server, or give this one a folder of its own with --data.",
                FILES,
            )
        self._file = file
        self.say(f"the server with process number {os.getpid()}")

    def say(self, holder: str) -> None:
        """Writes who holds it, for whoever comes second."""
        if self._file is None:
            return
        try:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(holder)
            self._file.flush()
        except OSError as error:
            said = f"The data folder '{self.path.parent}' cannot be written to: {reason(error)}."
            raise Stop(said, FILES) from None

    def drop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _locked(file: IO[str]) -> bool:
    """Whether the lock could be had at once."""
    if sys.platform == "win32":
        import msvcrt

        try:
            file.seek(1 << 20)  # beyond what others read
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
