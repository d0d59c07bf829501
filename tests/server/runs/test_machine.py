"""A state machine: whatever is done in whatever order, the service agrees with a plain model.

Steps: LATENTGRAPH_MACHINE_STEPS in all, 600 where it is not set.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server.runs.errors import KeyReusedError, NotFinalError, NotQueuedError, QueueFullError
from server.runs.hub import Event
from server.runs.pages import Filter
from server.runs.policy import Policy
from server.runs.service import Runs
from server.runs.subscription import Subscription
from server.worker.protocol import Hears, Job, Made, Outcome, Value, WorkerDiedError
from tests.server.fakeworker import FakeWorker, png
from tests.server.runs.running import asked, until

STEPS = int(os.environ.get("LATENTGRAPH_MACHINE_STEPS", "600"))
A_LIFE = 30
MOST = 6
NUMBERS = st.integers(0, 30)
T = TypeVar("T")


class Gated(FakeWorker):
    """Begins a run and then waits to be told how it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.on: tuple[Job, Hears] | None = None
        self.verdict: asyncio.Future[Outcome] | None = None

    async def run(self, job: Job, hears: Hears) -> Outcome:
        assert self.on is None
        self.on = job, hears
        self.verdict = asyncio.get_running_loop().create_future()
        try:
            return await self.verdict
        finally:
            self.on = None

    async def cancel(self, run: str) -> None:
        if self.on is not None and self.on[0].run == run:
            self.say(Outcome("cancelled", 0.1))

    async def close(self, grace: float) -> None:
        self.say(WorkerDiedError("closed"))

    def say(self, verdict: Outcome | Exception) -> None:
        if self.verdict is None or self.verdict.done():
            return
        if isinstance(verdict, Exception):
            self.verdict.set_exception(verdict)
        else:
            self.verdict.set_result(verdict)


@dataclass
class Expected:
    """What the model knows of a run."""

    status: str
    priority: int
    interrupted: int = 0
    deaths: int = 0
    attempts: int = 0
    artifacts: int = 0


