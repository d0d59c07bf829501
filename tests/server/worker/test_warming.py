"""A new process imports what runs will need, and meanwhile it answers, cancels and ends at once."""

from __future__ import annotations

import asyncio
import importlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from engine.catalogue import PackInfo
from server.worker.process import ProcessWorker
from server.worker.protocol import Job
from server.worker.warming import warm
from tests.server.worker.conftest import PATIENT, SETUP, Wait
from tests.server.worker.hearing import Ear, graph

LONG = 3600
WARM = replace(SETUP, warm=True)


def pack(folder: Path, warming: str) -> Path:
    """An installed pack, as a package index would leave it, with such a `warm` module."""
    package, facts = folder / "slowpack", folder / "slowpack-1.0.dist-info"
    package.mkdir(parents=True)
    facts.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "warm.py").write_text(warming, encoding="utf-8")
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: slowpack\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[latentgraph.nodes]\nslowpack = slowpack\n")
    return folder


def test_a_process_that_imports_for_ever_answers_cancels_and_ends(
    wait: Wait, tmp_path: Path
) -> None:
    folder = pack(tmp_path / "site", f"import time\ntime.sleep({LONG})\n")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    worker = ProcessWorker(WARM, replace(PATIENT, cancel=LONG), environment)

    async def meanwhile() -> None:
        await worker.start()
        pid = worker.pid
        for name in ("first", "second"):
            running = asyncio.create_task(worker.run(Job(name, graph()), Ear()))
            await worker.forecast(graph(), {}, None)  # what is asked later is answered
            assert not running.done()
            await worker.cancel(name)
            outcome = await asyncio.wait_for(running, 60)
            assert outcome.status == "cancelled"
        assert worker.pid == pid
        await asyncio.wait_for(worker.close(LONG), 60)

    wait(meanwhile())


def test_a_job_that_came_meanwhile_runs(wait: Wait, tmp_path: Path) -> None:
    flag = tmp_path / "go"
    waiting = f"import os, time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.01)\n"
    environment = {**os.environ, "PYTHONPATH": str(pack(tmp_path / "site", waiting))}
    worker = ProcessWorker(WARM, PATIENT, environment)

    async def meanwhile() -> None:
        await worker.start()
        running = asyncio.create_task(worker.run(Job("one", graph()), Ear()))
        await worker.forecast(graph(), {}, None)
        assert not running.done()
        flag.touch()
        assert (await running).status == "completed"
        await worker.close(10)

    wait(meanwhile())


def test_what_cannot_be_imported_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pack(tmp_path / "site", "raise RuntimeError('broken on purpose')\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    importlib.import_module("slowpack")
    none = PackInfo("none", "engine", "")
    warm([none, PackInfo("slowpack", "slowpack", ""), PackInfo("gone", "no_such_pack", "", "gone")])
    assert [record.message for record in caplog.records] == ["slowpack.warm could not be imported"]
