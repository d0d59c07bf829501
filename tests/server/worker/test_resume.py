"""What survives the end of a worker, however it ends: counted in calls of nodes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from server.worker.process import ProcessWorker
from server.worker.protocol import Job, Outcome, WorkerClosedError, WorkerDiedError
from tests.server.worker.conftest import PATIENT, SETUP, Wait
from tests.server.worker.hearing import PACK, Ear, loop
from tests.server.worker.test_process import gone, is_alive, lines

ROOT = Path(__file__).parents[3]


async def opened(folder: Path) -> ProcessWorker:
    worker = ProcessWorker(replace(SETUP, values=folder / "values"), PATIENT)
    await worker.start()
    return worker


async def reached(worker: ProcessWorker, job: Job, turn: int) -> asyncio.Task[Outcome]:
    """A run that has come to this turn."""
    ear = Ear()
    run = asyncio.create_task(worker.run(job, ear))
    while not any(event["type"] == "turn" and event["index"] >= turn for event in ear.events):
        ear.stirred.clear()
        await asyncio.wait_for(ear.stirred.wait(), 60)
    return run


def test_after_a_kill_a_run_goes_on_from_the_last_written_turn(
    wait: Wait, tmp_path: Path, log: Path
) -> None:
    job = Job("r", loop(40, seconds=0.1, log=log))

    async def kill_and_run_again() -> Outcome:
        worker = await opened(tmp_path)
        try:
            run = await reached(worker, job, 25)
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
            with pytest.raises(WorkerDiedError, match="SIGKILL"):
                await run
            return await worker.run(job, Ear())
        finally:
            await worker.close(10)

    outcome = wait(kill_and_run_again())
    assert outcome.values["amount"].plain == 40.0
    spared = outcome.timings["loop"][1]
    again = lines(log).index(f"advance {spared}", 26)
    # Each turn from there on once more, and none before: writing is at most a second behind.
    assert lines(log)[again:] == [f"advance {turn}" for turn in range(spared, 40)]
    assert len(lines(log)) == again + 40 - spared
    assert spared > 5


def test_closing_writes_what_the_loop_came_to(wait: Wait, tmp_path: Path, log: Path) -> None:
    job = Job("r", loop(30, seconds=0.1, log=log))

    async def close_and_run_again() -> tuple[int, Outcome]:
        worker = await opened(tmp_path)
        run = await reached(worker, job, 6)
        await worker.close(10)
        with pytest.raises(WorkerClosedError):
            await run
        before = len(lines(log))
        worker = await opened(tmp_path)
        try:
            return before, await worker.run(job, Ear())
        finally:
            await worker.close(10)

    before, outcome = wait(close_and_run_again())
    assert outcome.status == "completed"
    assert outcome.timings["loop"][1] == before
    assert len(lines(log)) == 30


def test_closing_does_not_wait_for_a_node_that_takes_long(
    wait: Wait, tmp_path: Path, log: Path
) -> None:
    slow = ("Burn", {"seconds": 0.02, "threads": 1})

    async def close() -> tuple[int | None, int]:
        worker = await opened(tmp_path)
        run = await reached(worker, Job("r", loop(500, slow, seconds=1.5, log=log)), 1)
        pid = worker.pid
        await worker.close(1.5)
        with pytest.raises(WorkerClosedError):
            await run
        assert pid is not None
        assert not is_alive(pid)
        worker = await opened(tmp_path)
        try:
            found = await worker.forecast(loop(500, slow, seconds=1.5, log=log), {}, None)
        finally:
            await worker.close(10)
        return found["turns"]["loop"][0], len(lines(log))

    kept, calls = wait(close())
    assert kept >= calls - 1


SERVER = """
    import asyncio, signal, sys
    from pathlib import Path
    from server.worker.process import ProcessWorker
    from server.worker.protocol import Job
    from server.worker.setup import Setup
    from tests.server.worker.hearing import Ear, loop

    async def main():
        setup = Setup(device="cpu", nodes=Path(sys.argv[1]), threads=1)
        worker = ProcessWorker(setup)
        await worker.start()
        ear = Ear(lambda event: event["type"] == "turn" and print(worker.pid, flush=True))
        await worker.run(Job("r", loop(1000, seconds=0.1)), ear)

    # A shell that is not interactive starts what is in the background deaf to it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio.run(main())
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_worker_outlives_its_server(wait: Wait, sign: signal.Signals) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SERVER), str(PACK)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    assert is_alive(pid)
    server.send_signal(sign)
    server.wait(60)
    server.stdout.close()
    wait(gone(pid))
