"""kill -9 at random moments: nothing accepted is lost, doubled, or told and then forgotten.

Rounds: LATENTGRAPH_KILL_ROUNDS, 30 where it is not set; each one is a server's life.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from server.runs.database import NAME
from server.runs.policy import Policy
from tests.server.fakeworker import FakeWorker, Play
from tests.server.runs.running import run_async, running, until

ROUNDS = int(os.environ.get("LATENTGRAPH_KILL_ROUNDS", "30"))
Said = list[dict[str, Any]]


def lives(folder: Path, rounds: int, seed: int) -> list[Said]:
    """What each of the servers said before it was killed."""
    chance = random.Random(seed)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.runs.killable", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    said = []
    with process:
        for number in range(rounds):
            process.stdin.write(f"{chance.uniform(0.01, 0.35)} {seed + number}\n")
            process.stdin.flush()
            said.append(json.loads(process.stdout.readline()))
        process.stdin.close()
    assert process.returncode == 0
    return said


def test_kill_at_random_moments(tmp_path: Path) -> None:
    said = [line for life in lives(tmp_path, ROUNDS, seed=ROUNDS) for line in life]
    assert not [line for line in said if "failed" in line]
    accepted = {run for line in said for run in line.get("accepted", ())}
    cancelled = {
        line["cancelled"] for line in said if line.get("status") in ("running", "cancelled")
    }
    assert len(accepted) > ROUNDS
    _keys_gave_one_answer(said)

    async def finish() -> None:
        worker = FakeWorker(Play(pictures=2))
        async with running(tmp_path, worker, policy=Policy(max_queue=10**6)) as runs:
            await until(lambda: not runs.counts().queued and not runs.counts().running, 300)
            for run in accepted:
                kept = await runs.get(run)
                assert kept is not None, run
                assert kept.status == ("cancelled" if run in cancelled else kept.status)
                assert kept.status in ("completed", "cancelled")
                if kept.status == "completed":
                    assert [item.ordinal for item in kept.artifacts] == [0, 1]
                for item in kept.artifacts:
                    path = runs.artifacts.path(item.file.hash)
                    assert path is not None
                    digest = hashlib.sha256(path.read_bytes()).hexdigest()
                    assert item.file.hash == f"sha256:{digest}"

    run_async(finish())
    assert not list((tmp_path / "artifacts").rglob("*.part"))
    _look_into(tmp_path / NAME, said)


def _keys_gave_one_answer(said: Said) -> None:
    answers: dict[str, list[str]] = {}
    for line in said:
        if line.get("key") is not None:
            known = answers.setdefault(line["key"], line["accepted"])
            assert known[0] == line["accepted"][0]


def _look_into(path: Path, said: Said) -> None:
    """The database against what was heard while it was written."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    log = connection.execute("SELECT seq, run, type FROM events ORDER BY seq").fetchall()
    heard = [(line["seq"], line["run"], line["type"]) for line in said if "seq" in line]
    numbers = [seq for seq, *_ in heard]
    assert numbers == sorted(set(numbers)), "a number came twice or went back"
    assert set(heard) <= set(log), "something was told and then forgotten"
    runs = {row[0] for row in connection.execute("SELECT id FROM runs")}
    ends = Counter(run for _, run, kind in log if kind == "run_finished")
    assert ends == Counter(runs)
    firsts = Counter(run for _, run, kind in log if kind == "artifact")
    rows = connection.execute("SELECT run, count(*) FROM artifacts GROUP BY run").fetchall()
    assert firsts == Counter(dict(rows))
    connection.close()
