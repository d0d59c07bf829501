"""A saved graph's versions under another name. Knows SQL alone; commits nothing."""

from __future__ import annotations

import sqlite3


def owner(name: str, version: int) -> str:
    """What the files that a version reads are held by."""
    return f"graph:{name}/{version}"


def move_versions(connection: sqlite3.Connection, source: str, target: str) -> None:
    """All kept versions of `source`, which is there, to `target`, which is not.

    They keep their numbers, unless graphs that were once called `target` had such numbers: a run
    names a version, so none is ever used for two graphs.
    """
    rows = connection.execute(
        "SELECT version, etag FROM versions WHERE name = ? ORDER BY version", (source,)
    ).fetchall()
    once = connection.execute("SELECT version FROM graphs WHERE name = ?", (target,)).fetchone()
    shift = max(0, (int(once[0]) if once else 0) - int(rows[0][0]) + 1)
    for version, etag in rows:
        content = str(etag).partition("-")[2]
        connection.execute(
            "UPDATE versions SET name = ?, version = ?, etag = ? WHERE name = ? AND version = ?",
            (target, version + shift, f"{version + shift}-{content}", source, version),
        )
        connection.execute(
            "UPDATE uses SET owner = ? WHERE owner = ?",
            (owner(target, version + shift), owner(source, version)),
        )
    connection.execute("UPDATE graphs SET removed = 1 WHERE name = ?", (source,))
    connection.execute(
        "INSERT INTO graphs VALUES (?, ?, 0) "
        "ON CONFLICT DO UPDATE SET version = excluded.version, removed = 0",
        (target, int(rows[-1][0]) + shift),
    )
