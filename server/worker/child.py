"""The worker process, `python -m server.worker.child`: an engine behind a pair of pipes.

Three threads beside the one that writes: this module's main thread runs jobs, `control` reads
what the server says and acts on it at once, `questions` answers forecasts and peeks meanwhile.
The only file in the server's process tree that makes an Engine.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import queue
import signal
import sys
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.errors import GraphError, LatentgraphError

from . import channel
from .channel import Frame
from .jobs import JobRun
from .messages import job_of, outcome_frame
from .outbox import Outbox
from .protocol import Job, Outcome
from .setup import Setup
from .warming import warm

if TYPE_CHECKING:
    from engine.session import Engine

log = logging.getLogger(__name__)
Json = Any
ORPHANED = 2.0
"""Seconds for what is to be written once the server is gone."""
PR_SET_PDEATHSIG = 1


class Child:
    """The state that the threads share."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._outbox = Outbox(sink, broken=lambda: os._exit(1))
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._questions: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._engine: Engine | None = None
        self._beginning = Lock()
        self._waiting: set[str] = set()
        self._watched: bool | None = None
        self._now: JobRun | None = None
        self._working = False
        self._leaving = False
        self._done = Event()

    def serve(self) -> None:
        """Makes the engine, then runs jobs one after the other until told to leave."""
        first = channel.read(self._source)
        if first is None or first.type != "setup":
            return
        Thread(target=self._control, name="control", daemon=True).start()
        setup = Setup.from_json(first.head["setup"])
        engine = self._open(setup)
        if engine is not None:
            Thread(target=self._answer, args=(engine,), name="questions", daemon=True).start()
            if setup.warm:
                warm(engine.catalogue.packs)
            gc.freeze()  # what is imported stays: collecting it takes 0.1 s in the middle of a run
            self._working = True
            self._work(engine)
            engine.close()
        self._outbox.flush(ORPHANED)
        self._done.set()

    def _open(self, setup: Setup) -> Engine | None:
        try:
            self._engine = engine = engine_of(setup)
        except (LatentgraphError, OSError, ImportError, RuntimeError, ValueError) as error:
            log.exception("the engine cannot be made")
            message = f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"
            self._outbox.send(Frame({"type": "refused", "message": message}))
            return None
        ready = {"type": "ready", "device": engine.device, "dtype": engine.dtype}
        self._outbox.send(Frame(ready))
        return engine

    def _work(self, engine: Engine) -> None:
        while not self._leaving:
            job = self._jobs.get()
            if job is None:
                return
            run = self._begin(job, engine)
            if run is None:
                continue
            outcome = run.run()
            self._now = None
            self._outbox.send(outcome_frame(job.run, outcome))

    def _begin(self, job: Job, engine: Engine) -> JobRun | None:
        """Takes a job up, unless it was cancelled before it could begin."""
        with self._beginning:
            if job.run not in self._waiting:
                return None
            self._waiting.discard(job.run)
            run = self._now = JobRun(job, engine, self._outbox)
            if self._watched is not None:
                run.watch(self._watched)
            if self._leaving:
                run.cancel()
            return run

    def _take(self, job: Job) -> None:
        self._watched = None
        self._waiting.add(job.run)
        self._jobs.put(job)

    def _control(self) -> None:
        """Reads until the server goes: then this process has no reason to live."""
        while (frame := channel.read(self._source)) is not None:
            match frame.type:
                case "run":
                    self._take(job_of(frame))
                case "cancel":
                    self._cancel(frame.head["run"])
                case "watch":
                    self._watch(frame.head["previews"])
                case "ping":
                    self._outbox.send(Frame({"type": "pong"}))
                case "ask":
                    self._questions.put(frame)
                case "close":
                    self._leave(frame.head["grace"])
        self._leave(ORPHANED)

    def _cancel(self, run: str) -> None:
        """One that is on ends within a step; one that still waits for its turn is over."""
        with self._beginning:
            if run in self._waiting:
                self._waiting.discard(run)
                self._outbox.send(outcome_frame(run, Outcome("cancelled", 0.0)))
            elif (now := self._now) is not None and now.job.run == run:
                now.cancel()

    def _watch(self, previews: bool) -> None:
        with self._beginning:
            self._watched = previews
            if (now := self._now) is not None:
                now.watch(previews)

    def _leave(self, grace: float) -> None:
        """Ends the run and the process. What loops kept is written even if a node goes on."""
        self._leaving = True
        if (now := self._now) is not None:
            now.cancel()
        self._jobs.put(None)
        if self._engine is None or not self._working:
            os._exit(0)  # nothing has run: there is nothing to be written
        if not self._done.wait(grace * 0.6) and self._engine.store is not None:
            self._engine.store.flush(grace * 0.3)
        os._exit(0)

    def _answer(self, engine: Engine) -> None:
        from .questions import Questions

        questions = Questions(engine)
        while True:
            asked = self._questions.get()
            head = asked.head
            try:
                found = questions.answer(head["what"], head["facts"])
            except GraphError as wrong:
                problems = [problem.to_json() for problem in wrong.problems]
                found = Frame({"type": "answer", "problems": problems})
            except Exception as error:  # a pack's own code; the worker goes on
                log.exception("%s failed", head["what"])
                found = Frame({"type": "answer", "failed": type(error).__name__})
            self._outbox.send(Frame({**found.head, "id": head["id"]}, found.parts))


def engine_of(setup: Setup) -> Engine:
    """The engine that a setup asks for."""
    if setup.values is not None:
        # torch makes this folder when it compiles: among what is kept, not in a shared /tmp.
        compiled = setup.values.parent / "torchinductor"
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(compiled))
    import torch

    from engine.files import Files
    from engine.memory import Memory
    from engine.session import DISK_BUDGET, Engine

    if setup.nice and hasattr(os, "nice"):
        os.nice(setup.nice)
    if setup.threads is not None:
        torch.set_num_threads(setup.threads)
    return Engine(
        device=setup.device,
        dtype=setup.dtype,
        files=Files({"models": setup.models, "images": setup.images}, setup.uploads, setup.hashes),
        store=setup.values,
        store_budget=DISK_BUDGET if setup.store_budget is None else setup.store_budget,
        ram_budget=setup.ram_budget,
        model_budget=setup.model_budget,
        memory=Memory(gpu=setup.gpu_memory, ram=setup.ram),
        user_nodes=setup.nodes,
    )


def take_over() -> tuple[BinaryIO, BinaryIO]:
    """The pipes, as files of this module alone.

    Whatever else reads standard input finds nothing, and what a node prints goes to the log.
    """
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink


def follow_parent(parent: int) -> None:
    """Ends with the server, at once where Linux sees to it, else at the end of its pipe.

    The server alone ends this process: a Ctrl-C or a stop of the whole group is its business.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def main() -> None:
    source, sink = take_over()
    follow_parent(int(sys.argv[1]))
    logging.basicConfig(level=logging.WARNING, format="worker: %(levelname)s %(name)s: %(message)s")
    Child(source, sink).serve()
    # Threads that other libraries started must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
