"""The list of runs: filtered, newest first, a page at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .errors import BadCursorError
from .record import Status, Stored
from .rows import named

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Which runs, and where the page begins. `limit` is brought to 1-200."""

    status: frozenset[Status] | None = None
    name: str | None = None
    batch: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A run without its graph, inputs and results. `cover` is the last picture it saved."""

    id: str
    batch: str
    item: int
    status: Status
    title: str
    name: str | None
    version: int | None
    priority: int
    created: float
    started: float | None
    finished: float | None
    attempts: int
    device: str | None
    retry_of: str | None
    place: int | None = None
    pictures: int = 0
    cover: Stored | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the cursor of the page after this one, None on the last."""

    runs: tuple[Summary, ...]
    next: str | None

    def placed(self, places: Mapping[str, int]) -> Page:
        """The same with each waiting run's place in the queue."""
        runs = tuple(
            replace(run, place=places[run.id]) if run.id in places else run for run in self.runs
        )
        return Page(runs, self.next)


def select_page(connection: sqlite3.Connection, wanted: Filter) -> Page:
    """Raises BadCursorError."""
    where, values = _conditions(wanted)
    limit = max(1, min(wanted.limit, MAX_PAGE))
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM runs r LEFT JOIN artifacts a ON a.rowid = "
        "(SELECT max(rowid) FROM artifacts WHERE run = r.id) "
        "LEFT JOIN files f ON f.kind = 'artifact' AND f.hash = a.hash "
        f"WHERE {where} ORDER BY number DESC LIMIT ?",
        (*values, limit + 1),
    )
    found = list(named(rows))
    shown = found[:limit]
    after = f"{shown[-1]['number']:x}" if len(found) > limit else None
    return Page(tuple(_summary(row) for row in shown), after)


_OWN = (
    *("id", "batch", "item", "status", "title", "name", "version", "priority", "created"),
    *("started", "finished", "attempts", "device", "retry_of"),
)
_COLUMNS = (
    "r.number, "
    + ", ".join(f"r.{column} AS {column}" for column in _OWN)
    + ", (SELECT count(*) FROM artifacts WHERE run = r.id) AS pictures"
    + ", f.hash AS hash, f.media_type AS media_type, f.bytes AS bytes"
    + ", f.width AS width, f.height AS height"
)


def _conditions(wanted: Filter) -> tuple[str, list[Any]]:
    parts, values = ["1"], list[Any]()
    if wanted.status is not None:
        parts.append(f"status IN ({','.join('?' * len(wanted.status))})")
        values += sorted(wanted.status)
    for column, value in (("name", wanted.name), ("batch", wanted.batch)):
        if value is not None:
            parts.append(f"r.{column} = ?")
            values.append(value)
    if wanted.cursor is not None:
        parts.append("number < ?")
        values.append(_number(wanted.cursor))
    return " AND ".join(parts), values


def _number(cursor: str) -> int:
    if not 1 <= len(cursor) <= 15 or set(cursor) - set("0123456789abcdef"):
        raise BadCursorError
    return int(cursor, 16)


def _summary(row: dict[str, Any]) -> Summary:
    cover = None
    if row["hash"] is not None:
        cover = Stored(row["hash"], row["media_type"], row["bytes"], row["width"], row["height"])
    own = {column: row[column] for column in _OWN}
    return Summary(**own, pictures=row["pictures"], cover=cover)
