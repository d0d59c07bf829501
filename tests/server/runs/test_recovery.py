"""Workers that die and servers that end in the middle: taken up again, in order, once each."""

from __future__ import annotations

import asyncio
from pathlib import Path

from server.runs.service import Runs
from server.worker.protocol import WorkerDiedError
from tests.server.fakeworker import FakeWorker, Play
from tests.server.runs.running import (
    ENDLESS,
    asked,
    endless_if,
    run_async,
    running,
    submit,
    until,
)


def test_a_run_whose_worker_dies_is_run_again_before_all_others(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(lambda job: Play(dies_after=3, always=False))
        async with running(tmp_path, worker) as runs:
            made = await runs.submit([asked(1), asked(2, priority=9)])
            ended = [await runs.wait(run.id, 10) for run in made]
            assert [run.status for run in ended] == ["completed", "completed"]
            assert [run.attempts for run in ended] == [2, 2]
            a, b = (run.id for run in made)
            assert [job.run for job in worker.jobs] == [b, b, a, a]
            events = [event["type"] for event in await runs.events(run=a)]
            assert events.count("run_started") == 2
            assert events.count("run_queued") == 2
            assert events.count("run_finished") == 1
            states = [e["state"] for e in await runs.events() if e["type"] == "worker"]
            assert states == ["idle", "dead", "idle", "dead", "idle"]

    run_async(main())


def test_a_run_that_kills_its_worker_three_times_is_failed_and_the_next_one_runs(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        worker = FakeWorker(lambda job: Play(dies_after=2 if job.inputs["seed"] == 0 else None))
        async with running(tmp_path, worker) as runs:
            poison, good = await submit(runs, 0), await submit(runs, 1)
            ended = await runs.wait(poison.id, 10)
            assert ended.status == "failed"
            assert ended.attempts == 3
            assert ended.problems[0]["code"] == "worker_died"
            assert "3 times" in ended.problems[0]["message"]
            assert "SIGKILL" in ended.problems[0]["message"]
            assert (await runs.wait(good.id, 10)).status == "completed"

    run_async(main())


def test_a_death_before_a_restart_counts_after_it(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(lambda job: ENDLESS if worker.restarts else Play(dies_after=0))
        async with running(tmp_path, worker, grace=0.1) as runs:
            run = await submit(runs)
            await until(lambda: len(worker.jobs) == 2)
        assert worker.restarts == 2  # once dead, once closed
        async with running(tmp_path, FakeWorker(Play(dies_after=0))) as runs:
            ended = await runs.wait(run.id, 10)
            assert (ended.status, ended.attempts) == ("failed", 4)

    run_async(main())


def test_restarts_of_the_server_are_nobodys_fault(tmp_path: Path) -> None:
    async def main() -> None:
        ids: list[str] = []
        for _ in range(6):
            worker = FakeWorker(ENDLESS)
            async with running(tmp_path, worker, grace=0.1) as runs:
                if not ids:
                    ids.append((await submit(runs)).id)
                await until(lambda w=worker: bool(w.jobs))  # type: ignore[misc]
        async with running(tmp_path, FakeWorker()) as runs:
            ended = await runs.wait(ids[0], 10)
            assert (ended.status, ended.attempts) == ("completed", 7)

    run_async(main())


def test_fifty_waiting_and_one_running_keep_their_order(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(ENDLESS)
        async with running(tmp_path, worker, grace=0.1) as runs:
            on = await submit(runs, 0)
            await until(lambda: bool(worker.jobs))
            waiting = [(await submit(runs, seed, priority=seed % 3)).id for seed in range(50)]
        async with running(tmp_path) as runs:
            order = sorted(waiting, key=lambda run: runs.place(run) or 0)
            expected = sorted(range(50), key=lambda seed: (-(seed % 3), seed))
            assert order == [waiting[seed] for seed in expected]
            assert runs.place(on.id) == 0

    run_async(main())


def test_a_resumed_run_doubles_no_artifact(tmp_path: Path) -> None:
    """The first attempt saves its pictures, then the worker dies before the run has ended."""

    async def main() -> None:
        worker = FakeWorker(lambda job: Play(pictures=3))
        original = worker._play

        async def dies_at_the_end(now: object) -> object:
            outcome = await original(now)  # type: ignore[arg-type]
            if len(worker.jobs) == 1:
                worker._kept.clear()
                await asyncio.sleep(0.1)
                raise WorkerDiedError("The worker was ended by SIGSEGV.")
            return outcome

        worker._play = dies_at_the_end  # type: ignore[method-assign, assignment]
        async with running(tmp_path, worker) as runs:
            run = await runs.wait((await submit(runs)).id, 10)
            assert run.attempts == 2
            assert [a.ordinal for a in run.artifacts] == [0, 1, 2]
            events = await runs.events(run=run.id)
            assert [e["type"] for e in events].count("artifact") == 3
        async with running(tmp_path) as runs:
            assert await runs.get(run.id) == run

    run_async(main())


def test_a_worker_that_does_not_start_harms_no_run(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker()
        worker.fails_to_start = True
        async with running(tmp_path, worker) as runs:
            run = await submit(runs)
            await asyncio.sleep(0.3)
            assert not runs.ready
            assert (await runs.wait(run.id, 0)).status == "queued"
            worker.fails_to_start = False
            ended = await runs.wait(run.id, 10)
            assert (ended.status, ended.attempts) == ("completed", 1)
            assert runs.ready

    run_async(main())


def test_a_defect_of_a_worker_fails_the_run_and_not_the_queue(tmp_path: Path) -> None:
    class Broken(FakeWorker):
        async def run(self, job: object, hears: object) -> object:  # type: ignore[override]
            if len(self.jobs) == 0:
                self.jobs.append(job)  # type: ignore[arg-type]
                raise KeyError("/secret/path")
            return await super().run(job, hears)  # type: ignore[arg-type]

    async def main() -> None:
        async with running(tmp_path, Broken()) as runs:
            bad = await runs.wait((await submit(runs, 1)).id, 10)
            assert bad.problems[0]["code"] == "internal"
            assert "secret" not in str(bad.problems)
            assert (await runs.wait((await submit(runs, 2)).id, 10)).status == "completed"

    run_async(main())


def test_a_cancel_is_remembered_over_a_crash(tmp_path: Path) -> None:
    """Cancelled, acknowledged, and the server gone before the worker noticed."""

    async def main() -> None:
        worker = FakeWorker(endless_if(0))

        async def deaf(run: str) -> None:
            await asyncio.sleep(0)

        worker.cancel = deaf  # type: ignore[method-assign]
        runs = Runs(tmp_path, [worker])
        await runs.open()
        run = await submit(runs, 0)
        await until(lambda: bool(worker.jobs))
        assert (await runs.cancel(run.id)).status == "running"
        await runs.database.close()  # the process is gone; nothing more is written
        async with running(tmp_path, FakeWorker()) as again:
            kept = await again.get(run.id)
            assert kept is not None
            assert (kept.status, kept.attempts) == ("cancelled", 1)
            events = [event["type"] for event in await again.events(run=run.id)]
            assert events[-1] == "run_finished"
            assert events.count("run_finished") == 1
        worker.die()
        await runs.close(0.1)

    run_async(main())
