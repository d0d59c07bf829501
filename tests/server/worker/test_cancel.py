"""A cancel at every node and in every step of the demo picture: nothing is left of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from server.worker.process import ProcessWorker
from server.worker.protocol import Job, Outcome
from tests.server.worker.conftest import PATIENT, SETUP, Wait
from tests.server.worker.hearing import Ear

GRAPH = Path(__file__).parents[3] / "graphs" / "txt2img.json"
STEPS = 4
NEW = ("noise", "positive", "decode", "save")
"""Nodes that a seed and a prompt of its own leave to be done in every run."""
Place = tuple[str, str, int]


def picture(seed: int) -> str:
    document = json.loads(GRAPH.read_text(encoding="utf-8"))
    document["nodes"]["schedule"]["params"]["steps"] = STEPS
    document["nodes"]["noise"]["params"]["seed"] = seed
    document["nodes"]["positive"]["params"]["text"] = f"a red circle {seed}"
    return json.dumps(document)


def places(events: list[Mapping[str, Any]]) -> list[Place]:
    """Where a run can be cancelled: as each node begins, as each turn ends."""
    begun = [(*_node(event), -1) for event in events if event["type"] == "node_started"]
    return [*begun, *(("turn", "denoise", turn) for turn in range(STEPS))]


def _node(event: Mapping[str, Any]) -> tuple[str, str]:
    return event["type"], event.get("path", "")


def come_to(event: Mapping[str, Any], place: Place) -> bool:
    """Whether a run is at a place now. Of turns that follow each other fast some are not told."""
    kind, path, turn = place
    return _node(event) == (kind, path) and event.get("index", -1) >= turn


@dataclass
class Attempt:
    """A run cancelled at a place: what came of it, how long that took, files heard since."""

    outcome: Outcome
    asked: bool
    seconds: float
    files: int


async def cancelled(worker: ProcessWorker, job: Job, place: Place) -> Attempt:
    """Runs a job and cancels it when it says that it has come to `place`."""
    asked: list[tuple[float, int]] = []
    tasks: list[asyncio.Task[None]] = []

    async def cancel() -> None:
        asked.append((time.monotonic(), len(ear.files)))
        await worker.cancel(job.run)

    def act(event: Mapping[str, Any]) -> None:
        if not tasks and come_to(event, place):
            tasks.append(asyncio.create_task(cancel()))

    ear = Ear(act)
    outcome = await worker.run(job, ear)
    await asyncio.gather(*tasks)
    if not asked:
        return Attempt(outcome, False, 0.0, 0)
    when, files = asked[0]
    return Attempt(outcome, True, time.monotonic() - when, len(ear.files) - files)


def test_a_cancel_anywhere_leaves_nothing_and_the_next_run_is_the_same(wait: Wait) -> None:
    async def everywhere() -> None:
        patience = replace(PATIENT, cancel=60)
        clean, worker = ProcessWorker(SETUP, patience), ProcessWorker(SETUP, patience)
        await clean.start()
        ear = Ear()
        first = await clean.run(Job("clean", picture(1)), ear)
        await clean.close(10)
        every = places(ear.events)
        assert {path for _, path, _ in every} >= {"positive", "denoise", "decode", "save"}
        await worker.start()
        try:
            await worker.run(Job("warm", picture(2)), Ear())  # the first one imports diffusers
            pid = worker.pid
            reached = set()
            for number, place in enumerate(every):
                # A seed and a prompt of its own: what earlier runs kept would leave nothing.
                job = Job(f"r{number}", picture(100 + number))
                attempt = await cancelled(worker, job, place)
                reached |= {place} if attempt.asked else set()
                wanted = {"cancelled"} if attempt.asked else {"completed"}
                if place[1] == "save":  # on a busy machine its end may be heard with its beginning
                    wanted.add("completed")
                assert attempt.outcome.status in wanted, place
                assert attempt.files == 0, place
                assert attempt.seconds < 5, place
            assert reached >= {("turn", "denoise", turn) for turn in range(STEPS)}
            assert reached >= {("node_started", path, -1) for path in NEW}
            assert worker.pid == pid
            same(first, await worker.run(Job("last", picture(1)), Ear()))
            same(first, await worker.run(Job("kept", picture(1)), Ear()))
        finally:
            await worker.close(10)

    wait(everywhere())


def same(first: Outcome, other: Outcome) -> None:
    """Bit for bit, as files."""
    assert first.status == other.status == "completed"
    assert first.values["image"].pictures == other.values["image"].pictures
