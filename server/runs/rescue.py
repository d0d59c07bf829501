"""`python -m server.runs.rescue DATA`: what can still be read of a damaged database, in a new one.

The damaged files are set aside, never changed or deleted.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from shutil import copyfile

from .database import NAME
from .opening import prepare
from .schema import TABLES

SUFFIXES = ("", "-wal", "-shm")


class NothingToRescueError(Exception):
    """There is no database in the folder; the message is a sentence."""


def rescue(folder: Path) -> tuple[Path, dict[str, int]]:
    """Sets the database of a data folder aside and makes a new one with the rows that can be read.

    Returns where the old one is and how many rows of each table were saved. No server may run
    on the folder meanwhile. Raises NothingToRescueError, StorageError.
    """
    damaged = folder / NAME
    if not any(Path(f"{damaged}{suffix}").exists() for suffix in SUFFIXES):
        raise NothingToRescueError(f"There is no {NAME} in {folder}.")
    with tempfile.TemporaryDirectory(dir=folder, prefix="rescue-") as work:
        copy, made = Path(work) / NAME, Path(work) / "new" / NAME
        for suffix in SUFFIXES[:2]:  # SQLite folds the log into what it reads: so read a copy
            with suppress(FileNotFoundError):
                copyfile(f"{damaged}{suffix}", f"{copy}{suffix}")
        prepare(made)
        saved = _copy_rows(copy, made)
        aside = _set_aside(damaged)
        made.replace(damaged)
    return aside, saved


def _set_aside(damaged: Path) -> Path:
    taken = [n for n in range(1, 10_000) if not damaged.with_name(f"{NAME}.damaged-{n}").exists()]
    aside = damaged.with_name(f"{NAME}.damaged-{taken[0]}")
    for suffix in SUFFIXES:
        with suppress(FileNotFoundError):
            Path(f"{damaged}{suffix}").replace(f"{aside}{suffix}")
    return aside


def _copy_rows(damaged: Path, made: Path) -> dict[str, int]:
    saved = dict.fromkeys(TABLES, 0)
    with closing(sqlite3.connect(made, isolation_level=None)) as target:
        target.execute("BEGIN")
        for table in TABLES:
            for names, row in _rows(damaged, table):
                marks = ",".join("?" * len(row))
                columns = ",".join(names)
                with suppress(sqlite3.Error):
                    cursor = target.execute(
                        f"INSERT OR REPLACE INTO {table}({columns}) VALUES ({marks})", row
                    )
                    saved[table] += cursor.rowcount
        _mend(target)
        target.execute("COMMIT")
        # One file, without a log beside it: it is about to be renamed.
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.execute("PRAGMA journal_mode = DELETE")
    return saved


def _rows(damaged: Path, table: str) -> Iterator[tuple[Sequence[str], Sequence[object]]]:
    """The rows that can be read from the beginning, then from the end."""
    for order in ("", " ORDER BY 1 DESC"):
        with suppress(sqlite3.Error), closing(sqlite3.connect(damaged)) as source:
            source.execute("PRAGMA writable_schema = 1")  # a wrong size in the header is let be
            cursor = source.execute(f"SELECT * FROM {table}{order}")
            names = [column[0] for column in cursor.description]
            while (row := cursor.fetchone()) is not None:
                yield names, row
            return


def _mend(target: sqlite3.Connection) -> None:
    """What must hold although rows are missing."""
    target.execute(
        "UPDATE runs SET status = 'failed', finished = created WHERE finished IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM texts WHERE digest = runs.graph)"
    )
    target.execute("DELETE FROM versions WHERE graph NOT IN (SELECT digest FROM texts)")
    target.execute(
        "DELETE FROM graphs WHERE NOT removed AND NOT EXISTS (SELECT 1 FROM versions "
        "WHERE versions.name = graphs.name AND versions.version = graphs.version)"
    )
    # No event number comes twice, also where the count of those given out is lost.
    target.execute(
        "UPDATE numbers SET value = max(value, coalesce((SELECT max(seq) FROM events), 0)) + ? "
        "WHERE name = 'reserved'",
        (1 << 30,),
    )


def main(arguments: Sequence[str]) -> int:
    """The command: prints what was saved. Returns the exit status."""
    if len(arguments) != 1:
        print("usage: python -m server.runs.rescue DATA", file=sys.stderr)
        return 2
    try:
        aside, saved = rescue(Path(arguments[0]))
    except (NothingToRescueError, OSError, sqlite3.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    rows = ", ".join(f"{count} {table}" for table, count in saved.items() if count)
    print(f"Saved: {rows or 'nothing'}. The damaged database is kept as {aside}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
