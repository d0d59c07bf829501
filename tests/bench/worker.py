"""How fast a worker process answers: to the first node, events a second, ends of cancelled runs.

python -m tests.bench.worker
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.worker.process import ProcessWorker
from server.worker.protocol import Job
from server.worker.setup import Setup
from tests.server.worker.hearing import PACK, Ear, graph

GRAPH = Path(__file__).parents[2] / "graphs" / "txt2img.json"


async def main() -> None:
    setup = Setup(device="cpu", nodes=PACK, threads=1)
    start = time.perf_counter()
    worker = ProcessWorker(setup)
    await worker.start()
    print(f"start: {time.perf_counter() - start:.2f} s")
    await worker.run(Job("imports", graph(value=-1.0)), Ear())
    print(f"first run, once imports are done: {time.perf_counter() - start:.2f} s")
    try:
        await first_node(worker)
        await events(worker)
        await cancels(worker)
    finally:
        start = time.perf_counter()
        await worker.close(10)
        print(f"close: {(time.perf_counter() - start) * 1e3:.0f} ms")


async def first_node(worker: ProcessWorker, count: int = 100) -> None:
    """From `run` to the first node's start, for a small graph never seen before."""
    times = []
    for number in range(count):
        heard: list[float] = []

        def act(event: Mapping[str, Any], heard: list[float] = heard) -> None:
            if event["type"] == "node_started":
                heard.append(time.perf_counter())

        start = time.perf_counter()
        await worker.run(Job(f"f{number}", graph(value=float(number))), Ear(act))
        times.append((heard[0] - start) * 1e3)
    report("run to first node", times)


async def events(worker: ProcessWorker, nodes: int = 2000) -> None:
    """Events of a chain of nodes that do next to nothing."""
    chain: dict[str, Any] = {"begin": {"type": "user:Begin"}}
    last = "begin"
    for number in range(nodes):
        name = f"n{number}"
        chain[name] = {"type": "user:Advance", "inputs": {"grid": f"{last}.grid"}}
        last = name
    document = {"format": 1, "outputs": {"grid": f"{last}.grid"}, "nodes": chain}
    ear = Ear()
    start = time.perf_counter()
    await worker.run(Job("e", json.dumps(document)), ear)
    seconds = time.perf_counter() - start
    print(
        f"events: {len(ear.events)} in {seconds:.2f} s, {len(ear.events) / seconds:,.0f} a second"
    )


async def cancels(worker: ProcessWorker) -> None:
    """From `cancel` to the run's end, asked for as each turn of the demo picture ends."""
    document = json.loads(GRAPH.read_text(encoding="utf-8"))
    ear = Ear()
    await worker.run(Job("warm", json.dumps(document)), ear)
    turns = [event["seconds"] for event in ear.events if event["type"] == "turn"]
    times = []
    for number in range(len(turns) - 1):
        document["nodes"]["noise"]["params"]["seed"] = 1000 + number
        run = asyncio.create_task(worker.run(Job(f"c{number}", json.dumps(document)), ear := Ear()))
        while not any(e["type"] == "turn" and e["index"] >= number for e in ear.events):
            ear.stirred.clear()
            await ear.stirred.wait()
        start = time.perf_counter()
        await worker.cancel(f"c{number}")
        if (await run).status == "cancelled":
            times.append((time.perf_counter() - start) * 1e3)
    print(f"a step of the demo: {statistics.median(turns) * 1e3:.0f} ms")
    report("cancel to end", times)


def report(name: str, times: list[float]) -> None:
    times = sorted(times)
    p99 = times[int(len(times) * 0.99) - 1]
    median = statistics.median(times)
    print(f"{name}: p50 {median:.1f} ms, p99 {p99:.1f} ms, max {times[-1]:.1f} ms ({len(times)})")


if __name__ == "__main__":
    asyncio.run(main())
