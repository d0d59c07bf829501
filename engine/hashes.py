"""Content hashes kept on disk, so that a file of gigabytes is read for its hash only once.

One small file a hashed file, named by its path; a corrupt or vanished one is a miss.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

BLOCK = 1 << 20
Identity = tuple[str, int, int, int, int]
WORTH_KEEPING = 1 << 20
"""Bytes from which a hash is written down: smaller files are read again in no time."""


class Hashes:
    """sha256 by file, size and modification time; in memory, and below `folder` if there is one."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._known: dict[Identity, str] = {}

    def of(self, path: Path) -> str:
        """The file's sha256. Raises OSError."""
        stat = path.stat()
        found = self._known.get(_identity(path, stat))
        if found is None:
            state = _state(path, stat)
            found = self._kept(state)
            if found is None:
                found = _read(path)
                if stat.st_size >= WORTH_KEEPING:
                    self._keep(state, found)
            self._known[_identity(path, stat)] = found
        return found

    def known(self, path: Path) -> str:
        """The hash if it needs no reading of the file, else nothing. Raises OSError."""
        stat = path.stat()
        return self._known.get(_identity(path, stat)) or self._kept(_state(path, stat)) or ""

    def _kept(self, state: tuple[str, int, int]) -> str | None:
        if self.folder is None:
            return None
        try:
            entry = json.loads(self._place(state).read_bytes())
            digest = entry["sha256"] if entry["state"] == list(state) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return digest if isinstance(digest, str) and len(digest) == 64 else None

    def _keep(self, state: tuple[str, int, int], digest: str) -> None:
        """Best effort: a full or read-only disk costs the next process a second reading."""
        if self.folder is None:
            return
        place = self._place(state)
        part = place.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"state": state, "sha256": digest}), encoding="utf-8")
            part.replace(place)
        except OSError:
            with suppress(OSError):
                part.unlink()

    def _place(self, state: tuple[str, int, int]) -> Path:
        assert self.folder is not None
        name = hashlib.blake2b(os.fsencode(state[0]), digest_size=16).hexdigest()
        return self.folder / f"{name}.json"


def _identity(path: Path, stat: os.stat_result) -> Identity:
    """A file in memory: following links to its name would take longer than all else."""
    return str(path), stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns


def _state(path: Path, stat: os.stat_result) -> tuple[str, int, int]:
    """A file on disk, where it is found again after a copy of the disk too."""
    return str(path.resolve()), stat.st_size, stat.st_mtime_ns


def _read(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            state.update(block)
    return state.hexdigest()
