"""Runs, from submission to removal: what the server offers to whoever speaks for a client."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from server.library.artifacts import Artifacts
from server.library.graphs import Graphs
from server.library.thumbnails import Thumbnails
from server.library.uploads import Uploads
from server.worker.protocol import Worker

from . import changes
from .attempt import Attempts
from .changes import Ending
from .database import NAME, Database
from .dispatch import Dispatcher
from .errors import (
    NotFinalError,
    NotQueuedError,
    StorageError,
    UnknownRunError,
)
from .estimates import Estimate, estimate
from .hub import EventHub
from .idempotency import Idempotency
from .intake import Intake
from .ledger import Ledger
from .live import Live
from .log import EventLog
from .pages import Filter, Page, select_page
from .policy import Policy
from .record import FINAL, Asked, Json, Run, Status
from .recovery import recover
from .retention import Retention, Swept
from .rows import load_run

ENDING_SECONDS = 5.0
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many runs wait, run, and have ended since the start."""

    queued: int
    running: int
    finished: Mapping[Status, int]


class Runs:
    """The queue, the history and the library of one data folder, for one event loop.

    Nobody else may use the folder meanwhile. Methods raise RunsErrors; StorageErrors where the
    disk or the database fails, and then nothing has changed.
    """

    def __init__(
        self,
        data: Path,
        workers: Sequence[Worker],
        *,
        policy: Policy | None = None,
        catalogue: Callable[[], str | None] = lambda: None,
        clock: Callable[[], float] = time.time,
        database: Database | None = None,
    ) -> None:
        self.policy = policy = policy or Policy()
        self.workers = tuple(workers)
        self.database = database = database or Database(data / NAME)
        self.log = EventLog(database, clock)
        self.artifacts = Artifacts(data / "artifacts", database)
        self.uploads = Uploads(data / "uploads", database, clock)
        self.graphs = Graphs(database, self.log, clock, policy.versions)
        self.thumbnails = Thumbnails(data / "thumbnails")
        self._clock = clock
        self._ledger = Ledger(self.log, clock)
        self._intake = Intake(
            self._ledger, Idempotency(database, self.get), policy, len(self.workers), catalogue
        )
        attempts = Attempts(self._ledger, self.artifacts, policy.max_deaths)
        self._dispatcher = Dispatcher(self.workers, self._ledger, attempts, self._tell_of_worker)
        self._retention = Retention(
            self.log, policy, artifacts=self.artifacts.folder, uploads=self.uploads.folder
        )
        self._sweeping: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Opens the data folder, takes up what was under way, starts the workers.

        Raises StorageError of some kind, with a reason for the operator; nothing is running then.
        """
        await self.database.open()
        try:
            await self.log.open()
            await asyncio.to_thread(self.artifacts.folder.sweep)
            await asyncio.to_thread(self.uploads.folder.sweep)
            await recover(self._ledger)
        except BaseException:
            await self.database.close()
            raise
        self.hub.on_watch = self._dispatcher.watch
        self._dispatcher.start()
        self._sweeping = asyncio.create_task(self._sweep_now_and_then())

    async def close(self, grace: float = 10.0) -> None:
        """Takes nothing new, lets what runs end within `grace` seconds or puts it back into the
        queue, closes the workers, subscriptions and the database.
        """
        self._ledger.closing = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self._dispatcher.close(grace)
        with suppress(StorageError):
            await self.log.flush()
        self.hub.close("The server is closing.")
        await self.thumbnails.close()
        await self.database.close()

    @property
    def hub(self) -> EventHub:
        return self.log.hub

    @property
    def closing(self) -> bool:
        return self._ledger.closing

    @property
    def ready(self) -> bool:
        """Whether a run submitted now would soon be begun."""
        return not self.closing and bool(self._dispatcher.up)

    async def submit(
        self,
        asked: Sequence[Asked],
        *,
        count: int = 1,
        key: str | None = None,
        body_digest: str = "",
    ) -> tuple[Run, ...]:
        """Accepts one batch: each of `asked`, `count` times. When this returns, the runs are on
        the disk; a worker may have begun them before. The same `key` again gives the same runs.

        Raises QueueFullError, ClosingError, KeyReusedError, StorageError (nothing is run then).
        """
        wanted = [item for item in asked for _ in range(count)]
        return await self._intake.submit(wanted, key, body_digest)

    async def get(self, run: str) -> Run | None:
        live = self._ledger.lives.get(run)
        if live is not None:
            return live.run if live.known else None
        return await self.database.read(lambda c: load_run(c, run))

    def place(self, run: str) -> int | None:
        """How many runs are before this one in the queue; None for one that does not wait."""
        live = self._ledger.lives.get(run)
        return None if live is None else self._ledger.queue.index(live)

    async def page(self, wanted: Filter) -> Page:
        """Newest first. Raises BadCursorError."""
        page = await self.database.read(lambda c: select_page(c, wanted))
        places = {live.id: at for at, live in enumerate(self._ledger.queue)}
        return page.placed(places)

    async def wait(self, run: str, seconds: float) -> Run:
        """The run as soon as it has ended, or as it is after so many seconds."""
        live = self._ledger.lives.get(run)
        if live is None or not live.known:
            return await self._need(run)
        with suppress(TimeoutError):
            await asyncio.wait_for(live.ended.wait(), seconds)
        return live.run

    async def cancel(self, run: str) -> Run:
        """Ends a run that waits now, one that runs within a step; that it will be cancelled is on
        the disk when this returns. One that has ended stays as it is.
        """
        live = self._ledger.lives.get(run)
        if live is None or not live.known:
            return await self._need(run)
        if self._ledger.queue.remove(live):
            await self._cancel_queued(live)
        elif live.ending:
            with suppress(TimeoutError):
                await asyncio.wait_for(live.ended.wait(), ENDING_SECONDS)
        elif not live.cancelling:
            await self._cancel_running(live)
        return live.run

    async def retry(self, run: str) -> Run:
        """The same again as a new run. Raises NotFinalError, and what `submit` raises."""
        old = await self._need(run)
        if old.status not in FINAL:
            raise NotFinalError(run, old.status)
        return await self._intake.again(old)

    async def move(
        self, run: str, before: str | None = None, *, first: bool = False, last: bool = False
    ) -> Run:
        """Puts a waiting run before another, first, or last; it takes its neighbour's priority.

        Raises UnknownRunError, NotQueuedError for either of the two runs.
        """
        live = await self._queued(run)
        queue = self._ledger.queue
        target: Live | None = None
        if first:
            target = next(iter(queue))
        elif not last:
            target = await self._queued(before or "")
        moved = queue.move(live, target)
        if moved:
            await self._ledger.moved([live, *(other for other in moved if other is not live)])
        return live.run

    async def remove(self, run: str) -> None:
        """Deletes an ended run with its events. Raises UnknownRunError, NotFinalError."""
        found = await self._need(run)
        if found.status not in FINAL:
            raise NotFinalError(run, found.status)
        draft = self.log.draft(run, "run_removed", {})
        await self.log.commit(lambda c: changes.remove(c, run), [draft], durable=True)

    async def events(
        self, after: int = 0, run: str | None = None, limit: int = 500
    ) -> list[dict[str, Json]]:
        """Logged events after a number, oldest first; at most 1000."""
        runs = None if run is None else frozenset((run,))
        found = await self.log.read(after, self.hub.latest, runs, limit)
        return [event.data for event in found]

    async def estimates(self, graph: str) -> dict[str, Estimate]:
        """How long a graph's nodes take, by path, from past runs; unknown ones are left out."""
        return await self.database.read(lambda c: estimate(c, graph))

    def tell(self, kind: str, **fields: Json) -> None:
        """An event that concerns the server, not a run."""
        self.log.emit(None, kind, **fields)

    def counts(self) -> Counts:
        lives = self._ledger.lives.values()
        running = sum(live.worker is not None for live in lives)
        return Counts(len(self._ledger.queue), running, dict(self._ledger.finished))

    async def sweep(self) -> Swept:
        """Deletes what is due by the policy; happens by itself from time to time."""
        return await self._retention.sweep(self._clock())

    async def _cancel_running(self, live: Live) -> None:
        asked = asyncio.create_task(self._ledger.ask_to_cancel(live))
        await asyncio.sleep(0)  # nothing is kept from here on
        if live.worker is not None:
            await live.worker.cancel(live.id)
        await asked

    async def _cancel_queued(self, live: Live) -> None:
        live.ending = True
        try:
            await self._ledger.finish_now(live, Ending("cancelled"))
        except StorageError:
            live.ending = False
            self._ledger.queue.add(live)
            raise

    async def _need(self, run: str) -> Run:
        found = await self.get(run)
        if found is None:
            raise UnknownRunError(run)
        return found

    async def _queued(self, run: str) -> Live:
        found = await self._need(run)
        live = self._ledger.lives.get(run)
        if live is None or self._ledger.queue.index(live) is None:
            raise NotQueuedError(run, found.status)
        return live

    def _tell_of_worker(self, device: str, state: str) -> None:
        self.tell("worker", device=device, state=state)

    async def _sweep_now_and_then(self) -> None:
        while True:
            try:
                await self._retention.orphans()
                await self.sweep()
            except StorageError as error:
                logger.warning("Old runs and files could not be swept: %s", error)
            await asyncio.sleep(self.policy.sweep_seconds)
