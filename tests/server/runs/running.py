"""A run service in a folder, with workers that only play."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from server.runs.database import Database
from server.runs.policy import Policy
from server.runs.record import Asked, Run
from server.runs.service import Runs
from tests.server.fakeworker import FakeWorker, Play

T = TypeVar("T")
DOCUMENT: dict[str, Any] = {
    "format": 1,
    "title": "A loop and a picture",
    "inputs": {"seed": {"to": ["noise.seed"]}},
    "outputs": {"image": "decode.image"},
    "nodes": {
        "noise": {"type": "AddNoise", "params": {"seed": 1}},
        "denoise": {
            "type": "Repeat",
            "params": {"over": 4},
            "inputs": {"latent": "noise.latent"},
            "body": {"move": {"type": "Move", "inputs": {"latent": "denoise.latent"}}},
            "next": {"latent": "move.latent"},
        },
        "decode": {"type": "VAEDecode", "inputs": {"latent": "denoise.latent"}},
        "save": {"type": "SaveImage", "inputs": {"image": "decode.image"}},
    },
}
GRAPH = json.dumps(DOCUMENT)
SLOW = Play(seconds=0.05)
ENDLESS = Play(steps=100_000, seconds=0.01)


def asked(seed: int = 1, **more: Any) -> Asked:
    return Asked(GRAPH, {"seed": seed}, **more)


def endless_if(*seeds: int) -> Callable[[Any], Play]:
    """Runs of these seeds never end by themselves."""
    return lambda job: ENDLESS if job.inputs.get("seed") in seeds else Play()


@asynccontextmanager
async def running(
    folder: Path,
    *workers: FakeWorker,
    policy: Policy | None = None,
    clock: Callable[[], float] | None = None,
    database: Database | None = None,
    grace: float = 1.0,
) -> AsyncIterator[Runs]:
    """Opens the service and closes it again."""
    more: dict[str, Any] = {} if clock is None else {"clock": clock}
    runs = Runs(folder, workers, policy=policy, database=database, **more)
    await runs.open()
    try:
        yield runs
    finally:
        await runs.close(grace)


async def submit(runs: Runs, seed: int = 1, **more: Any) -> Run:
    (run,) = await runs.submit([asked(seed, **more)])
    return run


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits for something that must come true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.002)


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """The result of a test's coroutine; whatever a task threw unseen fails the test."""
    unseen: list[str] = []

    async def watched() -> T:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: unseen.append(str(context)))
        return await main

    result = asyncio.run(watched())
    assert not unseen, unseen
    return result
