"""A run as rows of the database, and back. Pure: takes and gives plain data."""

from __future__ import annotations

import hashlib
import json
import math
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from .record import Asked, Json, NodeTiming, Run, RunArtifact, RunValue, Stored

HASH = re.compile(r"sha256:[0-9a-f]{64}")
COLUMNS = (
    "number, id, batch, item, status, lane, priority, place, cancelling, deaths, attempts, graph, "
    "title, name, version, created, started, finished, device, catalogue, retry_of, asked, result"
)


def to_text(value: Json) -> str:
    """Compact JSON text in ASCII; a number that JSON cannot hold becomes null."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), separators=(",", ":"), allow_nan=False)


def _finite(value: Json) -> Json:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def text_digest(text: str) -> str:
    """The name under which a text is kept once, however many runs share it."""
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def keep_text(connection: sqlite3.Connection, text: str) -> str:
    digest = text_digest(text)
    connection.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (digest, text))
    return digest


def text_of(connection: sqlite3.Connection, digest: str) -> str:
    row = connection.execute("SELECT text FROM texts WHERE digest = ?", (digest,)).fetchone()
    return str(row[0]) if row else ""


def forget_text(connection: sqlite3.Connection, digest: str) -> None:
    """Deletes a graph's text, unless a run or a saved version still has it."""
    connection.execute(
        "DELETE FROM texts WHERE digest = ?1 "
        "AND NOT EXISTS (SELECT 1 FROM runs WHERE graph = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM versions WHERE graph = ?1)",
        (digest,),
    )


def insert_run(connection: sqlite3.Connection, run: Run, place: float) -> None:
    """A new run with the texts and files it names."""
    asked = run.asked
    body = {"inputs": dict(asked.inputs), "want": asked.want, "webhook": asked.webhook}
    connection.execute(
        "INSERT INTO runs(id, batch, item, status, priority, place, graph, title, name, version, "
        "created, catalogue, retry_of, asked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(run.id, run.batch, run.item, run.status, asked.priority, place),
            *(keep_text(connection, asked.graph), asked.title, asked.name, asked.version),
            *(run.created, run.catalogue, run.retry_of, to_text(body)),
        ),
    )
    add_uses(connection, run.id, hashes_in(asked.graph, to_text(body)))


def add_uses(connection: sqlite3.Connection, owner: str, hashes: Iterable[str]) -> None:
    """Says that a run or a saved graph needs these files."""
    connection.executemany(
        "INSERT OR IGNORE INTO uses VALUES (?, ?)", [(owner, item) for item in hashes]
    )


def hashes_in(*texts: str) -> set[str]:
    """The files that texts name as `sha256:...`."""
    return {found for text in texts for found in HASH.findall(text)}


def result_text(run: Run) -> str:
    """What came of a run, but its artifacts, as JSON text."""
    return to_text(
        {
            "problems": [dict(problem) for problem in run.problems],
            "values": {name: asdict(value) for name, value in run.values.items()},
            "timings": {path: asdict(timing) for path, timing in run.timings.items()},
            "lost": run.lost,
        }
    )


def insert_artifact(connection: sqlite3.Connection, run: str, artifact: RunArtifact) -> bool:
    """Adds an artifact; False where the run has it already, from an attempt before."""
    turn = to_text(artifact.turn)
    added = connection.execute(
        "INSERT OR IGNORE INTO artifacts VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(run, artifact.path, turn, artifact.ordinal),
            *(artifact.name, int(artifact.preview), artifact.file.hash),
        ),
    )
    return added.rowcount == 1


def insert_file(connection: sqlite3.Connection, kind: str, file: Stored, used: float) -> None:
    connection.execute(
        "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET used = excluded.used",
        (kind, file.hash, file.media_type, file.bytes, file.width, file.height, used),
    )


def file_of(connection: sqlite3.Connection, kind: str, name: str) -> Stored | None:
    row = connection.execute(
        "SELECT hash, media_type, bytes, width, height FROM files WHERE kind = ? AND hash = ?",
        (kind, name),
    ).fetchone()
    return Stored(*row) if row else None


def artifacts_of(connection: sqlite3.Connection, run: str) -> tuple[RunArtifact, ...]:
    """A run's artifacts in the order in which they were made."""
    rows = connection.execute(
        "SELECT a.path, a.turn, a.ordinal, a.name, a.preview, "
        "f.hash, f.media_type, f.bytes, f.width, f.height "
        "FROM artifacts a JOIN files f ON f.kind = 'artifact' AND f.hash = a.hash "
        "WHERE a.run = ? ORDER BY a.rowid",
        (run,),
    )
    return tuple(
        RunArtifact(path, tuple(json.loads(turn)), ordinal, name, Stored(*file), bool(preview))
        for path, turn, ordinal, name, preview, *file in rows
    )


def load_run(connection: sqlite3.Connection, run: str) -> Run | None:
    """A whole run, with its graph and artifacts."""
    row = connection.execute(
        f"SELECT {COLUMNS}, (SELECT text FROM texts WHERE digest = graph) AS text "
        "FROM runs WHERE id = ?",
        (run,),
    )
    found = next(named(row), None)
    if found is None:
        return None
    return run_of(found, str(found["text"]), artifacts_of(connection, run))


def named(cursor: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    """The rows by the names of their columns."""
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def run_of(row: Mapping[str, Any], graph: str, artifacts: tuple[RunArtifact, ...] = ()) -> Run:
    asked = json.loads(row["asked"])
    result = json.loads(row["result"]) if row["result"] else {}
    want = asked["want"]
    return Run(
        id=row["id"],
        batch=row["batch"],
        item=row["item"],
        asked=Asked(
            graph=graph,
            inputs=asked["inputs"],
            want=None if want is None else tuple(want),
            title=row["title"],
            name=row["name"],
            version=row["version"],
            priority=row["priority"],
            webhook=asked["webhook"],
        ),
        status=row["status"],
        created=row["created"],
        started=row["started"],
        finished=row["finished"],
        attempts=row["attempts"],
        device=row["device"],
        catalogue=row["catalogue"],
        problems=tuple(result.get("problems", ())),
        values={name: _value(value) for name, value in result.get("values", {}).items()},
        artifacts=artifacts,
        timings={path: NodeTiming(**item) for path, item in result.get("timings", {}).items()},
        lost=tuple(result.get("lost", ())),
        retry_of=row["retry_of"],
    )


def _value(raw: Mapping[str, Any]) -> RunValue:
    pictures = tuple(Stored(**picture) for picture in raw["pictures"])
    return RunValue(raw["kind"], raw["plain"], pictures, raw["summary"])
