"""No room on the disk: a typed failure, nothing accepted is lost, and it works again after."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.library.folder import Folder
from server.runs.database import NAME, Database
from server.runs.errors import StorageFullError
from server.runs.pages import Filter
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


class Full(sqlite3.Connection):
    """A database on a disk that is full while `full` is true."""

    full = False

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        if Full.full and sql == "COMMIT":
            failure = sqlite3.OperationalError("database or disk is full")
            failure.sqlite_errorname = "SQLITE_FULL"
            raise failure
        return super().execute(sql, *more)


@pytest.fixture(autouse=True)
def _room() -> Any:
    Full.full = False
    yield
    Full.full = False


def database(folder: Path) -> Database:
    return Database(folder / NAME, factory=Full)


def test_a_run_that_could_not_be_written_down_was_never_there(tmp_path: Path) -> None:
    """Its worker had begun it: it is cancelled, and nobody hears of it."""

    async def main() -> None:
        worker = FakeWorker(ENDLESS)
        async with running(tmp_path, worker, database=database(tmp_path)) as runs:
            await until(lambda: runs.ready)
            await runs.log.flush()
            heard = runs.hub.subscribe(previews=True)
            Full.full = True
            with pytest.raises(StorageFullError, match="no room"):
                await runs.submit([asked(1)], key="k", body_digest="d")
            await until(lambda: worker._now is None)
            assert len(worker.jobs) <= 1
            Full.full = False
            assert runs.counts().queued == 0
            assert runs.counts().running == 0
            assert (await runs.page(Filter())).runs == ()
            for job in worker.jobs:
                assert await runs.get(job.run) is None
                assert await runs.events(run=job.run) == []
            runs.tell("choices_changed")
            assert [getattr(e, "type", e) for e in await heard.take()] == ["choices_changed"]
            (again,) = await runs.submit([asked(1)], key="k", body_digest="d")
            assert await runs.get(again.id) is not None

    run_async(main())


def test_nothing_of_a_run_is_told_before_it_is_written_down(tmp_path: Path) -> None:
    """The accepting commit is held up while the worker is far into the run."""

    async def main() -> None:
        worker = FakeWorker(Play(pictures=2))
        async with running(tmp_path, worker) as runs:
            await until(lambda: runs.ready)
            await runs.log.flush()
            heard = runs.hub.subscribe(previews=True)
            blocked = asyncio.Event()
            loop = asyncio.get_running_loop()

            def block(_: Any) -> None:
                asyncio.run_coroutine_threadsafe(blocked.wait(), loop).result(10)

            holding = runs.database.post(block)
            submitting = asyncio.create_task(runs.submit([asked(1)]))
            await until(lambda: len(worker._kept) == 1)
            await asyncio.sleep(0.05)
            run = worker.jobs[0].run
            assert not submitting.done()
            assert not heard._outbox
            assert await runs.get(run) is None
            assert await runs.events(run=run) == []
            blocked.set()
            await holding
            await submitting
            assert (await runs.wait(run, 10)).status == "completed"
            assert len((await runs.wait(run, 10)).artifacts) == 2
            types = [event["type"] for event in await runs.events(run=run)]
            assert types[:3] == ["run_queued", "run_started", "planned"]
            assert types[-1] == "run_finished"

    run_async(main())


def test_an_end_that_cannot_be_written_is_written_when_there_is_room(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, FakeWorker(), database=database(tmp_path)) as runs:
            worker = runs.workers[0]
            assert isinstance(worker, FakeWorker)
            run = await submit(runs)
            Full.full = True
            await until(lambda: len(worker._kept) == 1)
            await asyncio.sleep(0.3)
            assert (await runs.wait(run.id, 0)).status == "running"
            Full.full = False
            ended = await runs.wait(run.id, 10)
            assert ended.status in {"completed", "failed"}
            if ended.status == "failed":  # the picture's row was lost to the full disk
                assert ended.problems[0]["code"] == "storage_full"
            types = [event["type"] for event in await runs.events(run=run.id)]
            assert types.count("run_finished") == 1
            assert (await runs.wait((await submit(runs, 2)).id, 10)).status == "completed"

    run_async(main())


def test_closing_on_a_full_disk_loses_no_run(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker()
        async with running(tmp_path, worker, database=database(tmp_path), grace=0.5) as runs:
            made = [run.id for run in await runs.submit([asked(1)], count=3)]
            Full.full = True
        Full.full = False
        async with running(tmp_path, FakeWorker()) as runs:
            ended = [await runs.wait(run, 10) for run in made]
            assert {run.status for run in ended} <= {"completed", "failed"}
            for run in ended:
                types = [event["type"] for event in await runs.events(run=run.id)]
                assert types.count("run_finished") == 1

    run_async(main())


def test_cancelling_on_a_full_disk_says_so_and_can_be_tried_again(tmp_path: Path) -> None:
    async def main() -> None:
        worker = FakeWorker(endless_if(0))
        async with running(tmp_path, worker, database=database(tmp_path)) as runs:
            on, waiting = await submit(runs, 0), await submit(runs, 1)
            Full.full = True
            with pytest.raises(StorageFullError):
                await runs.cancel(waiting.id)
            assert runs.place(waiting.id) == 0
            Full.full = False
            assert (await runs.cancel(waiting.id)).status == "cancelled"
            await runs.cancel(on.id)

    run_async(main())


@pytest.mark.parametrize("pictures", ["artifact", "value"])
def test_a_picture_that_cannot_be_saved_fails_the_run_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pictures: str
) -> None:
    async def main() -> None:
        worker = FakeWorker(Play(values={} if pictures == "artifact" else None))
        async with running(tmp_path, worker) as runs:
            with monkeypatch.context() as patch:
                patch.setattr("os.fsync", _no_room)
                if pictures == "value":
                    _only_values(patch)
                run = await runs.wait((await submit(runs)).id, 10)
            assert run.status == "failed"
            assert run.problems[0]["code"] == "storage_full"
            assert run.problems[0]["path"] == ("save" if pictures == "artifact" else "")
            assert run.artifacts == ()
            files = [path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]
            assert files == []
            again = await runs.wait((await submit(runs, 2)).id, 10)
            assert again.status == "completed"

    run_async(main())


def _no_room(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "/some/secret/path")


def _only_values(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tests.server.fakeworker.SINKS", ())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.mkdir"])
def test_a_file_is_whole_or_not_there_whichever_step_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    folder = Folder(tmp_path / "files")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(code, "no", "/secret")

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(StorageFullError) as failed:
            folder.add(b"picture")
        assert "secret" not in str(failed.value)
    assert list(folder.names()) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert folder.path(folder.add(b"picture")) is not None


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from server.runs.errors import StorageFullError
from server.runs.service import Runs
from server.runs.pages import Filter
from tests.server.fakeworker import FakeWorker
from tests.server.runs.running import asked

async def main(folder):
    runs = Runs(folder, [FakeWorker()])
    await runs.open()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    kept, refused = [], 0
    for seed in range(4000):
        try:
            kept.append((await runs.submit([asked(seed)]))[0].id)
        except StorageFullError:
            refused += 1
            if refused == 3:
                break
    assert refused == 3, refused
    assert kept
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    kept.append((await runs.submit([asked(9)]))[0].id)
    for run in kept:
        ended = await runs.wait(run, 60)
        assert ended.status in ("completed", "failed"), ended
        if ended.status == "failed":
            assert ended.problems[0]["code"] == "storage_full", ended.problems
    assert (await runs.wait(kept[-1], 1)).status == "completed"
    await runs.close(5)
    runs = Runs(folder, [])
    await runs.open()
    cursor, listed = None, set()
    while True:
        page = await runs.page(Filter(limit=200, cursor=cursor))
        listed |= {run.id for run in page.runs}
        cursor = page.next
        if cursor is None:
            break
    assert listed == set(kept), (len(listed), len(kept))
    await runs.close(1)
    print("kept", len(kept))

asyncio.run(main(Path(sys.argv[1])))
"""


def test_where_files_may_grow_no_further_nothing_accepted_is_lost(tmp_path: Path) -> None:
    """A real limit of the system, in a process of its own: writes fail in the middle."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kept")
