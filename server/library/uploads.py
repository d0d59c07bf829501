"""Pictures that clients sent for graphs to read, kept by content next to `engine.files`' own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

from server.runs.database import Database
from server.runs.record import Stored
from server.runs.rows import file_of, insert_file

from .folder import NAME, Folder
from .pictures import MAX_BYTES, MAX_PIXELS, PictureError, check_picture


class Uploads:
    """The uploads folder: flat, so that `engine.files.Files` finds them by the same name."""

    def __init__(
        self,
        root: Path,
        database: Database,
        clock: Callable[[], float],
        *,
        max_pixels: int = MAX_PIXELS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.folder = Folder(root, flat=True)
        self.max_pixels = max_pixels
        self.max_bytes = max_bytes
        self._database = database
        self._clock = clock
        # One at a time: checking a picture may take many times its size in memory.
        self._checking = asyncio.Lock()

    async def add(self, data: bytes) -> Stored:
        """Checks and keeps a picture; the same bytes again are the same upload.

        Raises PictureError where it is not taken, StorageFullError or another StorageError.
        """
        async with self._checking:
            stored = await asyncio.to_thread(self._keep, data)
        now = self._clock()
        await self._database.write(lambda c: insert_file(c, "upload", stored, now), durable=True)
        return stored

    async def get(self, name: str) -> Stored | None:
        """What is known of an upload; one that came by another way is looked at now."""
        match = NAME.fullmatch(name)
        path = self.path(name)
        if match is None or path is None:
            return None
        full = f"sha256:{match[1]}"

        def find(connection: sqlite3.Connection) -> Stored | None:
            return file_of(connection, "upload", full)

        found = await self._database.read(find)
        if found is not None:
            return found
        try:
            return await self.add(await asyncio.to_thread(path.read_bytes))
        except (PictureError, OSError):
            return None

    def path(self, name: str) -> Path | None:
        """Where the bytes are."""
        return self.folder.path(name)

    def _keep(self, data: bytes) -> Stored:
        found = check_picture(data, max_pixels=self.max_pixels, max_bytes=self.max_bytes)
        name = self.folder.add(data)
        return Stored(name, found.media_type, len(data), found.width, found.height)
