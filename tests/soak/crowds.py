"""Many clients at once, and many that stall (H037). tests/server/test_crowds.py is shorter."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from server.client import AsyncClient, RefusedError
from tests.attacks.serving import PATIENT, Serving
from tests.attacks.sleepers import beside
from tests.attacks.stubs import sums

Json = Any


def crowd(serving: Serving, clients: int) -> float:
    """Each submits a run and follows it to its end; seconds that 99 of 100 submissions took."""
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
    assert not serving.mouth.faults
    times.sort()
    return times[len(times) * 99 // 100 - 1]


def test_200_clients_and_50_stalled_readers(tmp_path: Path) -> None:
    """H037, with room for what else the machine does; tests/bench/load.py has the figures."""
    serving = Serving(tmp_path).start()
    try:
        assert crowd(serving, 200) <= 0.5 * PATIENT
        found = beside(serving, 50, sums(500, 7.0, seconds=0.02), logged=40)
        assert found.p99 <= 0.25 * PATIENT
        assert found.grown <= 300
        assert serving.stop() == 0
    finally:
        serving.close()
