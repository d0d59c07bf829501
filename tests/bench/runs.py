"""The run service alone, with a worker that plays: what the queue, the log and the hub cost.

Prints submit (until the synced commit), submit to the worker's first step, events a second from a
worker to a subscriber, alone and beside 50 that never read, and commits a second.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from server.runs.hub import Event
from server.runs.policy import Policy
from server.runs.record import Asked
from server.runs.service import Runs
from server.runs.subscription import ClosedError
from server.worker.protocol import Hears, Job, Outcome
from tests.server.fakeworker import FakeWorker

GRAPH = json.dumps({"format": 1, "nodes": {"a": {"type": "Start"}}})
EVENTS = 20_000


class Timed(FakeWorker):
    """Notes when it is given a run; `flood` events are told in each."""

    flood = 0
    began = 0.0

    async def run(self, job: Job, hears: Hears) -> Outcome:
        Timed.began = time.perf_counter()
        for place in range(self.flood):
            hears.event(job.run, {"type": "node_finished", "path": f"n{place}", "seconds": 0.0})
            if place % 100 == 99:
                await asyncio.sleep(0)
        return Outcome("completed", 0.0)


async def latencies(runs: Runs, rounds: int) -> None:
    submits, firsts = [], []
    for _ in range(rounds):
        begun = time.perf_counter()
        (run,) = await runs.submit([Asked(GRAPH)])
        submits.append(time.perf_counter() - begun)
        await runs.wait(run.id, 60)
        firsts.append(Timed.began - begun)
    for name, values in (("submit", submits), ("submit to first step", firsts)):
        p99 = quantiles(values, n=100)[98]
        print(f"{name:24} p50 {median(values) * 1e3:7.2f} ms   p99 {p99 * 1e3:7.2f} ms")


async def events(runs: Runs, stalled: int) -> None:
    others = [runs.hub.subscribe() for _ in range(stalled)]
    reader = runs.hub.subscribe()
    Timed.flood = EVENTS
    begun, count, latest = time.perf_counter(), 0, 0
    (run,) = await runs.submit([Asked(GRAPH)])
    while count < EVENTS:
        try:
            items = [item for item in await reader.take() if isinstance(item, Event)]
        except ClosedError:  # it lagged, and comes back as a client does
            reader = runs.hub.subscribe(after=latest)
            continue
        count += sum(item.type == "node_finished" for item in items)
        latest = items[-1].seq
    seconds = time.perf_counter() - begun
    Timed.flood = 0
    await runs.wait(run.id, 60)
    for other in (*others, reader):
        other.close()
    print(f"events, {stalled:2} stalled       {EVENTS / seconds:10,.0f} a second")


async def together(runs: Runs, clients: int) -> None:
    begun = time.perf_counter()
    await asyncio.gather(*(runs.submit([Asked(GRAPH)]) for _ in range(clients)))
    seconds = time.perf_counter() - begun
    print(f"{clients} submits at once     {seconds * 1e3:10.1f} ms in all")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Path(folder), [Timed()], policy=Policy(max_queue=10_000))
        await runs.open()
        await latencies(runs, 200)
        await events(runs, 0)
        await events(runs, 50)
        await together(runs, 200)
        await runs.close(2)


if __name__ == "__main__":
    asyncio.run(main())
