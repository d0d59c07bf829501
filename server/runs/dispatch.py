"""Workers and the queue brought together: each worker has a task that feeds it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from server.worker.protocol import Worker, WorkerDiedError

from .attempt import Attempts
from .ledger import Ledger

T = TypeVar("T")
BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
ENDINGS = 4
"""Runs a worker may be ahead of its final commits: where the disk is full it then waits."""
logger = logging.getLogger(__name__)


class Dispatcher:
    """Starts workers, hands them runs, starts them again after they died."""

    def __init__(
        self,
        workers: Sequence[Worker],
        ledger: Ledger,
        attempts: Attempts,
        tell: Callable[[str, str], None],
    ) -> None:
        self.up: set[Worker] = set()
        """Those that answer."""
        self._workers = workers
        self._ledger = ledger
        self._attempts = attempts
        self._tell = tell
        self._tasks: dict[asyncio.Task[None], Worker] = {}
        self._idle: set[asyncio.Task[None]] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._watching: dict[Worker, bool] = {}

    def start(self) -> None:
        for worker in self._workers:
            self._tasks[asyncio.create_task(self._serve(worker))] = worker

    def watch(self) -> None:
        """Tells busy workers whether anybody wants previews of what they do now."""
        for live in tuple(self._ledger.lives.values()):
            worker = live.worker
            if worker is None:
                continue
            wanted = self._ledger.log.hub.watched(live.id)
            if self._watching.get(worker) != wanted:
                self._watching[worker] = wanted
                self._keep(asyncio.create_task(self._quietly(worker.watch(wanted))))

    async def close(self, grace: float) -> None:
        """Begins nothing new; lets what runs end for most of `grace`, then closes the workers.

        Runs that had to be broken off are back in the queue when this returns.
        """
        for task in tuple(self._idle):
            task.cancel()
        busy = [task for task in self._tasks if task not in self._idle]
        if busy:
            await asyncio.wait(busy, timeout=grace * 0.6)
        closings = (worker.close(grace * 0.3) for worker in self._workers)
        await asyncio.gather(*closings, return_exceptions=True)
        if self._tasks:
            _, stuck = await asyncio.wait(self._tasks, timeout=max(grace * 0.1, 0.5))
            for task in stuck:
                task.cancel()
        if self._endings:
            await asyncio.wait(self._endings, timeout=max(grace * 0.1, 0.5))

    async def _serve(self, worker: Worker) -> None:
        await self._bring_up(worker)
        while not self._ledger.closing:
            live = await self._idly(self._ledger.queue.next())
            rest, health = await self._attempts.make(worker, live)
            self._watching.pop(worker, None)
            ending = asyncio.create_task(self._quietly(rest()))
            self._keep(ending)
            if health == "dead":
                self._down(worker)
                await asyncio.wait([ending])  # the run may have to come before all others
            if health != "well" and not self._ledger.closing:
                await self._until_up(worker)
            await self._not_too_far_ahead()

    async def _bring_up(self, worker: Worker) -> None:
        """Starts a worker, again and again where it does not start."""
        for attempt in range(1_000_000):
            try:
                await self._idly(worker.start())
            except WorkerDiedError as error:
                logger.warning("The worker on %s does not start: %s", worker.device, error)
                await self._idly(asyncio.sleep(BACKOFF[min(attempt, len(BACKOFF) - 1)]))
            else:
                break
        self._is_up(worker)

    async def _until_up(self, worker: Worker) -> None:
        """Waits while a worker restarts itself: a run is given only to one that answers, or its
        failure to start would be counted as that run's doing.
        """
        pause = 0.02
        while (await self._idly(worker.stats())).state not in {"idle", "busy"}:
            self._down(worker)
            await self._idly(asyncio.sleep(pause))
            pause = min(pause * 1.5, 1.0)
        self._is_up(worker)

    def _down(self, worker: Worker) -> None:
        if worker in self.up:
            self.up.discard(worker)
            self._tell(worker.device, "dead")

    def _is_up(self, worker: Worker) -> None:
        if worker not in self.up:
            self.up.add(worker)
            self._tell(worker.device, "idle")

    async def _quietly(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception:
            logger.exception("A run's end, or a message to a worker, failed")

    async def _not_too_far_ahead(self) -> None:
        while len(self._endings) >= ENDINGS * len(self._workers):
            await self._idly(asyncio.wait(self._endings, return_when=asyncio.FIRST_COMPLETED))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def _idly(self, waiting: Awaitable[T]) -> T:
        """Waits in a way that `close` may break off."""
        task = asyncio.current_task()
        assert task is not None
        self._idle.add(task)
        try:
            return await waiting
        finally:
            self._idle.discard(task)