class Machine(RuleBasedStateMachine):
    """One data folder, one worker at a time; `queue` is simply a list."""

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.now = 1_700_000_000.0
        self.known: dict[str, Expected] = {}
        self.queue: list[str] = []
        self.on: str | None = None
        self.keys: dict[str, tuple[list[str], str]] = {}
        self.heard: list[Event] = []
        self.subscription: Subscription | None = None
        self.open()

    def teardown(self) -> None:
        if hasattr(self, "runs"):
            self.listen()
            self.check_events()
            self.do(self.runs.close(0.1))
            self.loop.close()
            shutil.rmtree(self.folder)

    # What can be done

    @rule(
        priority=st.integers(-1, 1),
        count=st.integers(1, 2),
        key=st.sampled_from([None, None, "a", "b"]),
        body=st.sampled_from(["x", "y"]),
    )
    def submit(self, priority: int, count: int, key: str | None, body: str) -> None:
        submitting = self.runs.submit(
            [asked(1, priority=priority)], count=count, key=key, body_digest=body
        )
        before, known_body = self.keys.get(key or "", ([], body))
        kept = [run for run in before if run in self.known]
        if known_body != body:
            with pytest.raises(KeyReusedError):
                self.do(submitting)
        elif kept:
            assert [run.id for run in self.do(submitting)] == kept
        elif len(self.queue) + count > MOST:
            with pytest.raises(QueueFullError):
                self.do(submitting)
        else:
            made = self.do(submitting)
            if key is not None:
                self.keys[key] = [run.id for run in made], body
            for run in made:
                self.known[run.id] = Expected("queued", priority)
                ranks = [self.rank(other) for other in self.queue]
                at = next((i for i, rank in enumerate(ranks) if rank < (0, priority)), len(ranks))
                self.queue.insert(at, run.id)
            self.dispatch()

    @precondition(lambda self: self.on)
    @rule(status=st.sampled_from(["completed", "completed", "failed"]), pictures=st.integers(0, 2))
    def end(self, status: Any, pictures: int) -> None:
        run = self.saved(pictures)
        picture = Value("picture", pictures=(png("value"),))
        values = {"image": picture} if status == "completed" else {}
        timings = {"denoise": (4, 0, 0.5, False)}
        self.worker.say(Outcome(status, 0.5, values=values, timings=timings))
        self.known[run].status = status
        self.on = None
        self.dispatch()

    @precondition(lambda self: self.on)
    @rule(pictures=st.integers(0, 2))
    def die(self, pictures: int) -> None:
        run = self.saved(pictures)
        self.worker.say(WorkerDiedError("The worker was ended by SIGKILL."))
        self.on = None
        self.known[run].deaths += 1
        if self.known[run].deaths == 3:
            self.known[run].status = "failed"
        else:
            self.interrupt(run)
        self.dispatch()

    @precondition(lambda self: self.known)
    @rule(number=NUMBERS)
    def cancel(self, number: int) -> None:
        run = self.any(number)
        self.do(self.runs.cancel(run))
        if run in self.queue:
            self.queue.remove(run)
            self.known[run].status = "cancelled"
        elif run == self.on:
            self.on = None
            self.known[run].status = "cancelled"
        self.dispatch()

    @precondition(lambda self: self.known)
    @rule(number=NUMBERS, beside=NUMBERS, to=st.sampled_from(["first", "last", "before"]))
    def move(self, number: int, beside: int, to: str) -> None:
        run, other = self.any(number), self.any(beside)
        how: dict[str, Any] = {"before": other} if to == "before" else {to: True}
        if run not in self.queue or (to == "before" and other not in self.queue):
            with pytest.raises(NotQueuedError):
                self.do(self.runs.move(run, **how))
            return
        self.do(self.runs.move(run, **how))
        target = other if to == "before" else self.queue[0] if to == "first" else None
        if target == run:
            return
        self.queue.remove(run)
        at = len(self.queue) if target is None else self.queue.index(target)
        if self.queue:
            neighbour = self.known[self.queue[at] if target else self.queue[-1]]
            self.known[run].priority = neighbour.priority
            self.known[run].interrupted = neighbour.interrupted
        self.queue.insert(at, run)

    @precondition(lambda self: self.known)
    @rule(number=NUMBERS, what=st.sampled_from(["retry", "remove"]))
    def retry_or_remove(self, number: int, what: str) -> None:
        run = self.any(number)
        known = self.known[run]
        act = self.runs.retry(run) if what == "retry" else self.runs.remove(run)
        if known.status in ("queued", "running"):
            with pytest.raises(NotFinalError):
                self.do(act)
        elif what == "remove":
            self.do(act)
            del self.known[run]
        elif len(self.queue) == MOST:
            with pytest.raises(QueueFullError):
                self.do(act)
        else:
            made: Any = self.do(act)
            self.known[made.id] = Expected("queued", known.priority)
            ranks = [self.rank(other) for other in self.queue]
            mine = (0, known.priority)
            at = next((i for i, rank in enumerate(ranks) if rank < mine), len(ranks))
            self.queue.insert(at, made.id)
            self.dispatch()

    @rule(crash=st.booleans())
    def restart(self, crash: bool) -> None:
        """A clean end, or one in which nothing more is written from one moment on."""
        self.listen()
        if crash:
            self.do(self.runs.database.close())
        self.do(self.runs.close(0.1))
        if self.on is not None:
            self.interrupt(self.on)
            self.on = None
        self.open()

    @rule(seconds=st.floats(-1e6, 1e6))
    def clock(self, seconds: float) -> None:
        """The machine's clock is put forward or back; nothing may depend on it."""
        self.now += seconds

    @rule()
    def reconnect(self) -> None:
        self.listen()
        self.subscribe()

    @rule()
    def sweep(self) -> None:
        swept = self.do(self.runs.sweep())
        assert (swept.runs, swept.events, swept.uploads) == (0, 0, 0)

    # What must hold

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "runs"):
            return
        page = self.do(self.runs.page(Filter(limit=200)))
        listed = {run.id: run for run in page.runs}
        assert set(listed) == set(self.known)
        order = sorted(self.queue, key=lambda run: self.runs.place(run) or 0)
        assert order == self.queue
        for run, known in self.known.items():
            found: Any = self.do(self.runs.get(run))
            assert found.status == known.status, run
            assert (found.attempts, len(found.artifacts)) == (known.attempts, known.artifacts)
            assert found.asked.priority == known.priority
            assert bool(found.values) == (known.status == "completed")

    def check_events(self) -> None:
        """What was heard over all reconnections is the log: each number once, each end once."""
        numbers = [event.seq for event in self.heard]
        assert numbers == sorted(set(numbers))
        kept = [event for event in self.heard if event.run is None or event.run in self.known]
        log = self.do(self.runs.log.read(0, self.runs.hub.latest, None, 1000))
        assert [e for e in log if e.type != "run_removed"] == [
            e for e in kept if e.type != "run_removed"
        ][: len(log)]
        for run, known in self.known.items():
            types = [event.type for event in self.heard if event.run == run]
            final = known.status not in ("queued", "running")
            assert types.count("run_finished") == final
            assert types.count("run_started") == known.attempts
            assert types.count("artifact") == known.artifacts

    # How

    def do(self, act: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(act, 20))

    def open(self) -> None:
        async def start() -> Runs:
            self.worker = Gated()
            policy = Policy(MOST, run_days=0, event_days=0, upload_days=0, key_hours=1e9)
            runs = Runs(self.folder, [self.worker], policy=policy, clock=lambda: self.now)
            await runs.open()
            return runs

        self.runs = self.do(start())
        self.subscribe()
        self.dispatch()

    def subscribe(self) -> None:
        after = self.heard[-1].seq if self.heard else 0

        async def begin() -> Subscription:
            if self.subscription is not None:
                self.subscription.close()
            return self.runs.hub.subscribe(after=after)

        self.subscription = self.do(begin())

    def listen(self) -> None:
        """Takes what has been told until now."""

        async def drain() -> None:
            assert self.subscription is not None
            await self.runs.log.flush()
            last = await self.runs.database.read(
                lambda c: c.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
            )
            while last > (self.heard[-1].seq if self.heard else 0):
                items = await self.subscription.take()
                self.heard += [item for item in items if isinstance(item, Event)]

        self.do(drain())

    def any(self, number: int) -> str:
        """One of the runs. Their ids are random, their order is not."""
        return list(self.known)[number % len(self.known)]

    def rank(self, run: str) -> tuple[int, int]:
        return self.known[run].interrupted, self.known[run].priority

    def interrupt(self, run: str) -> None:
        self.known[run].status = "queued"
        ahead = self.known[self.queue[0]].interrupted if self.queue else 0
        self.known[run].interrupted = ahead + 1
        self.queue.insert(0, run)

    def saved(self, pictures: int) -> str:
        """The run that is on, after it has saved so many pictures."""
        assert self.on is not None
        assert self.worker.on is not None
        job, hears = self.worker.on
        assert job.run == self.on

        async def save() -> None:
            for ordinal in range(pictures):
                picture = png(f"{job.run}{ordinal}")
                hears.made(job.run, Made("save", (), ordinal, "x", "image/png", picture))

        self.do(save())
        self.known[job.run].artifacts = max(self.known[job.run].artifacts, pictures)
        return job.run

    def dispatch(self) -> None:
        """The worker is given the head of the queue, if it is free."""

        async def settle() -> None:
            for run in [run for run, known in self.known.items() if known.status != "queued"]:
                if self.known[run].status != "running":
                    await self.runs.wait(run, 10)
            if self.on is not None:
                job = self.on
                await until(lambda: self.worker.on is not None and self.worker.on[0].run == job)

        if self.on is None and self.queue:
            self.on = self.queue.pop(0)
            self.known[self.on].status = "running"
            self.known[self.on].attempts += 1
        self.do(settle())


def test_the_service_agrees_with_the_model() -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=max(1, STEPS // A_LIFE),
            stateful_step_count=A_LIFE,
            deadline=None,
            phases=(Phase.reuse, Phase.generate),  # to shrink a failure may take minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
