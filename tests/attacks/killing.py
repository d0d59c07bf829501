"""Attacks by signals: server and worker killed, a worker that dies each time or hears nothing."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from .book import Attack
from .deeds import deed
from .failing import fresh
from .field import Field, png, upload
from .process import alive
from .serving import PATIENT, Serving, until
from .stubs import slow, sums
from .websocket import WebSocket

Json = Any


@deed(
    "R006",
    proves=[
        "final name never holds a partial image (temp + fsync + rename)",
        "temp files swept at start",
    ],
)
def killed_while_saving(field: Field, attack: Attack) -> None:
    """Killed while a file is written, and at two other moments; every file is what it says."""
    serving = field.make()
    folder = serving.data / "artifacts"
    for turn in range(3):
        serving.start()
        other = Field(serving, field.make, upload(serving.mouth, png(64, 64)).json["hash"])
        for _ in range(3):
            serving.submit(fresh(other, steps=1))
        if turn == 1:
            serving.slow_disk()
            until(lambda: any(_files(folder, ".part")), 20, "a file is written")
        time.sleep(0.1 * turn)
        serving.kill()
        serving.mend()
        for path in _files(folder, ""):
            if len(path.name) == 64:
                assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        (folder / "ab").mkdir(parents=True, exist_ok=True)
        (folder / "ab" / f".{'ab' * 32}.0.part").write_bytes(b"half")
    serving.start()
    until(lambda: not list(_files(folder, ".part")), 10, "temporary files are swept")
    assert not serving.mouth.faults, serving.mouth.faults
    serving.kill()


def _files(folder: Path, ending: str) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and ending in path.name)


@deed("R007", proves=["after 3 attempts state = failed(poisoned)", "later jobs run"])
def poison(field: Field, attack: Attack) -> None:
    field.serving.fault("user:Add", "exit")
    id = field.serving.submit(sums(3, start=time.monotonic())).json["runs"][0]["id"]
    run: Json = field.serving.wait(id, 110)
    assert run["status"] == "failed", run
    assert run["problems"][0]["code"] == "worker_died", run["problems"]
    assert run["attempts"] == 3
    field.serving.mend()
    later: Json = field.serving.run(sums(3, start=time.monotonic()))
    assert later["status"] == "completed"


@deed(
    "R008",
    proves=[
        "running one is re-queued at the head and runs again without a user action",
        "FIFO order kept",
        "ready within 5 s + model load",
    ],
)
def restarted(field: Field, attack: Attack) -> None:
    serving = field.make().start()
    running = serving.submit(slow(60, 0.05)).json["runs"][0]["id"]
    queued = [
        run["id"]
        for at in range(50)
        for run in serving.submit(sums(2, start=float(at))).json["runs"]
    ]
    until(lambda: _turns(serving, running) >= 5, 30, "the first run is in its loop")
    serving.kill()
    begun = time.monotonic()
    serving.start(wait=False)
    until(serving.answers, 30, "it answers")
    until(serving.is_ready, 60, "it is ready")
    assert time.monotonic() - begun < 5 * 4 + 20
    for id in (running, *queued):
        run: Json = serving.wait(id)
        assert run["status"] == "completed", run
    assert serving.mouth.ask("GET", f"/api/runs/{running}").json["attempts"] == 2
    order = _order(serving)
    assert order == [running, *queued]
    assert serving.stop() == 0


def _order(serving: Serving) -> list[str]:
    """The runs as they were started last."""
    events: list[Json] = []
    after = 0
    while page := serving.mouth.ask("GET", f"/api/events?after={after}&limit=1000").json["events"]:
        events += page
        after = page[-1]["seq"]
    started = [event["run"] for event in events if event["type"] == "run_started"]
    return [run for at, run in enumerate(started) if run not in started[at + 1 :]]


def _turns(serving: Serving, run: str) -> int:
    events = serving.mouth.ask("GET", f"/api/runs/{run}/events?limit=1000").json["events"]
    return max((event["index"] + 1 for event in events if event["type"] == "turn"), default=0)


def _in_its_loop(field: Field, run: str) -> bool:
    return _turns(field.serving, run) >= 3


@deed(
    "R015",
    proves=[
        "health p99 < 100 ms meanwhile",
        "cancel + timeout end it (worker replaced)",
        "next run ok",
    ],
)
def deaf(field: Field, attack: Attack) -> None:
    field.serving.fault("user:Add", "hang")
    worker = field.serving.worker
    id = field.serving.submit(sums(3, start=time.monotonic())).json["runs"][0]["id"]
    with field.pulse(100):
        until(lambda: field.serving.status(id) == "running", 30, "it runs")
        time.sleep(1)
        field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
        run: Json = field.serving.wait(id, 60)
    assert run["status"] == "cancelled", run
    field.serving.mend()
    assert not alive(worker)
    until(field.serving.is_ready, 60, "a new worker")
    later: Json = field.serving.run(sums(3, start=time.monotonic()))
    assert later["status"] == "completed"


@deed(
    "R016",
    proves=[
        "run -> retried or failed(worker_died) within 5 s",
        "worker restarted",
        "clients get the event",
    ],
)
def worker_killed(field: Field, attack: Attack) -> None:
    for number in (signal.SIGSEGV, signal.SIGKILL):
        worker = field.serving.worker
        with WebSocket(field.serving.port, seconds=120) as link:
            link.json()
            start = time.monotonic()
            id = field.serving.submit(slow(20, 0.05, start=start)).json["runs"][0]["id"]
            until(partial(_in_its_loop, field, id), 30, "it runs")
            os.kill(worker, number)
            killed = time.monotonic()
            told = link.wait_for(id, "run_started", 120)
            while told["attempt"] < 2:
                told = link.wait_for(id, "run_started", 120)
            assert time.monotonic() - killed < 5 * 3 * PATIENT, "retried late"
            finished = link.wait_for(id, "run_finished", 120)
        assert finished["status"] == "completed"
        assert field.serving.worker != worker


def integrity(serving: Serving) -> str:
    """What SQLite says of the database."""
    with closing(sqlite3.connect(serving.data / "latentgraph.db")) as database:
        return str(database.execute("PRAGMA integrity_check").fetchone()[0])
