"""Many clients at once, and many that stall (H037). tests/server/test_crowds.py is shorter."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from server.client import AsyncClient, RefusedError
from tests.attacks.field import Field, png, upload
from tests.attacks.process import MEBIBYTE, resident
from tests.attacks.serving import Serving, until
from tests.attacks.streams import p99, watched
from tests.attacks.stubs import sums
from tests.attacks.websocket import WebSocket

Json = Any


def crowd(serving: Serving, clients: int, seconds: float) -> None:
    """Each submits a run and follows it to its end; 99 of 100 submissions answer in `seconds`."""
    times: list[float] = []

    async def one(number: int) -> None:
        async with AsyncClient(f"http://127.0.0.1:{serving.port}") as client:
            begun = time.monotonic()
            (run,) = await client.submit(sums(3, float(number)))
            times.append(time.monotonic() - begun)
            ends = [e async for e in client.events(run.id) if e.type == "run_finished"]
            assert len(ends) == 1
            assert ends[0].data["status"] == "completed"

    async def everyone() -> None:
        await asyncio.gather(*(one(number) for number in range(clients)))

    try:
        asyncio.run(everyone())
    except RefusedError as error:
        raise AssertionError(f"{error.status} {error.sentence}") from error
    times.sort()
    worst = times[len(times) * 99 // 100 - 1]
    assert worst <= seconds, f"p99 {worst:.3f} s"
    assert not serving.mouth.faults


def stalled(serving: Serving, readers: int, runs: int, seconds: float) -> None:
    """So many sockets never read; a healthy one hears everything in time."""
    field = Field(serving, lambda: serving, upload(serving.mouth, png(64, 64)).json["hash"])
    before = resident(serving.pid)
    asleep = [
        WebSocket(serving.port, "/api/events?after=0&previews=1", small=True)
        for _ in range(readers)
    ]
    try:
        with WebSocket(serving.port, "/api/events") as awake:
            lags = watched(field, awake, runs=runs, nodes=500)
            worst = p99(lags)
            assert worst <= seconds, f"p99 {worst:.3f} s of {len(lags)}"
            grown = (resident(serving.pid) - before) / MEBIBYTE
            assert grown <= 300, f"grew by {grown:.0f} MiB"
            until(lambda: serving.streams == 1, 30, "the server has closed those that stall")
    finally:
        for link in asleep:
            link.close()


def test_200_clients_and_50_stalled_readers(tmp_path: Path) -> None:
    """H037. The figures are those of the promise, on a machine that does nothing else."""
    serving = Serving(tmp_path).start()
    try:
        crowd(serving, 200, 0.5)
        stalled(serving, 50, 60, 0.25)
        assert serving.stop() == 0
    finally:
        serving.close()
