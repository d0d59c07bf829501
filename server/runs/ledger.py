"""What becomes of runs: memory, database and events change together, here and nowhere else."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from server.worker.protocol import Worker

from . import changes
from .changes import Ending
from .errors import StorageError
from .live import Live
from .log import EventLog
from .queue import RunQueue
from .record import Run, RunArtifact, Status

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
logger = logging.getLogger(__name__)


class Ledger:
    """All runs that have not ended. Every method may be called only in the event loop's thread."""

    def __init__(self, log: EventLog, clock: Callable[[], float]) -> None:
        self.log = log
        self.clock = clock
        self.queue = RunQueue()
        self.lives: dict[str, Live] = {}
        self.finished: Counter[Status] = Counter()
        self.seconds = 1.0
        """How long a run takes, about; a running mean."""
        self.closing = False

    def accept(self, lives: Sequence[Live], key: tuple[str, str] | None) -> asyncio.Future[None]:
        """Queues new runs at once; the future is done when the commit that accepts them is."""
        for live in lives:
            self.lives[live.id] = live
            self.queue.add(live)
        drafts = [self.log.draft(live.id, "run_queued", _about(live)) for live in lives]
        # As they are now: a worker may have begun them before they are written.
        runs = [(live.run, live.place) for live in lives]
        future = self.log.post(partial(changes.accept, runs=runs, key=key), drafts, durable=True)
        future.add_done_callback(lambda done: self._accepted(done, lives))
        return future

    def begin(self, live: Live, worker: Worker) -> None:
        """A worker starts on the run. What there is to tell waits until the run is accepted."""
        live.worker = worker
        live.change(
            status="running",
            attempts=live.run.attempts + 1,
            started=self.clock(),
            device=worker.device,
        )
        run = live.run
        fields = {"attempt": run.attempts, "device": run.device}
        draft = self.log.draft(live.id, "run_started", fields)

        def tell() -> None:
            # Where this cannot be written, the run counts as queued after a crash: as it should.
            self._note(lambda c: changes.begin(c, run))
            self.log.add(draft)

        live.when_accepted(tell)

    def again(self, live: Live, *, deaths: int, reason: str) -> None:
        """An interrupted run goes back to the head of the queue."""
        live.worker, live.lane, live.deaths = None, self.queue.head_lane(), deaths
        live.change(status="queued")
        lane = live.lane
        self._note(lambda c: changes.requeue(c, live.id, lane, deaths))
        if not self.closing:
            self.queue.add(live)
        self.log.emit(live.id, "run_queued", **_about(live), again=True, reason=reason)

    async def add_artifact(self, live: Live, artifact: RunArtifact) -> None:
        """A file of the run is on the disk. Raises StorageError."""
        draft = self.log.draft(live.id, "artifact", {"artifact": artifact_fields(artifact)})
        await self.log.commit(
            lambda c: changes.add_artifact(c, live.id, artifact, draft.time),
            [draft],
            then=lambda: _add(live, artifact),
        )

    async def ask_to_cancel(self, live: Live) -> None:
        """From now on the run can only end cancelled and keeps no more files; when this returns,
        even over a crash. Raises StorageError: the run is cancelled all the same, if nothing
        crashes before it has ended.
        """
        live.cancelling = True
        await self.log.commit(lambda c: changes.ask_to_cancel(c, live.id), durable=True)

    async def finish(self, live: Live, ending: Ending) -> None:
        """Ends a run. Where there is no room to write that down it is tried until there is; if
        the server closes before, the run is interrupted and will be run again.
        """
        live.ending = True
        for attempt in range(1_000_000):
            try:
                await self.finish_now(live, ending)
            except StorageError as error:
                logger.warning("The end of run %s could not be kept: %s", live.id, error)
                if self.closing:
                    return
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            else:
                return

    async def moved(self, lives: Sequence[Live]) -> None:
        """Writes down new places of queued runs. Raises StorageError."""
        rows = [(live.lane, live.run.asked.priority, live.place, live.id) for live in lives]
        drafts = [
            self.log.draft(live.id, "run_moved", {"priority": live.run.asked.priority})
            for live in lives[:1]
        ]
        await self.log.commit(lambda c: changes.move(c, rows), drafts, durable=True)

    def reject(self, lives: Sequence[Live]) -> None:
        """Takes back runs whose accepting commit failed; nobody has heard of them."""
        for live in lives:
            self.queue.remove(live)
            self.lives.pop(live.id, None)
            live.settle(False)
            live.ended.set()
            if live.worker is not None:
                cancel = asyncio.ensure_future(live.worker.cancel(live.id))
                cancel.add_done_callback(_swallow)

    async def finish_now(self, live: Live, ending: Ending) -> None:
        """Ends a run, or raises StorageError and leaves it as it is."""
        now = self.clock()
        fields: dict[str, Any] = {
            "status": ending.status,
            "seconds": ending.seconds,
            "problems": [dict(problem) for problem in ending.problems],
        }
        draft = self.log.draft(live.id, "run_finished", fields)
        run = _ended(live, ending, now)
        await self.log.commit(
            lambda c: changes.finish(c, run),
            [draft],
            durable=True,
            then=lambda: self._ended(live, ending, now),
        )

    def _ended(self, live: Live, ending: Ending, now: float) -> None:
        live.run, live.worker = _ended(live, ending, now), None
        self.lives.pop(live.id, None)
        self.finished[ending.status] += 1
        if ending.status == "completed":
            self.seconds += 0.2 * (ending.seconds - self.seconds)
        live.ended.set()

    def _accepted(self, done: asyncio.Future[None], lives: Sequence[Live]) -> None:
        if done.cancelled() or done.exception() is not None:
            self.reject(lives)
            return
        for live in lives:
            live.settle(True)

    def _note(self, work: Callable[[Any], None]) -> None:
        """A change that may be lost: what follows from its loss after a crash is right too."""
        self.log.post(work).add_done_callback(_warn)


def artifact_fields(artifact: RunArtifact) -> dict[str, Any]:
    """An artifact as events have it."""
    file = artifact.file
    return {
        "path": artifact.path,
        "turn": list(artifact.turn),
        "ordinal": artifact.ordinal,
        "name": artifact.name,
        "preview": artifact.preview,
        "hash": file.hash,
        "media_type": file.media_type,
        "bytes": file.bytes,
        "width": file.width,
        "height": file.height,
    }


def _about(live: Live) -> dict[str, Any]:
    run = live.run
    return {
        "batch": run.batch,
        "item": run.item,
        "title": run.asked.title,
        "name": run.asked.name,
        "priority": run.asked.priority,
        "retry_of": run.retry_of,
    }


def _ended(live: Live, ending: Ending, now: float) -> Run:
    return replace(
        live.run,
        status=ending.status,
        finished=now,
        problems=ending.problems,
        values=ending.values,
        timings=ending.timings,
        lost=ending.lost,
    )


def _add(live: Live, artifact: RunArtifact) -> None:
    live.change(artifacts=(*live.run.artifacts, artifact))


def _warn(done: asyncio.Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()):
        logger.warning("A change of a run could not be kept: %s", error)


def _swallow(done: asyncio.Future[None]) -> None:
    if not done.cancelled():
        done.exception()
