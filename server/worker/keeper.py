"""A worker process kept alive: started, watched for signs of life, replaced when it is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from .channel import Frame
from .link import Link
from .protocol import WorkerClosedError, WorkerDiedError
from .setup import Patience, Setup

log = logging.getLogger(__name__)
CLOSED = "The worker was closed."


class Keeper:
    """One process at a time. It knows no jobs: `hear` is called with what the process says, and
    `lost` when it is over, with the sentence that says how.

    A process that died is started again after a pause, which doubles each time one dies without
    having done anything of use (`useful`).
    """

    def __init__(
        self,
        setup: Setup,
        patience: Patience,
        environment: Mapping[str, str],
        hear: Callable[[Frame], None],
        lost: Callable[[Link, str], None],
    ) -> None:
        self.device = setup.device or ""
        self.restarts = 0
        self.closing = False
        self._setup = setup
        self._patience = patience
        self._environment = environment
        self._hear = hear
        self._lost = lost
        self._link: Link | None = None
        self._ready = asyncio.Event()
        self._closed = asyncio.Event()
        self._greeted: asyncio.Future[Frame] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._pings: set[asyncio.Task[None]] = set()
        self._deaths = 0

    @property
    def alive(self) -> bool:
        """Whether there is a process, one that does not answer yet included."""
        return self._link is not None and self._link.alive

    @property
    def ready(self) -> Link | None:
        """The process, if it answers."""
        return self._link if self._ready.is_set() else None

    @property
    def pid(self) -> int | None:
        return self._link.process.pid if self._link is not None and self._link.alive else None

    async def start(self) -> None:
        """Starts a process; returns once it answers. Raises WorkerDiedError where it cannot."""
        await self._open()
        self._keeping = asyncio.create_task(self._keep())

    def useful(self) -> None:
        """The process has done something: the next pause is a short one."""
        self._deaths = 0

    def end(self, reason: str) -> None:
        """Kills the process; another one follows."""
        self._ready.clear()
        if self._link is not None:
            self._link.kill(reason)

    async def link(self, unless: asyncio.Future[Any] | None = None) -> Link | None:
        """The process once it answers; None where `unless` was settled meanwhile.

        Raises WorkerDiedError where none could be started for long, WorkerClosedError.
        """
        seconds = self._patience.start + self._patience.retry_most
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.closing and not (unless is not None and unless.done()):
                    if (link := self.ready) is not None:
                        return link
                    await self._news(unless)
        if self.closing:
            raise WorkerClosedError(CLOSED)
        if unless is not None and unless.done():
            return None
        raise WorkerDiedError("The worker process could not be started again.")

    async def close(self, grace: float) -> None:
        """Asks the process to end within `grace` seconds, and kills it then."""
        self.closing = True
        self._closed.set()
        link = self._link
        if self.ready is not None and link is not None and link.alive:
            await link.send(Frame({"type": "close", "grace": grace}))
            await asyncio.wait([link.ended], timeout=grace)
            link.kill("It did not close in time.")
            await link.ended
        if self._keeping is not None:
            await self._keeping
        if self._link is not None and self._link.alive:  # one that was being started
            self._link.kill(CLOSED)
            await self._link.ended
        await asyncio.gather(*self._pings, return_exceptions=True)

    async def _news(self, unless: asyncio.Future[Any] | None) -> None:
        """Returns when a process may be ready, or nothing is to be waited for any more."""
        waits = [asyncio.create_task(event.wait()) for event in (self._ready, self._closed)]
        others: set[asyncio.Future[Any]] = {unless} if unless is not None else set()
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
        await self._greeting(greeted, link)
        if greeted.done() and greeted.result().type == "ready" and not self.closing:
            self.device = greeted.result().head["device"]
            link.ended.add_done_callback(lambda _: self._ready.clear())
            self._ready.set()
            return
        link.kill(f"It did not answer within {self._patience.start:g} s of its start.")
        how = await link.ended
        if greeted.done() and greeted.result().type == "refused":
            how = f"The worker could not start: {greeted.result().head['message']}"
        raise WorkerDiedError(how)

    async def _greeting(self, greeted: asyncio.Future[Frame], link: Link) -> None:
        """Waits until the process has said how it is, is over, or took too long."""
        closed = asyncio.create_task(self._closed.wait())
        signs: set[asyncio.Future[Any]] = {greeted, link.ended, closed}
        try:
            await asyncio.wait(
                signs, timeout=self._patience.start, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            closed.cancel()

    async def _keep(self) -> None:
        """Watches the process, and starts another when it is over, until closed."""
        while not self.closing:
            assert self._link is not None
            how = await self._watched(self._link)
            self._lost(self._link, how)
            while not self.closing and not self._ready.is_set():
                log.warning("the worker for %s is started again: %s", self.device, how)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closed.wait(), self._pause())
                how = await self._again()

    async def _again(self) -> str:
        if self.closing:
            return CLOSED
        self.restarts += 1
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
                self.end(f"The worker gave no sign of life for {self._patience.silence:g} s.")
            elif not self.closing:
                self._ping(link.ping())
        return link.ended.result()

    def _pause(self) -> float:
        longest = self._patience.retry_most
        return min(longest, self._patience.retry * 2.0 ** min(self._deaths, 16))

    def _heard(self, frame: Frame) -> None:
        if frame.type not in {"ready", "refused"}:
            self._hear(frame)
        elif self._greeted is not None and not self._greeted.done():
            self._greeted.set_result(frame)

    def _ping(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._pings.add(task)
        task.add_done_callback(self._pings.discard)
