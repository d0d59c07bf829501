"""A worker in a process of its own: started, watched, replaced when it dies or will not listen."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from .channel import Frame
from .link import Link
from .messages import job_frame, made_of, outcome_of, peeked_of
from .protocol import (
    Hears,
    Job,
    Outcome,
    Peeked,
    Stats,
    WorkerClosedError,
    WorkerDiedError,
)
from .setup import Patience, Setup

log = logging.getLogger(__name__)
Json = Any
State = Literal["starting", "idle", "busy", "stopping", "dead"]
CLOSED = "The worker was closed."


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
        self._setup = setup or Setup()
        self._patience = patience or Patience()
        self._environment = os.environ if environment is None else environment
        self._device = self._setup.device or ""
        self._link: Link | None = None
        self._ready = asyncio.Event()
        self._greeted: asyncio.Future[Frame] | None = None
        self._running: Running | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._restarts = 0
        self._deaths = 0
        self._closing = False
        self._closed = asyncio.Event()

    @property
    def device(self) -> str:
        """The device in use; what was asked for, until the first process has answered."""
        return self._device

    @property
    def pid(self) -> int | None:
        """The process's number, None while there is none."""
        return self._link.process.pid if self._link is not None and self._link.alive else None

    async def start(self) -> None:
        """Starts it; returns once it answers. Raises WorkerDiedError where it cannot start."""
        await self._open()
        self._keeper = asyncio.create_task(self._keep())

    async def run(self, job: Job, hears: Hears) -> Outcome:
        """Runs one job; one at a time. Raises WorkerDiedError; the worker then restarts itself."""
        if self._running is not None:
            raise RuntimeError("This worker is running another job.")
        ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        running = self._running = Running(job, hears, ended, time.monotonic())
        try:
            link = await self._live(running)
            if link is None:
                return await ended
            running.link = link
            self._limit(running)
            await link.send(job_frame(job))
            return await ended
        except asyncio.CancelledError:
            self._end("Nobody waits for its run any more.")
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
            running.settle(Outcome("cancelled", self._seconds(running)))
            return
        loop = asyncio.get_running_loop()
        if running.limit is not None:
            running.limit.cancel()
        reason = f"The run did not end within {self._patience.cancel:g} s of being cancelled."
        running.limit = loop.call_later(self._patience.cancel, self._end, reason)
        await running.link.send(Frame({"type": "cancel", "run": run}))

    async def watch(self, previews: bool) -> None:
        """Whether previews are wanted from now on."""
        if self._link is not None:
            await self._link.send(Frame({"type": "watch", "previews": previews}))

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
        if self._ready.is_set() and self._link is not None:
            with suppress(TimeoutError, WorkerDiedError):
                async with asyncio.timeout(1.0):
                    found = (await self._link.ask("stats", {})).head["result"]
        run = self._running.job.run if self._running is not None else None
        resident, kept = found.get("resident", 0), found.get("kept", {})
        return Stats(self._device, self._state(), run, self._restarts, resident, kept)

    async def close(self, grace: float) -> None:
        """Ends the process within `grace` seconds, and kills it then."""
        self._closing = True
        self._closed.set()
        link = self._link
        if link is not None and link.alive:
            await link.send(Frame({"type": "close", "grace": grace}))
            await asyncio.wait([link.ended], timeout=grace)
            link.kill("It did not close in time.")
            await link.ended
        if self._running is not None:
            self._running.settle(WorkerClosedError(CLOSED))
        if self._keeper is not None:
            await self._keeper
        await asyncio.gather(*self._chores, return_exceptions=True)

    def _state(self) -> State:
        if self._closing:
            return "stopping" if self._link is not None and self._link.alive else "dead"
        if not self._ready.is_set():
            return "starting" if self._link is not None and self._link.alive else "dead"
        return "busy" if self._running is not None else "idle"

    async def _ask(self, what: str, facts: Mapping[str, Json]) -> Frame:
        link = await self._live(None)
        assert link is not None
        return await link.ask(what, facts)

    async def _live(self, running: Running | None) -> Link | None:
        """The process once it answers; None where `running` ended while it was waited for."""
        seconds = self._patience.start + self._patience.retry_most
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._closing and not (running is not None and running.ended.done()):
                    if self._ready.is_set() and self._link is not None:
                        return self._link
                    await self._news(running)
        if self._closing:
            raise WorkerClosedError(CLOSED)
        if running is not None and running.ended.done():
            return None
        raise WorkerDiedError("The worker process could not be started again.")

    async def _news(self, running: Running | None) -> None:
        """Returns when a process may be ready, or nothing is to be waited for any more."""
        waits = [asyncio.create_task(event.wait()) for event in (self._ready, self._closed)]
        others: set[asyncio.Future[Any]] = {running.ended} if running is not None else set()
        try:
            await asyncio.wait({*waits, *others}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _open(self) -> None:
        """Starts a process and waits until it is ready. Raises WorkerDiedError."""
        greeted = self._greeted = asyncio.get_running_loop().create_future()
        try:
            link = self._link = await Link.open(self._setup, self._environment, self._heard)
        except OSError as error:
            raise WorkerDiedError(f"The worker could not start: {error.strerror}.") from None
        await asyncio.wait(
            [greeted, link.ended],
            timeout=self._patience.start,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if greeted.done() and greeted.result().type == "ready":
            self._device = greeted.result().head["device"]
            link.ended.add_done_callback(lambda _: self._ready.clear())
            self._ready.set()
            return
        link.kill(f"It did not answer within {self._patience.start:g} s of its start.")
        how = await link.ended
        if greeted.done():
            how = f"The worker could not start: {greeted.result().head['message']}"
        raise WorkerDiedError(how)

    async def _keep(self) -> None:
        """Watches the process, and starts another when it is over, until closed."""
        while not self._closing:
            assert self._link is not None
            how = await self._watched(self._link)
            self._lost(self._link, how)
            while not self._closing and not self._ready.is_set():
                log.warning("the worker for %s is started again: %s", self._device, how)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closed.wait(), self._pause())
                how = await self._again()

    async def _again(self) -> str:
        if self._closing:
            return CLOSED
        self._restarts += 1
        self._deaths += 1
        try:
            await self._open()
        except WorkerDiedError as error:
            return str(error)
        return ""

    async def _watched(self, link: Link) -> str:
        """Asks a process for signs of life until it is over; the sentence that says how."""
        most = max(1, round(self._patience.silence / self._patience.beat))
        while not (await asyncio.wait([link.ended], timeout=self._patience.beat))[0]:
            if link.unanswered >= most:
                self._end(f"The worker gave no sign of life for {self._patience.silence:g} s.")
            elif not self._closing:
                self._chore(link.ping())
        return link.ended.result()

    def _end(self, reason: str) -> None:
        """Kills the process; nothing more is asked of it."""
        self._ready.clear()
        if self._link is not None:
            self._link.kill(reason)

    def _pause(self) -> float:
        longest = self._patience.retry_most
        return min(longest, self._patience.retry * 2.0 ** min(self._deaths, 16))

    def _heard(self, frame: Frame) -> None:
        """What a process says, in its order."""
        if frame.type in {"ready", "refused"}:
            if self._greeted is not None and not self._greeted.done():
                self._greeted.set_result(frame)
            return
        running = self._running
        if running is None or frame.head.get("run") != running.job.run or running.ended.done():
            return
        try:
            self._tell(running, frame)
        except Exception as error:  # noqa: BLE001 - the listener's own, for who waits for the run
            running.settle(error)
            self._end("What it said could not be taken.")

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
                self._deaths = 0
                running.settle(self._judged(running, outcome_of(frame)))

    def _judged(self, running: Running, outcome: Outcome) -> Outcome | BaseException:
        """A run that was cancelled is cancelled, however far it came; one we stopped goes on."""
        if running.cancelled and outcome.status != "cancelled":
            return Outcome("cancelled", outcome.seconds, timings=outcome.timings)
        if self._closing and not running.cancelled and outcome.status == "cancelled":
            return WorkerClosedError(CLOSED)
        return outcome

    def _lost(self, link: Link, how: str) -> None:
        """A process is over: so is the run in it."""
        running = self._running
        if running is None or running.link is not link:
            return
        if running.cancelled:
            running.settle(Outcome("cancelled", self._seconds(running)))
        elif self._closing:
            running.settle(WorkerClosedError(CLOSED))
        else:
            running.settle(WorkerDiedError(how))

    def _limit(self, running: Running) -> None:
        """Ends the process where its run takes longer than any run may."""
        seconds = self._patience.run
        if seconds is not None and self._link is not None and running.limit is None:
            reason = f"The run took longer than the {seconds:g} s that a run may take."
            loop = asyncio.get_running_loop()
            running.limit = loop.call_later(seconds, self._end, reason)

    def _seconds(self, running: Running) -> float:
        return time.monotonic() - running.begun

    def _chore(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
