"""kill -9 of the server or its worker at random moments, over HTTP: `make soak` has 500 of them.

The short form, for every `make test`, is tests/server/test_kill.py.
"""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from signal import SIGKILL
from typing import Any

from tests.attacks.killing import integrity
from tests.attacks.serving import Serving, until
from tests.attacks.stubs import slow, sums

Json = Any
READY = 60.0
"""Seconds; the promise is 5 and the loading of torch, and this machine has other things to do."""


def work(chance: random.Random) -> Json:
    """A graph that saves a file: a chain of sums or a short loop, some of them alike."""
    start = float(chance.randrange(200))
    graph = sums(4, start) if chance.random() < 0.5 else slow(6, 0.01, start)
    last = "n3.sum" if "n3" in graph["nodes"] else "loop.sum"
    graph["nodes"]["save"] = {"type": "user:SaveText", "inputs": {"sum": last}}
    return graph


def lives(serving: Serving, rounds: int, seed: int) -> set[str]:
    """So many kills; the runs that were answered with 202, of which none may be lost."""
    chance = random.Random(seed)
    accepted: set[str] = set()
    serving.start()
    for _ in range(rounds):
        end = time.monotonic() + chance.uniform(0.02, 0.8)
        while time.monotonic() < end:
            with suppress(OSError):
                heard = serving.submit(work(chance), count=chance.randrange(1, 4))
                assert heard.status in {202, 429, 503}, heard
                if heard.status == 202:
                    accepted |= {run["id"] for run in heard.json["runs"]}
            time.sleep(chance.random() * 0.05)
        if chance.random() < 0.3:
            with suppress(AssertionError, ProcessLookupError):  # it may be between two workers
                os.kill(serving.worker, SIGKILL)
            continue
        serving.kill()
        serving.start(wait=False)
        until(serving.answers, READY, "the server answers again")
        if chance.random() < 0.25:  # the next one then meets a worker at its work
            until(serving.is_ready, READY, "its worker is up again")
    return accepted


def short_of_room(folder: Path) -> Serving:
    """A server whose queue is full at 100: it is drained in time, and refuses now and then."""
    return Serving(folder, options=["--max-queue", "100"])


def look(serving: Serving, accepted: set[str]) -> None:
    """Waits for the rest and looks whether all is there, once, whole."""
    until(serving.is_ready, READY, "it is ready")
    until(lambda: _left(serving) == 0, 300, "all runs have ended")
    for id in accepted:
        run: Json = serving.mouth.ask("GET", f"/api/runs/{id}").json
        assert run["status"] == "completed", run
        (made,) = run["artifacts"]
        data = serving.mouth.ask("GET", made["url"]).body
        assert made["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
    assert not serving.mouth.faults, serving.mouth.faults[:5]
    assert serving.stop() == 0
    assert integrity(serving) == "ok"
    with closing(sqlite3.connect(serving.data / "latentgraph.db")) as database:
        runs = {row[0] for row in database.execute("SELECT id FROM runs")}
        rows = database.execute("SELECT run FROM events WHERE type = 'run_finished'")
        ends = Counter(row[0] for row in rows)
    assert accepted <= runs
    assert ends == Counter(runs)
    assert not list((serving.data / "artifacts").rglob("*.part"))


def _left(serving: Serving) -> int:
    counts = serving.mouth.ask("GET", "/api/system").json["runs"]
    return int(counts["queued"]) + int(counts["running"])


def test_500_kills(tmp_path: Path) -> None:
    """R005."""
    serving = short_of_room(tmp_path)
    try:
        look(serving, lives(serving, int(os.environ.get("LATENTGRAPH_KILLS", "500")), seed=500))
    finally:
        serving.close()
