"""A folder of files by name within a byte budget, which any number of processes may use at once.

A file appears whole, by rename; the least recently used ones go first. Knows nothing of what is
in a file, and starts no thread.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from .values import hashed

NAME = re.compile(r"[0-9a-f]{16,64}")
PART = ".part"
STALE = 3600.0
"""Seconds after which a file that was never finished is taken for a dead process's."""


class SharedFolder:
    """Files below `root`, in 256 folders by their first two digits."""

    def __init__(self, root: Path, budget: int) -> None:
        self.root = root
        self.budget = budget
        self.bytes = 0
        self.removed = 0
        self._unscanned = 0
        self._prefix = str(root) + os.sep

    def path(self, name: str) -> str:
        """Where `name` lies; a name that no file could bear is hashed."""
        if NAME.fullmatch(name) is None:
            name = hashed(name)
        return f"{self._prefix}{name[:2]}{os.sep}{name}"

    def has(self, name: str) -> bool:
        return os.access(self.path(name), os.F_OK)

    def read(self, name: str) -> bytes | None:
        """The content, or None; reading makes it young again. Raises OSError if it is refused."""
        path = self.path(name)
        if not os.access(path, os.F_OK):
            return None
        try:
            with open(path, "rb") as stream:
                content = stream.read()
        except FileNotFoundError:
            return None
        with suppress(OSError):
            os.utime(path)
        return content

    def write(self, name: str, content: bytes) -> None:
        """Writes aside, then renames. Removes old files when the budget is passed. OSError."""
        path = self.path(name)
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        part = os.path.join(folder, f".{uuid4().hex}{PART}")
        try:
            with open(part, "wb") as stream:
                stream.write(content)
            os.replace(part, path)
        except OSError:
            self.remove(part)
            raise
        self.bytes += len(content)
        self._unscanned += len(content)
        # Others write here too, so the total is counted anew before it can be far off.
        if self.bytes > self.budget or self._unscanned > self.budget // 16:
            self.trim()

    def remove(self, path: str) -> None:
        with suppress(OSError):
            os.unlink(path)

    def trim(self) -> None:
        """Counts the files and, above the budget, removes the oldest down to 90% of it."""
        files = list(self._files())
        self.bytes = sum(size for _, size, _ in files)
        self._unscanned = 0
        if self.bytes <= self.budget:
            return
        for _, size, path in sorted(files):
            if self.bytes <= self.budget * 0.9:
                break
            self.remove(path)
            self.bytes -= size
            self.removed += 1

    def _files(self) -> Iterator[tuple[float, int, str]]:
        """`(mtime, bytes, path)` of every file; those that were never finished are removed."""
        for folder in _listed(str(self.root)):
            for file in _listed(folder.path):
                try:
                    stat = file.stat(follow_symlinks=False)
                except OSError:
                    continue
                if not file.name.endswith(PART):
                    yield stat.st_mtime, stat.st_size, file.path
                elif time.time() - stat.st_mtime > STALE:
                    self.remove(file.path)


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
