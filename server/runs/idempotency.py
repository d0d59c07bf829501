"""Submissions that come twice under one key are one submission, at the same time or a day later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from .changes import find_key
from .database import Database
from .errors import KeyReusedError
from .record import Run
from .writer import settled

Make = Callable[[], Awaitable[tuple[Run, ...]]]
Load = Callable[[str], Awaitable[Run | None]]


class Idempotency:
    """Remembers keys: while a submission is under way in memory, then in the database."""

    def __init__(self, database: Database, load: Load) -> None:
        self._database = database
        self._load = load
        self._under_way: dict[str, tuple[str, asyncio.Task[tuple[Run, ...]]]] = {}

    async def once(self, key: str, digest: str, make: Make) -> tuple[Run, ...]:
        """The runs that were accepted under this key, or those that `make` accepts now.

        Raises KeyReusedError where the key came with a body of another digest, and what `make`
        raises. A caller that goes away does not take the submission with it.
        """
        known = self._under_way.get(key)
        if known is None:
            task = asyncio.create_task(self._find_or_make(key, digest, make))
            task.add_done_callback(lambda done: self._over(key, done))
            known = self._under_way[key] = digest, task
        if known[0] != digest:
            raise KeyReusedError
        return await settled(known[1])

    async def _find_or_make(self, key: str, digest: str, make: Make) -> tuple[Run, ...]:
        found = await self._database.read(lambda c: find_key(c, key))
        if found is None:
            return await make()
        if found[0] != digest:
            raise KeyReusedError
        loaded = [await self._load(run) for run in found[1]]
        runs = tuple(run for run in loaded if run is not None)
        # Where all of them were removed since, there is nothing left to answer with.
        return runs or await make()

    def _over(self, key: str, done: asyncio.Task[tuple[Run, ...]]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # the callers have it; here it counts as seen
