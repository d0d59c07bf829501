"""What happens to a run, as changes of the database. Each is part of one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .estimates import learn
from .record import Json, NodeTiming, Run, RunArtifact, RunValue, Status
from .rows import (
    add_uses,
    forget_text,
    insert_artifact,
    insert_file,
    insert_run,
    result_text,
    to_text,
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended and what came of it."""

    status: Status
    seconds: float = 0.0
    problems: tuple[Mapping[str, Json], ...] = ()
    values: Mapping[str, RunValue] = field(default_factory=dict)
    timings: Mapping[str, NodeTiming] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


def accept(
    connection: sqlite3.Connection,
    runs: Sequence[tuple[Run, float]],
    key: tuple[str, str] | None,
) -> None:
    """New runs with their places; with the idempotency key they came under, and its digest."""
    for run, place in runs:
        insert_run(connection, run, place)
    if key is not None:
        ids = to_text([run.id for run, _ in runs])
        connection.execute(
            "INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?)", (*key, ids, runs[0][0].created)
        )


def begin(connection: sqlite3.Connection, run: Run) -> None:
    connection.execute(
        "UPDATE runs SET status = 'running', attempts = ?, started = ?, device = ? "
        "WHERE id = ? AND status = 'queued'",
        (run.attempts, run.started, run.device, run.id),
    )


def requeue(connection: sqlite3.Connection, run: str, lane: int, deaths: int) -> None:
    """An interrupted run waits again, before all others."""
    connection.execute(
        "UPDATE runs SET status = 'queued', lane = ?, deaths = ? WHERE id = ? AND finished IS NULL",
        (lane, deaths, run),
    )


def ask_to_cancel(connection: sqlite3.Connection, run: str) -> None:
    connection.execute("UPDATE runs SET cancelling = 1 WHERE id = ? AND finished IS NULL", (run,))


def add_artifact(
    connection: sqlite3.Connection, run: str, artifact: RunArtifact, now: float
) -> None:
    """A file that is on the disk becomes the run's; once, however often it is made."""
    if insert_artifact(connection, run, artifact):
        insert_file(connection, "artifact", artifact.file, now)
        add_uses(connection, run, [artifact.file.hash])


def finish(connection: sqlite3.Connection, run: Run) -> None:
    """The last change of a run: state, values and timings at once."""
    changed = connection.execute(
        "UPDATE runs SET status = ?, finished = ?, result = ? WHERE id = ? AND finished IS NULL",
        (run.status, run.finished, result_text(run), run.id),
    )
    if changed.rowcount != 1:
        raise RuntimeError(f"The run {run.id} has ended already, or is not there.")
    now = run.finished or 0.0
    files = [file for value in run.values.values() for file in value.pictures]
    for file in files:
        insert_file(connection, "artifact", file, now)
    add_uses(connection, run.id, [file.hash for file in files])
    learn(connection, run.asked.graph, run.timings, now)


def move(connection: sqlite3.Connection, rows: Sequence[tuple[int, int, float, str]]) -> None:
    """Lane, priority and place of queued runs."""
    connection.executemany("UPDATE runs SET lane = ?, priority = ?, place = ? WHERE id = ?", rows)


def remove(connection: sqlite3.Connection, run: str) -> bool:
    """Deletes a run and all that is only about it; its files go with the next sweep."""
    row = connection.execute(
        "DELETE FROM runs WHERE id = ? AND finished IS NOT NULL RETURNING graph", (run,)
    ).fetchone()
    if row is None:
        return False
    connection.execute("DELETE FROM artifacts WHERE run = ?", (run,))
    connection.execute("DELETE FROM uses WHERE owner = ?", (run,))
    connection.execute("DELETE FROM events WHERE run = ?", (run,))
    forget_text(connection, row[0])
    return True


def find_key(connection: sqlite3.Connection, key: str) -> tuple[str, tuple[str, ...]] | None:
    """The digest and the runs that a key was used with."""
    row = connection.execute("SELECT digest, runs FROM keys WHERE key = ?", (key,)).fetchone()
    return None if row is None else (row[0], tuple(json.loads(row[1])))
