"""Files named by what is in them: whole or not there, whatever happens while they are written."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from server.runs.errors import file_error
from server.runs.opening import sync_folder

NAME = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
PART = ".part"
YOUNG_SECONDS = 600.0
"""A file written or asked for again so lately may be about to be named by a run."""


class Folder:
    """`root/ab/<64 hexadecimal digits>`, or flat: `root/<64 ...>`, as `engine.files` has uploads.

    Blocking, and safe to use from several threads; knows nothing of the database.
    """

    def __init__(self, root: Path, *, flat: bool = False) -> None:
        self.root = root
        self._flat = flat
        self._lock = threading.Lock()

    def add(self, data: bytes) -> str:
        """Keeps the bytes and returns their name, `sha256:...`.

        Raises StorageFullError or another StorageError; no file has the final name then.
        """
        digest = hashlib.sha256(data).hexdigest()
        target = self._target(digest)
        try:
            if not self._touch(target, len(data)):
                target.parent.mkdir(parents=True, exist_ok=True)
                self._write(target, data)
        except OSError as error:
            raise file_error(error) from error
        return f"sha256:{digest}"

    def path(self, name: str) -> Path | None:
        """Where the file is; None for one that is not here, and for what is no hash."""
        match = NAME.fullmatch(name)
        path = self._target(match[1]) if match else None
        return path if path is not None and path.is_file() else None

    def remove(self, name: str) -> bool:
        """Deletes a file, unless it was written or added again lately."""
        path = self.path(name)
        if path is None:
            return False
        with self._lock, suppress(OSError):
            if time.time() - path.stat().st_mtime > YOUNG_SECONDS:
                path.unlink()
                return True
        return False

    def sweep(self) -> int:
        """Deletes what interrupted writes left behind; for the start, before anything is added."""
        swept = 0
        for path in self._files():
            with suppress(OSError):
                if path.name.endswith(PART) and self._is_left(path):
                    path.unlink()
                    swept += 1
        return swept

    def _is_left(self, path: Path) -> bool:
        """Our own, or an old one: the command line may be writing to the uploads right now."""
        return path.name.startswith(".") or time.time() - path.stat().st_mtime > 3600

    def names(self) -> Iterator[str]:
        """The names of all files that are here."""
        for path in self._files():
            if NAME.fullmatch(path.name):
                yield f"sha256:{path.name}"

    def _files(self) -> Iterator[Path]:
        folders = [self.root] if self._flat else sorted(self.root.glob("[0-9a-f][0-9a-f]"))
        for folder in folders:
            if folder.is_dir():
                yield from folder.iterdir()

    def _target(self, digest: str) -> Path:
        return self.root / digest if self._flat else self.root / digest[:2] / digest

    def _touch(self, target: Path, size: int) -> bool:
        """Whether the file is here and whole; it counts as new from now on."""
        with self._lock:
            try:
                if target.stat().st_size != size:
                    return False
                os.utime(target)
            except FileNotFoundError:
                return False
            return True

    def _write(self, target: Path, data: bytes) -> None:
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}{PART}")
        try:
            with part.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(target)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        sync_folder(target.parent)
