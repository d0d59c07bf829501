"""Saved graphs: by name, with versions, and without one writer undoing another unseen."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from server.runs.database import Database
from server.runs.log import EventLog
from server.runs.rows import add_uses, forget_text, hashes_in, keep_text

from .grapherrors import (
    BadNameError,
    EtagError,
    TakenNameError,
    UnknownGraphError,
    UnknownVersionError,
)
from .renames import move_versions, owner

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
ANY: Final = object()
"""Expects nothing of what is there."""
NEW: Final = object()
"""Expects that there is no graph of this name."""
_COLUMNS = "v.name, v.version, v.etag, v.title, v.about, v.saved"


@dataclass(frozen=True, slots=True)
class Version:
    """A saved version without its text. `saved` is in seconds since 1970, UTC."""

    name: str
    version: int
    etag: str
    title: str
    about: str
    saved: float


@dataclass(frozen=True, slots=True)
class Saved(Version):
    """`text` is the graph file as it was saved."""

    text: str


class Graphs:
    """Version numbers of a name rise for ever, over a removal too: a run's version is one graph."""

    def __init__(
        self, database: Database, log: EventLog, clock: Callable[[], float], keep: int = 50
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._keep = keep

    async def list(self) -> tuple[Version, ...]:
        """The present version of each graph, by name."""
        return await self._database.read(_all)

    async def get(self, name: str, version: int | None = None) -> Saved:
        """Raises BadNameError, UnknownGraphError, UnknownVersionError."""
        check_name(name)
        return await self._database.read(lambda c: _get(c, name, version))

    async def versions(self, name: str) -> tuple[Version, ...]:
        """All kept versions, newest first. Raises BadNameError, UnknownGraphError."""
        check_name(name)
        return await self._database.read(lambda c: _versions(c, name))

    async def put(self, name: str, text: str, expect: object = ANY) -> Saved:
        """Saves a graph file's text; the same text as is there makes no new version.

        `expect` is the present ETag, NEW or ANY. Raises BadNameError, EtagError, StorageError.
        """
        check_name(name)
        now = self._clock()

        def save(connection: sqlite3.Connection) -> tuple[Saved, bool]:
            _check(connection, name, expect)
            return _save(connection, name, text, now, self._keep)

        return await self._saved(save)

    async def restore(self, name: str, version: int, expect: object = ANY) -> Saved:
        """Makes an old version the newest one. Raises as `get` and `put` do."""
        check_name(name)
        now = self._clock()

        def save(connection: sqlite3.Connection) -> tuple[Saved, bool]:
            _check(connection, name, expect)
            text = _get(connection, name, version).text
            return _save(connection, name, text, now, self._keep)

        return await self._saved(save)

    async def rename(self, name: str, to: str, expect: object = ANY) -> Saved:
        """Gives a graph another name, with all its versions, in one commit.

        The old name is free again. Raises as `remove` does, BadNameError and TakenNameError.
        """
        check_name(name)
        check_name(to)

        def move(connection: sqlite3.Connection) -> Saved:
            if _etag(connection, name) is None:
                raise UnknownGraphError(name)
            _check(connection, name, expect)
            if _etag(connection, to) is not None:
                raise TakenNameError(to)
            move_versions(connection, name, to)
            return _get(connection, to, None)

        saved = await self._database.write(move, durable=True)
        self._log.emit(None, "graph_removed", name=name)
        self._log.emit(None, "graph_saved", name=to, version=saved.version, etag=saved.etag)
        return saved

    async def remove(self, name: str, expect: object = ANY) -> None:
        """Deletes a graph and its versions. Raises as `put` does, and UnknownGraphError."""
        check_name(name)

        def remove(connection: sqlite3.Connection) -> None:
            if _etag(connection, name) is None:
                raise UnknownGraphError(name)
            _check(connection, name, expect)
            _remove(connection, name)

        drafts = [self._log.draft(None, "graph_removed", {"name": name})]
        await self._log.commit(remove, drafts, durable=True)

    async def _saved(self, save: Callable[[sqlite3.Connection], tuple[Saved, bool]]) -> Saved:
        saved, changed = await self._database.write(save, durable=True)
        if changed:
            self._log.emit(
                None, "graph_saved", name=saved.name, version=saved.version, etag=saved.etag
            )
        return saved


def check_name(name: str) -> None:
    """Raises BadNameError."""
    if not NAME.fullmatch(name):
        raise BadNameError(name)


def _all(connection: sqlite3.Connection) -> tuple[Version, ...]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM graphs g JOIN versions v USING (name, version) "
        "WHERE NOT g.removed ORDER BY v.name"
    )
    return tuple(Version(*row) for row in rows)


