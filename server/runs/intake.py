"""Accepting runs: whether there is room, and from what was asked to runs that are on the disk."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from functools import partial

from .errors import ClosingError, QueueFullError
from .idempotency import Idempotency
from .ledger import Ledger
from .live import Live, new_id
from .policy import Policy
from .record import Asked, Run
from .writer import settled

LONGEST = 120
"""Seconds after which whoever found the queue full should look again, at the latest."""


class Intake:
    """Takes submissions for one ledger. `catalogue` gives the digest of the node types in use."""

    def __init__(
        self,
        ledger: Ledger,
        keys: Idempotency,
        policy: Policy,
        workers: int,
        catalogue: Callable[[], str | None],
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._policy = policy
        self._workers = workers
        self._catalogue = catalogue

    async def submit(
        self, asked: Sequence[Asked], key: str | None, body_digest: str
    ) -> tuple[Run, ...]:
        """One batch, of one run for each of `asked`; the same `key` again gives the same runs.

        Raises QueueFullError, ClosingError, KeyReusedError, StorageError.
        """
        if key is None:
            return await self._accept(asked)
        make = partial(self._accept, asked, (key, body_digest))
        return await self._keys.once(key, body_digest, make)

    async def again(self, run: Run) -> Run:
        """The same once more. Raises what `submit` raises."""
        (made,) = await self._accept([run.asked], retry_of=run.id)
        return made

    async def _accept(
        self,
        asked: Sequence[Asked],
        key: tuple[str, str] | None = None,
        retry_of: str | None = None,
    ) -> tuple[Run, ...]:
        if self._ledger.closing:
            raise ClosingError
        await self._ledger.log.room(len(asked))
        self._check_room(len(asked))
        lives = self._new_lives(asked, retry_of)
        if not lives:
            return ()
        await settled(self._ledger.accept(lives, key))
        return tuple(live.run for live in lives)

    def _new_lives(self, asked: Sequence[Asked], retry_of: str | None) -> list[Live]:
        now, loop = self._ledger.clock(), asyncio.get_running_loop()
        ids = [new_id(now) for _ in asked]
        catalogue, place = self._catalogue(), self._ledger.queue.new_place()
        return [
            Live(
                Run(
                    *(run, ids[0], item, wanted, "queued", now),
                    catalogue=catalogue,
                    retry_of=retry_of,
                ),
                place,
                loop.create_future(),
            )
            for item, (run, wanted) in enumerate(zip(ids, asked, strict=True))
        ]

    def _check_room(self, count: int) -> None:
        waiting, most = len(self._ledger.queue), self._policy.max_queue
        if waiting + count <= most:
            return
        seconds = self._ledger.seconds * (waiting + count - most) / max(1, self._workers)
        raise QueueFullError(
            f"{waiting} runs are waiting and at most {most} may; this would add {count}.",
            min(max(math.ceil(seconds), 1), LONGEST),
        )
