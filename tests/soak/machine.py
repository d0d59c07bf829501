"""A state machine through HTTP: submit, cancel, retry, kill, restart, reconnect (R024).

LATENTGRAPH_STEPS is how many steps it takes, 2,000 where it is not set.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from server.client import Client, RefusedError
from tests.attacks.serving import Serving, until
from tests.attacks.stubs import slow, sums

Json = Any
STEPS = int(os.environ.get("LATENTGRAPH_STEPS", "2000"))
A_LIFE = 50
FINAL = {"completed", "failed", "cancelled"}


class Machine(RuleBasedStateMachine):
    """`final` are the runs that were seen ended, with their state: it never changes again."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="machine")
        self.serving = Serving(Path(self.folder.name)).start()
        self.client = Client(f"http://127.0.0.1:{self.serving.port}", patience=60)
        self.accepted: dict[str, float] = {}
        self.cancelled: set[str] = set()
        self.final: dict[str, str] = {}
        self.seen: list[int] = []

    @rule(start=st.integers(0, 20), loop=st.booleans(), count=st.integers(1, 3))
    def submit(self, start: int, loop: bool, count: int) -> None:
        graph = slow(4, 0.05, float(start)) if loop else sums(3, float(start))
        total = start + 4.0 if loop else start + 2.0
        for run in self.client.submit(graph, count=count):
            assert run.id not in self.accepted
            self.accepted[run.id] = total

    @rule(at=st.integers(0, 10**6))
    def cancel(self, at: int) -> None:
        if not self.accepted:
            return
        id = list(self.accepted)[at % len(self.accepted)]
        before = self.client.get(id)
        self.client.cancel(id)
        if not before.final:
            self.cancelled.add(id)

    @rule(at=st.integers(0, 10**6))
    def retry(self, at: int) -> None:
        if not self.accepted:
            return
        id = list(self.accepted)[at % len(self.accepted)]
        with suppress(RefusedError):  # only what has ended can be run again
            self.accepted[self.client.retry(id).id] = self.accepted[id]

    @rule(at=st.integers(0, 10**6))
    def reorder(self, at: int) -> None:
        waiting = self.client.list(status="queued").runs
        if waiting:
            with suppress(RefusedError):  # it may have begun meanwhile
                self.client.move(waiting[at % len(waiting)].id, first=True)

    @rule()
    def kill_the_server(self) -> None:
        self.serving.kill()
        self.serving.start(wait=False)
        until(self.serving.answers, 60, "it answers again")

    @rule()
    def kill_the_worker(self) -> None:
        with suppress(AssertionError, ProcessLookupError):
            os.kill(self.serving.worker, SIGKILL)

    @rule()
    def restart(self) -> None:
        assert self.serving.stop() == 0
        self.serving.start(wait=False)
        until(self.serving.answers, 60, "it answers again")

    @rule()
    def settle(self) -> None:
        """Everything ends, and as it must: cancelled if it was, else with the right sum."""
        for id, total in self.accepted.items():
            run = self.client.wait(id, 120)
            if run.status == "completed":
                assert run.values["total"].plain == total
            elif id not in self.cancelled:
                # A run that was on when its worker was killed three times is failed for it.
                assert run.problems[0].code == "worker_died", run
            self._note(id, run.status)

    @rule()
    def reconnect(self) -> None:
        """All events from the beginning: numbers rise, each run ends once at most."""
        events: list[Json] = []
        after = 0
        while page := self._page(after):
            events += page
            after = page[-1]["seq"]
        numbers = [event["seq"] for event in events]
        assert numbers == sorted(set(numbers))
        assert numbers[: len(self.seen)] == self.seen
        self.seen = numbers
        ends = [event["run"] for event in events if event["type"] == "run_finished"]
        assert len(ends) == len(set(ends))
        assert set(self.final) <= set(ends)

    @invariant()
    def nothing_is_lost(self) -> None:
        for id in list(self.accepted)[-3:]:
            self._note(id, self.client.get(id).status)

    def teardown(self) -> None:
        try:
            self.settle()
            self.reconnect()
            for id, status in self.final.items():
                assert self.client.get(id).status == status
            assert not self.serving.mouth.faults
        finally:
            self.serving.close()
            self.folder.cleanup()

    def _note(self, id: str, status: str) -> None:
        if status in FINAL:
            assert self.final.setdefault(id, status) == status, id

    def _page(self, after: int) -> list[Json]:
        heard = self.serving.mouth.ask("GET", f"/api/events?after={after}&limit=1000")
        found: list[Json] = heard.json["events"]
        return found


def steps(*, lives: int, a_life: int, at_random: bool) -> None:
    """So many servers, each taking so many steps."""
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=a_life,
            derandomize=not at_random,
            database=None,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_2000_steps() -> None:
    steps(lives=max(1, STEPS // A_LIFE), a_life=min(STEPS, A_LIFE), at_random=True)
