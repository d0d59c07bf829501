"""The database's tables, and how an older database becomes a present one. `user_version` counts."""

from __future__ import annotations

import sqlite3

APPLICATION = 0x4C477068  # "LGph": tells our database from any other program's

_FIRST = """
CREATE TABLE texts(
    digest TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE runs(
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    batch TEXT NOT NULL,
    item INTEGER NOT NULL,
    status TEXT NOT NULL CHECK(
        status IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
    lane INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL,
    place REAL NOT NULL,
    cancelling INTEGER NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    graph TEXT NOT NULL,
    title TEXT NOT NULL,
    name TEXT,
    version INTEGER,
    created REAL NOT NULL,
    started REAL,
    finished REAL,
    device TEXT,
    catalogue TEXT,
    retry_of TEXT,
    asked TEXT NOT NULL,
    result TEXT
);
CREATE INDEX runs_by_status ON runs(status, number);
CREATE INDEX runs_by_name ON runs(name, number) WHERE name IS NOT NULL;
CREATE INDEX runs_by_batch ON runs(batch, number);
CREATE INDEX runs_by_graph ON runs(graph);
CREATE TABLE artifacts(
    run TEXT NOT NULL,
    path TEXT NOT NULL,
    turn TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    preview INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY(run, path, turn, ordinal)
);
CREATE TABLE files(
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    used REAL NOT NULL,
    PRIMARY KEY(kind, hash)
) WITHOUT ROWID;
CREATE TABLE uses(
    owner TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY(owner, hash)
) WITHOUT ROWID;
CREATE INDEX uses_by_hash ON uses(hash);
CREATE TABLE keys(
    key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    runs TEXT NOT NULL,
    created REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE events(
    seq INTEGER PRIMARY KEY,
    run TEXT,
    type TEXT NOT NULL,
    time REAL NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX events_by_run ON events(run, seq);
CREATE TABLE numbers(
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO numbers VALUES ('reserved', 0), ('floor', 0);
CREATE TABLE timings(
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    per_call REAL NOT NULL,
    calls REAL NOT NULL,
    used REAL NOT NULL,
    PRIMARY KEY(scope, name)
) WITHOUT ROWID;
CREATE TABLE graphs(
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE versions(
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    etag TEXT NOT NULL,
    graph TEXT NOT NULL,
    title TEXT NOT NULL,
    about TEXT NOT NULL,
    saved REAL NOT NULL,
    PRIMARY KEY(name, version)
) WITHOUT ROWID;
CREATE INDEX versions_by_graph ON versions(graph);
"""

MIGRATIONS: tuple[str, ...] = (_FIRST,)
"""Script i takes a database from version i to i + 1. Scripts are added, never changed."""

TABLES = (
    *("texts", "runs", "artifacts", "files", "uses", "keys"),
    *("events", "numbers", "timings", "graphs", "versions"),
)


def version_of(connection: sqlite3.Connection) -> int:
    """The schema's version; 0 for an empty database."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: tuple[str, ...] = MIGRATIONS) -> None:
    """Brings the tables up to date, each step whole or not at all."""
    for version in range(version_of(connection), len(migrations)):
        steps = f"BEGIN IMMEDIATE; {migrations[version]}; PRAGMA user_version = {version + 1};"
        try:
            connection.executescript(f"{steps} COMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
