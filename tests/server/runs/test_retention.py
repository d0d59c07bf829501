"""What is deleted and what is not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from server.library import folder as folders
from server.runs.pages import Filter
from server.runs.policy import DAY, Policy
from server.runs.service import Runs
from tests.server.fakeworker import FakeWorker, png
from tests.server.runs.running import ENDLESS, asked, run_async, running, submit, until

NONE = Policy(run_days=0, keep_bytes=0, event_days=0, upload_days=0)


@pytest.fixture(autouse=True)
def _old_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old enough to be deleted as soon as they are written."""
    monkeypatch.setattr(folders, "YOUNG_SECONDS", -1.0)


class Clock:
    now = time.time()

    def __call__(self) -> float:
        return self.now


async def finished(runs: Runs, seed: int) -> str:
    return (await runs.wait((await submit(runs, seed)).id, 10)).id


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_old_runs_go_with_their_files_and_waiting_ones_stay(tmp_path: Path) -> None:
    async def main() -> None:
        clock, worker = Clock(), FakeWorker()
        policy = Policy(run_days=10, keep_bytes=0, event_days=0)
        async with running(tmp_path, worker, policy=policy, clock=clock) as runs:
            old = await finished(runs, 1)
            clock.now += 8 * DAY
            new = await finished(runs, 2)
            assert (await runs.sweep()).runs == 0
            clock.now += 3 * DAY
            swept = await runs.sweep()
            assert (swept.runs, swept.artifacts) == (1, 2)
            assert await runs.get(old) is None
            kept = await runs.get(new)
            assert kept is not None
            hashes = [kept.artifacts[0].file.hash, kept.values["image"].pictures[0].hash]
            assert files(tmp_path / "artifacts") == {h.removeprefix("sha256:") for h in hashes}
            removed = [e for e in await runs.events() if e["type"] == "run_removed"]
            assert [event["run"] for event in removed] == [old]
        async with running(tmp_path, policy=policy, clock=clock) as runs:
            waiting = await submit(runs, 3)
            clock.now += 100 * DAY
            assert (await runs.sweep()).runs == 1
            assert await runs.get(waiting.id) is not None

    run_async(main())


def test_a_file_that_a_kept_run_shares_stays(tmp_path: Path) -> None:
    async def main() -> None:
        clock = Clock()
        policy = Policy(run_days=10, keep_bytes=0)
        async with running(tmp_path, FakeWorker(), policy=policy, clock=clock) as runs:
            first = await finished(runs, 1)
            clock.now += 8 * DAY
            second = await finished(runs, 1)  # the same pictures
            clock.now += 3 * DAY
            swept = await runs.sweep()
            assert (swept.runs, swept.artifacts) == (1, 0)
            assert await runs.get(first) is None
            kept = await runs.get(second)
            assert kept is not None
            assert runs.artifacts.path(kept.artifacts[0].file.hash) is not None
            assert await runs.artifacts.get(kept.artifacts[0].file.hash) == kept.artifacts[0].file

    run_async(main())


def test_by_size_the_oldest_go_first(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker(), policy=NONE) as runs:
            ids = [await finished(runs, seed) for seed in range(30)]
            size = sum(path.stat().st_size for path in (tmp_path / "artifacts").rglob("*/*"))
        policy = Policy(run_days=0, keep_bytes=size // 2)
        async with running(tmp_path, policy=policy) as runs:
            swept = await runs.sweep()
            left = [run.id for run in (await runs.page(Filter(limit=200))).runs]
            assert left == ids[::-1][: len(left)]
            assert 5 <= len(left) <= 15
            assert swept.runs + len(left) <= 30
            kept = sum(path.stat().st_size for path in (tmp_path / "artifacts").rglob("*/*"))
            assert kept <= size // 2

    run_async(main())


def test_uploads_stay_while_a_run_or_a_saved_graph_names_them(tmp_path: Path) -> None:
    async def main() -> None:
        clock = Clock()
        policy = Policy(run_days=50, upload_days=10, keep_bytes=0)
        async with running(tmp_path, FakeWorker(), policy=policy, clock=clock) as runs:
            by_run, by_graph, by_none = [await runs.uploads.add(png(name)) for name in "abc"]
            await runs.wait((await runs.submit([asked(by_run.hash)]))[0].id, 10)  # type: ignore[arg-type]
            await runs.graphs.put("g", f'{{"params": {{"image": "{by_graph.hash}"}}}}')
            clock.now += 9 * DAY
            assert (await runs.sweep()).uploads == 0
            await runs.uploads.add(png("c"))  # used again
            clock.now += 9 * DAY
            assert (await runs.sweep()).uploads == 0
            clock.now += 2 * DAY
            assert (await runs.sweep()).uploads == 1
            assert await runs.uploads.get(by_none.hash) is None
            await runs.graphs.remove("g")
            clock.now += 40 * DAY
            assert (await runs.sweep()).uploads == 2

    run_async(main())


def test_a_key_is_remembered_for_a_day_at_least(tmp_path: Path) -> None:
    async def main() -> None:
        clock = Clock()
        policy = Policy(key_hours=1, run_days=0)
        async with running(tmp_path, policy=policy, clock=clock) as runs:
            (first,) = await runs.submit([asked()], key="k")
            clock.now += DAY - 60
            await runs.sweep()
            assert (await runs.submit([asked()], key="k"))[0].id == first.id
            clock.now += 120
            await runs.sweep()
            assert (await runs.submit([asked()], key="k"))[0].id != first.id

    run_async(main())


def test_files_that_no_row_knows_are_deleted_after_a_start(tmp_path: Path) -> None:
    """Left by a crash between a file and its commit; half-written ones too."""

    async def main() -> None:
        async with running(tmp_path, FakeWorker()) as runs:
            run = await finished(runs, 1)
            orphan = runs.artifacts.folder.add(b"nobody's")
            part = tmp_path / "artifacts" / "ab" / f".{'a' * 64}.1234.part"
            part.parent.mkdir(exist_ok=True)
            part.write_bytes(b"half")
            upload = tmp_path / "uploads" / f".{'b' * 64}.1234.part"
            upload.parent.mkdir(exist_ok=True)
            upload.write_bytes(b"half")
        async with running(tmp_path) as runs:
            assert not part.exists()
            assert not upload.exists()
            await until(lambda: runs.artifacts.path(orphan) is None)
            kept = await runs.get(run)
            assert kept is not None
            assert all(runs.artifacts.path(a.file.hash) for a in kept.artifacts)

    run_async(main())


def test_a_file_written_lately_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "YOUNG_SECONDS", 60.0)
    folder = folders.Folder(tmp_path)
    name = folder.add(b"data")
    path = folder.path(name)
    assert path is not None
    assert not folder.remove(name)
    os.utime(path, (0, 0))
    folder.add(b"data")  # asked for again: new again
    assert not folder.remove(name)
    os.utime(path, (0, 0))
    assert folder.remove(name)


def test_sweeping_while_a_run_is_on_takes_nothing_of_it(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(ENDLESS)
        policy = Policy(run_days=0.000001, keep_bytes=1, event_days=0, max_events=5)
        async with running(tmp_path, worker, policy=policy) as runs:
            run = await submit(runs)
            await until(lambda: bool(worker.jobs))
            await runs.sweep()
            assert (await runs.wait(run.id, 0.05)).status == "running"

    run_async(main())
