"""What runs made, kept by content: pictures and other files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from server.runs.database import Database
from server.runs.record import Stored
from server.runs.rows import file_of

from .folder import NAME, Folder
from .pictures import size_of


class Artifacts:
    """Files of runs. A file's row in the database comes with the run's own commit."""

    def __init__(self, root: Path, database: Database) -> None:
        self.folder = Folder(root)
        self._database = database

    async def keep(self, data: bytes, media_type: str) -> Stored:
        """Writes a file, synced to the disk. Raises StorageFullError or another StorageError."""
        return await asyncio.to_thread(self._keep, data, media_type)

    async def get(self, name: str) -> Stored | None:
        """What is known of a file that some run refers to."""
        match = NAME.fullmatch(name)
        if match is None:
            return None
        return await self._database.read(lambda c: file_of(c, "artifact", f"sha256:{match[1]}"))

    def path(self, name: str) -> Path | None:
        """Where the bytes are."""
        return self.folder.path(name)

    def _keep(self, data: bytes, media_type: str) -> Stored:
        width, height = size_of(data) or (None, None)
        return Stored(self.folder.add(data), media_type, len(data), width, height)
