"""One worker process for most tests, since each takes seconds to start; it replaces itself."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from server.worker.process import ProcessWorker
from server.worker.setup import Patience, Setup
from tests.server.worker.hearing import PACK

PATIENT = Patience(cancel=1.0, retry=0.05, retry_most=0.2)
SETUP = Setup(device="cpu", nodes=PACK, threads=1, nice=0, warm=False)


class Wait(Protocol):
    """Runs a coroutine in the loop that all tests of the session share."""

    def __call__(self, work: Coroutine[Any, Any, Any]) -> Any: ...


@pytest.fixture(scope="session")
def wait() -> Iterator[Wait]:
    with asyncio.Runner() as runner:

        def run(work: Coroutine[Any, Any, Any]) -> Any:
            async def bounded() -> Any:
                async with asyncio.timeout(240):
                    return await work

            return runner.run(bounded())

        yield run


@pytest.fixture(scope="session")
def worker(wait: Wait) -> Iterator[ProcessWorker]:
    """A worker that keeps nothing on disk."""
    made = ProcessWorker(SETUP, PATIENT)
    wait(made.start())
    yield made
    wait(made.close(10))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A file in which nodes note their calls."""
    file = tmp_path / "calls"
    file.touch()
    return file
