"""A worker in a process of its own: the job that is on, questions beside it, and how it ends."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from .channel import Frame
from .keeper import CLOSED, Keeper
from .link import Link
from .messages import job_frame, made_of, outcome_of, peeked_of
from .protocol import Hears, Job, Outcome, Peeked, Stats, WorkerClosedError, WorkerDiedError
from .setup import Patience, Setup

Json = Any
State = Literal["starting", "idle", "busy", "stopping", "dead"]


@dataclass(slots=True, eq=False)
class Running:
    """The job that is on; `link` is the process it was given to, None while none is ready."""

    job: Job
    hears: Hears
    ended: asyncio.Future[Outcome]
    begun: float
    link: Link | None = None
    cancelled: bool = False
    limit: asyncio.TimerHandle | None = None

    @property
    def seconds(self) -> float:
        """Since it was begun."""
        return time.monotonic() - self.begun

    def settle(self, outcome: Outcome | BaseException) -> None:
        if self.ended.done():
            return
        if isinstance(outcome, BaseException):
            self.ended.set_exception(outcome)
        else:
            self.ended.set_result(outcome)


class ProcessWorker:
    """`Worker` over a child process. One event loop; `start` before anything else.

    A process that died is started again by itself, after a pause that doubles each time it dies
    without having ended a run. environment: what the child inherits, less the server's settings
    and secrets; None is this process's own.
    """

    def __init__(
        self,
        setup: Setup | None = None,
        patience: Patience | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._running: Running | None = None
        around = os.environ if environment is None else environment
        self._keeper = Keeper(setup or Setup(), self._patience, around, self._heard, self._lost)

    @property
    def device(self) -> str:
        """The device in use; what was asked for, until the first process has answered."""
        return self._keeper.device

    @property
    def pid(self) -> int | None:
        """The process's number, None while there is none."""
        return self._keeper.pid

    async def start(self) -> None:
        """Starts it; returns once it answers. Raises WorkerDiedError where it cannot start."""
        await self._keeper.start()

    async def run(self, job: Job, hears: Hears) -> Outcome:
        """Runs one job; one at a time. Raises WorkerDiedError; the worker then restarts itself."""
        if self._running is not None:
            raise RuntimeError("This worker is running another job.")
        ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        running = self._running = Running(job, hears, ended, time.monotonic())
        try:
            link = await self._keeper.link(unless=ended)
            if link is None:
                return await ended
            running.link = link
            self._limit(running)
            await link.send(job_frame(job))
            return await ended
        except asyncio.CancelledError:
            self._keeper.end("Nobody waits for its run any more.")
            raise
        finally:
            if running.limit is not None:
                running.limit.cancel()
            self._running = None

    async def cancel(self, run: str) -> None:
        """Asks the run to end within one step; where it does not, the process is replaced."""
        running = self._running
        if running is None or running.job.run != run or running.cancelled:
            return
        running.cancelled = True
        if running.link is None:
            running.settle(Outcome("cancelled", running.seconds))
            return
        loop = asyncio.get_running_loop()
        if running.limit is not None:
            running.limit.cancel()
        reason = f"The run did not end within {self._patience.cancel:g} s of being cancelled."
        running.limit = loop.call_later(self._patience.cancel, self._keeper.end, reason)
        await running.link.send(Frame({"type": "cancel", "run": run}))

    async def watch(self, previews: bool) -> None:
        """Whether previews are wanted from now on."""
        if (link := self._keeper.ready) is not None:
            await link.send(Frame({"type": "watch", "previews": previews}))

    async def forecast(
        self, graph: str, inputs: Mapping[str, Json], want: Sequence[str] | None
    ) -> Mapping[str, Json]:
        """What a run would do. Raises GraphRefusedError, WorkerDiedError."""
        wanted = None if want is None else list(want)
        facts = {"graph": graph, "inputs": dict(inputs), "want": wanted}
        return dict((await self._ask("forecast", facts)).head["result"])

    async def peek(
        self, graph: str, inputs: Mapping[str, Json], wire: str, turn: Sequence[int], picture: bool
    ) -> Peeked | None:
        """A kept value looked at. Raises GraphRefusedError, WorkerDiedError."""
        facts = {
            "graph": graph,
            "inputs": dict(inputs),
            "wire": wire,
            "turn": list(turn),
            "picture": picture,
        }
        return peeked_of(await self._ask("peek", facts))

    async def choices(self) -> Mapping[str, Sequence[str]]:
        """The entries of every list: models, images. Raises WorkerDiedError."""
        return dict((await self._ask("choices", {})).head["result"])

    async def stats(self) -> Stats:
        """How it is; known at once where it does not answer within a second."""
        found: Mapping[str, Json] = {}
        if (link := self._keeper.ready) is not None:
            with suppress(TimeoutError, WorkerDiedError):
                async with asyncio.timeout(1.0):
                    found = (await link.ask("stats", {})).head["result"]
        run = self._running.job.run if self._running is not None else None
        restarts, resident = self._keeper.restarts, found.get("resident", 0)
        return Stats(self.device, self._state(), run, restarts, resident, found.get("kept", {}))

    async def close(self, grace: float) -> None:
        """Ends the process within `grace` seconds, and kills it then."""
        await self._keeper.close(grace)
        if self._running is not None:
            self._running.settle(WorkerClosedError(CLOSED))

    def _state(self) -> State:
        keeper = self._keeper
        if keeper.closing:
            return "stopping" if keeper.alive else "dead"
        if keeper.ready is None:
            return "starting" if keeper.alive else "dead"
        return "busy" if self._running is not None else "idle"

    async def _ask(self, what: str, facts: Mapping[str, Json]) -> Frame:
        link = await self._keeper.link()
        assert link is not None
        return await link.ask(what, facts)

    def _heard(self, frame: Frame) -> None:
        """What a process says, in its order."""
        running = self._running
        if running is None or frame.head.get("run") != running.job.run or running.ended.done():
            return
        try:
            self._tell(running, frame)
        except Exception as error:  # noqa: BLE001 - the listener's own, for who waits for the run
            running.settle(error)
            self._keeper.end("What it said could not be taken.")

    def _tell(self, running: Running, frame: Frame) -> None:
        run = running.job.run
        match frame.type:
            case "event":
                running.hears.event(run, frame.head["event"])
            case "preview":
                running.hears.preview(run, frame.head["header"], frame.parts[0])
            case "made" if not running.cancelled:
                running.hears.made(run, made_of(frame))
            case "outcome":
                self._keeper.useful()
                running.settle(self._judged(running, outcome_of(frame)))

    def _judged(self, running: Running, outcome: Outcome) -> Outcome | BaseException:
        """A run that was cancelled is cancelled, however far it came; one we stopped goes on."""
        if running.cancelled and outcome.status != "cancelled":
            return Outcome("cancelled", outcome.seconds, timings=outcome.timings)
        if self._keeper.closing and not running.cancelled and outcome.status == "cancelled":
            return WorkerClosedError(CLOSED)
        return outcome

    def _lost(self, link: Link, how: str) -> None:
        """A process is over: so is the run in it."""
        running = self._running
        if running is None or running.link is not link:
            return
        if running.cancelled:
            running.settle(Outcome("cancelled", running.seconds))
        elif self._keeper.closing:
            running.settle(WorkerClosedError(CLOSED))
        else:
            running.settle(WorkerDiedError(how))

    def _limit(self, running: Running) -> None:
        """Ends the process where its run takes longer than any run may."""
        seconds = self._patience.run
        if seconds is not None and running.limit is None:
            reason = f"The run took longer than the {seconds:g} s that a run may take."
            loop = asyncio.get_running_loop()
            running.limit = loop.call_later(seconds, self._keeper.end, reason)