def _get(connection: sqlite3.Connection, name: str, version: int | None) -> Saved:
    present = _present(connection, name)
    if present is None:
        raise UnknownGraphError(name)
    wanted = present[0] if version is None else version
    row = connection.execute(
        f"SELECT {_COLUMNS}, t.text FROM versions v JOIN texts t ON t.digest = v.graph "
        "WHERE v.name = ? AND v.version = ?",
        (name, wanted),
    ).fetchone()
    if row is None:
        raise UnknownVersionError(name, wanted)
    return Saved(*row)


def _versions(connection: sqlite3.Connection, name: str) -> tuple[Version, ...]:
    if _present(connection, name) is None:
        raise UnknownGraphError(name)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM versions v WHERE v.name = ? ORDER BY v.version DESC", (name,)
    )
    return tuple(Version(*row) for row in rows)


def _present(connection: sqlite3.Connection, name: str) -> tuple[int, str] | None:
    row = connection.execute(
        "SELECT v.version, v.etag FROM graphs g JOIN versions v USING (name, version) "
        "WHERE g.name = ? AND NOT g.removed",
        (name,),
    ).fetchone()
    return None if row is None else (int(row[0]), str(row[1]))


def _etag(connection: sqlite3.Connection, name: str) -> str | None:
    present = _present(connection, name)
    return None if present is None else present[1]


def _check(connection: sqlite3.Connection, name: str, expect: object) -> None:
    etag = _etag(connection, name)
    if expect is not ANY and etag != (None if expect is NEW else expect):
        raise EtagError(name, etag)


def _save(
    connection: sqlite3.Connection, name: str, text: str, now: float, keep: int
) -> tuple[Saved, bool]:
    """The saved graph, and whether it differs from what was there."""
    present = _present(connection, name)
    if present is not None and _get(connection, name, None).text == text:
        return _get(connection, name, None), False
    row = connection.execute("SELECT version FROM graphs WHERE name = ?", (name,)).fetchone()
    version = 1 + (int(row[0]) if row else 0)
    digest = keep_text(connection, text)
    etag = f"{version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    title, about = _words(text)
    connection.execute(
        "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, version, etag, digest, title, about, now),
    )
    connection.execute(
        "INSERT INTO graphs VALUES (?, ?, 0) "
        "ON CONFLICT DO UPDATE SET version = excluded.version, removed = 0",
        (name, version),
    )
    add_uses(connection, owner(name, version), hashes_in(text))
    _forget_versions(connection, name, version - keep)
    return Saved(name, version, etag, title, about, now, text), True


def _forget_versions(connection: sqlite3.Connection, name: str, upto: int) -> None:
    rows = connection.execute(
        "DELETE FROM versions WHERE name = ? AND version <= ? RETURNING version, graph",
        (name, upto),
    ).fetchall()
    for version, graph in rows:
        connection.execute("DELETE FROM uses WHERE owner = ?", (owner(name, version),))
        forget_text(connection, graph)


def _remove(connection: sqlite3.Connection, name: str) -> None:
    (version,) = connection.execute("SELECT version FROM graphs WHERE name = ?", (name,)).fetchone()
    connection.execute("UPDATE graphs SET removed = 1 WHERE name = ?", (name,))
    _forget_versions(connection, name, version)


def _words(text: str) -> tuple[str, str]:
    """Title and description for the list; empty where the text has none."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return "", ""
    raw = raw if isinstance(raw, dict) else {}
    title, about = (raw.get(name) for name in ("title", "about"))
    return (
        title[:200] if isinstance(title, str) else "",
        about[:2000] if isinstance(about, str) else "",
    )
