"""One live worker process as the server sees it: what goes in, what comes out, how it ended."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from . import channel
from .channel import BrokenChannelError, Frame
from .protocol import GraphRefusedError, WorkerDiedError
from .setup import Setup, surroundings

Json = Any
BOOT = "import sys; sys.path.append(sys.argv[2]); from server.worker.child import main; main()"
"""`python -m server.worker.child`, found where this file is, and not in the folder we stand in."""
BUFFER = 256 << 10
"""Bytes read ahead: a burst is heard in portions, between which others have a turn."""
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Link:
    """A process, from its start to its end. `hear` is called with each frame that is no answer.

    `ended` gives, once it is over, the sentence that says how.
    """

    def __init__(self, process: Process, hear: Callable[[Frame], None]) -> None:
        self.process = process
        self.unanswered = 0
        self._hear = hear
        self._reason = ""
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Frame]] = {}
        self._sending = asyncio.Lock()
        self.ended: asyncio.Task[str] = asyncio.create_task(self._live())

    @classmethod
    async def open(
        cls, setup: Setup, environment: Mapping[str, str], hear: Callable[[Frame], None]
    ) -> Link:
        """Starts a process and tells it its setup. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-c",
            BOOT,
            str(os.getpid()),
            ROOT,
            stdin=PIPE,
            stdout=PIPE,
            env=surroundings(environment),
            limit=BUFFER,
            start_new_session=True,
        )
        link = cls(process, hear)
        await link.send(Frame({"type": "setup", "setup": setup.to_json()}))
        return link

    @property
    def alive(self) -> bool:
        return not self.ended.done()

    async def send(self, frame: Frame) -> None:
        """Sends a frame; one to a process that is ending is lost, as `ended` will say."""
        stream = self.process.stdin
        assert stream is not None
        async with self._sending:
            with suppress(ConnectionError, RuntimeError):
                stream.write(channel.encode(frame.head, frame.parts))
                await stream.drain()

    async def ask(self, what: str, facts: Mapping[str, Json]) -> Frame:
        """A question's answer. Raises GraphRefusedError, WorkerDiedError."""
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            if not self.alive:
                raise WorkerDiedError(self.ended.result())
            await self.send(
                Frame({"type": "ask", "id": number, "what": what, "facts": dict(facts)})
            )
            found: Frame = await answer
        finally:
            del self._asked[number]
        if "problems" in found.head:
            raise GraphRefusedError(found.head["problems"])
        if "failed" in found.head:
            raise RuntimeError(f"The worker could not answer '{what}': {found.head['failed']}.")
        return found

    async def ping(self) -> None:
        """Asks for a sign of life; `unanswered` counts those that did not come."""
        self.unanswered += 1
        await self.send(Frame({"type": "ping"}))

    def kill(self, reason: str) -> None:
        """Ends the process and whatever it started. `reason` is then how it ended."""
        if not self._reason and self.process.returncode is None:
            self._reason = reason
        self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()

    async def _live(self) -> str:
        """Hears the process until it is over."""
        try:
            await self._listen()
        except (BrokenChannelError, OSError) as broken:
            self._reason = self._reason or f"The worker's pipe broke: {broken}"
        # An end of the pipe is the end: a process that closed it can be of no use any more.
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), 1.0)
        self._kill()
        code = await self.process.wait()
        how = self._reason or said(code)
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(WorkerDiedError(how))
        return how

    async def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while (frame := await channel.receive(stream)) is not None:
            self.unanswered = 0
            match frame.type:
                case "answer":
                    answer = self._asked.get(frame.head["id"])
                    if answer is not None and not answer.done():
                        answer.set_result(frame)
                case "pong":
                    pass
                case _:
                    self._hear(frame)


def said(code: int) -> str:
    """How a process ended, by its exit code, in a sentence."""
    if code >= 0:
        return f"The worker process ended by itself with exit code {code}."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = " The system may have run out of memory." if name == "SIGKILL" else ""
    return f"The worker process was ended by {name}.{hint}"
