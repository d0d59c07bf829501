"""One attempt at a run, on one worker: from the job to the run's end, or back into the queue."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Literal

from server.worker.protocol import Job, Outcome, Value, Worker, WorkerClosedError, WorkerDiedError

from .changes import Ending
from .ears import Ears
from .errors import StorageError
from .ledger import Ledger
from .live import Live, Trouble
from .record import Json, NodeTiming, RunValue

if TYPE_CHECKING:
    from server.library.artifacts import Artifacts

logger = logging.getLogger(__name__)
Rest = Callable[[], Awaitable[None]]
Health = Literal["well", "doubtful", "dead"]


class Attempts:
    """Runs jobs on workers and sees to what becomes of them."""

    def __init__(self, ledger: Ledger, artifacts: Artifacts, max_deaths: int) -> None:
        self._ledger = ledger
        self._artifacts = artifacts
        self._max_deaths = max_deaths

    async def make(self, worker: Worker, live: Live) -> tuple[Rest, Health]:
        """Gives the worker a run and waits until the worker is done with it. What is left to do
        then (files, the final commit) needs no worker: it is returned, to be done meanwhile. The
        second is how the worker is: one that was cancelled may have been replaced.
        """
        self._ledger.begin(live, worker)
        ears = Ears(live, self._ledger, self._artifacts)
        job = self._job(live)
        try:
            outcome = await worker.run(job, ears)
        except WorkerDiedError as error:
            died = error
            return lambda: self._interrupted(live, ears, died), "dead"
        except Exception as error:
            logger.exception("The worker on %s failed at run %s", worker.device, live.id)
            failed = _failed("internal", f"The worker failed ({type(error).__name__}).")
            return lambda: self._end(live, ears, failed), "doubtful"
        health: Health = "doubtful" if outcome.status == "cancelled" else "well"
        return lambda: self._end(live, ears, outcome), health

    def _job(self, live: Live) -> Job:
        run = live.run
        return Job(
            run=run.id,
            graph=run.asked.graph,
            inputs=run.asked.inputs,
            want=run.asked.want,
            previews=self._ledger.log.hub.watched(run.id),
        )

    async def _end(self, live: Live, ears: Ears, outcome: Outcome) -> None:
        await ears.settled()
        if not await live.accepted:
            return
        if outcome.status == "cancelled" and self._ledger.closing and not live.cancelling:
            reason = "The server was closed."
            self._ledger.again(live, deaths=live.deaths, reason=reason)
            return
        values = await self._values(live, outcome)
        # No await between this look at `cancelling` and `finish`, which fixes the end.
        await self._ledger.finish(live, _ending(live, outcome, values))

    async def _interrupted(self, live: Live, ears: Ears, error: WorkerDiedError) -> None:
        await ears.settled()
        if not await live.accepted:
            return
        if live.cancelling or live.trouble is not None:
            await self._ledger.finish(live, _ending(live, Outcome("cancelled", 0.0), {}))
        elif self._ledger.closing or isinstance(error, WorkerClosedError):
            self._ledger.again(live, deaths=live.deaths, reason="The server was closed.")
        elif live.deaths + 1 >= self._max_deaths:
            live.deaths += 1
            message = (
                f"The worker died {live.deaths} times while it ran this graph, the last time so: "
                f"{error} It is not tried again; look for a node that needs more memory than "
                "there is, or crashes."
            )
            outcome = _failed("worker_died", message)
            await self._ledger.finish(live, _ending(live, outcome, {}))
        else:
            self._ledger.again(live, deaths=live.deaths + 1, reason=str(error))

    async def _values(self, live: Live, outcome: Outcome) -> Mapping[str, RunValue]:
        """The wanted values with their pictures kept as files."""
        if live.cancelling or live.trouble is not None:
            return {}
        try:
            return {name: await self._kept(value) for name, value in outcome.values.items()}
        except StorageError as error:
            live.trouble = Trouble("", error.code, str(error))
            return {}

    async def _kept(self, value: Value) -> RunValue:
        files = [await self._artifacts.keep(data, "image/png") for data in value.pictures]
        return RunValue(value.kind, value.plain, tuple(files), dict(value.summary))


def _ending(live: Live, outcome: Outcome, values: Mapping[str, RunValue]) -> Ending:
    """What the run comes to: a cancel that was promised wins, then a file that is missing."""
    timings = {path: NodeTiming(*item) for path, item in outcome.timings.items()}
    if live.trouble is not None and not live.cancelling:
        problem = _problem(live.trouble.code, live.trouble.message, live.trouble.path)
        problems = (*outcome.problems, problem)
        return Ending("failed", outcome.seconds, problems, {}, timings, outcome.lost)
    if live.cancelling:
        return Ending("cancelled", outcome.seconds, (), {}, timings, outcome.lost)
    return Ending(outcome.status, outcome.seconds, outcome.problems, values, timings, outcome.lost)


def _failed(code: str, message: str) -> Outcome:
    return Outcome("failed", 0.0, (_problem(code, message),))


def _problem(code: str, message: str, path: str = "") -> Mapping[str, Json]:
    return {"code": code, "path": path, "port": "", "message": message, "fix": ""}
