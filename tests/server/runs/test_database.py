"""Opening a database that is not as it should be, and writing where that fails."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.runs import opening
from server.runs.database import NAME, Database
from server.runs.errors import (
    CorruptError,
    NewerError,
    StorageBusyError,
    StorageError,
    StorageFullError,
    StorageReadOnlyError,
)
from server.runs.rescue import NothingToRescueError, main, rescue
from server.runs.schema import MIGRATIONS, migrate, version_of
from tests.server.runs.running import asked, run_async, running


def filled(folder: Path, count: int = 60) -> list[str]:
    """A data folder with runs in it."""

    async def fill() -> list[str]:
        async with running(folder) as runs:
            await runs.graphs.put("kept", '{"format": 1, "title": "Kept"}')
            return [run.id for run in await runs.submit([asked(i) for i in range(count)])]

    return run_async(fill())


async def opened(path: Path) -> None:
    database = Database(path)
    await database.open()
    await database.close()


def garbage(path: Path) -> None:
    path.write_bytes(os.urandom(20_000))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_within_a_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def hole(path: Path) -> None:
    """A page of a table overwritten."""
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 5] = os.urandom(4096 * 2)
    path.write_bytes(data)


def other_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs(x)")
    connection.close()


@pytest.mark.parametrize(
    "spoil", [garbage, empty, cut_short, cut_within_a_page, hole, other_program]
)
def test_a_spoilt_database_is_refused_with_the_command_and_left_alone(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    filled(tmp_path)
    path = tmp_path / NAME
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(CorruptError, match=r"python -m server\.runs\.rescue") as refused:
        asyncio.run(opened(path))
    assert NAME in str(refused.value)
    assert path.read_bytes() == before


def test_a_missing_database_beside_its_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}-wal").write_bytes(b"the last commits")
    with pytest.raises(CorruptError, match="missing"):
        asyncio.run(opened(tmp_path / NAME))
    assert (tmp_path / f"{NAME}-wal").read_bytes() == b"the last commits"


def test_a_creation_that_was_broken_off_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(b"half")
    asyncio.run(opened(tmp_path / NAME))
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(NewerError, match="newer program"):
        asyncio.run(opened(tmp_path / NAME))


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"")
    with pytest.raises(StorageError):
        asyncio.run(opened(tmp_path / "data" / NAME))


def test_a_database_that_others_hold_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.05)
    filled(tmp_path, 1)
    other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def main() -> None:
        database = Database(tmp_path / NAME)
        await database.open()
        with pytest.raises(StorageBusyError):
            await database.write(lambda c: c.execute("DELETE FROM runs"))
        other.execute("ROLLBACK")
        await database.write(lambda c: None)
        await database.close()

    run_async(main())
    other.close()


def test_a_step_of_a_migration_happens_whole_or_not_at_all(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    steps = ("CREATE TABLE a(x)", "CREATE TABLE b(x); INSERT INTO nowhere VALUES (1)")
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, steps)
    assert version_of(connection) == 1
    migrate(connection, (steps[0], "CREATE TABLE b(x)"))
    assert version_of(connection) == 2
    assert len(connection.execute("SELECT * FROM sqlite_schema").fetchall()) == 2
    connection.close()


def test_what_is_committed_together_fails_apart(tmp_path: Path) -> None:
    """A hundred changes posted at once, every tenth one refuses or breaks a rule."""

    async def main() -> None:
        database = Database(tmp_path / NAME)
        await database.open()

        def change(number: int) -> Callable[[sqlite3.Connection], int]:
            def work(connection: sqlite3.Connection) -> int:
                connection.execute("INSERT INTO numbers VALUES (?, ?)", (f"n{number}", number))
                if number % 10 == 3:
                    raise ValueError(number)
                if number % 10 == 7:
                    connection.execute("INSERT INTO numbers VALUES ('floor', 1)")
                return number

            return work

        futures = [database.post(change(number), durable=number % 2 == 0) for number in range(100)]
        results = await asyncio.gather(*futures, return_exceptions=True)
        for number, result in enumerate(results):
            if number % 10 == 3:
                assert isinstance(result, ValueError)
            elif number % 10 == 7:
                assert isinstance(result, sqlite3.IntegrityError)
            else:
                assert result == number
        names = await database.read(
            lambda c: {row[0] for row in c.execute("SELECT name FROM numbers")}
        )
        kept = {f"n{number}" for number in range(100) if number % 10 not in (3, 7)}
        assert names == kept | {"reserved", "floor"}
        await database.close()

    run_async(main())


class Failing(sqlite3.Connection):
    """Fails at its n-th statement of a kind, as SQLite does."""

    at: int = -1
    error = "SQLITE_FULL"

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        kind = type(self)
        if kind.at >= 0 and not sql.startswith(("PRAGMA", "ROLLBACK")):
            kind.at -= 1
            if kind.at == -1:
                if self.in_transaction:
                    super().execute("ROLLBACK")  # as SQLite may do by itself
                failure = sqlite3.OperationalError("simulated")
                failure.sqlite_errorname = kind.error
                raise failure
        return super().execute(sql, *more)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_FULL", StorageFullError),
        ("SQLITE_IOERR_WRITE", StorageFullError),
        ("SQLITE_BUSY_SNAPSHOT", StorageBusyError),
        ("SQLITE_READONLY_DIRECTORY", StorageReadOnlyError),
        ("SQLITE_CORRUPT_INDEX", CorruptError),
        ("SQLITE_IOERR_FSYNC", StorageError),
    ],
)
def test_a_write_that_fails_at_any_statement_changes_nothing_and_the_next_one_works(
    tmp_path: Path, name: str, kind: type[StorageError]
) -> None:
    async def main() -> None:
        class Fails(Failing):
            error = name

        database = Database(tmp_path / NAME, factory=Fails)
        await database.open()

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE numbers SET value = value + 1")
            connection.execute("UPDATE numbers SET value = value + 1")

        await database.write(work)
        for at in range(6):  # begin, savepoint, two updates, release, commit
            Fails.at = at
            with pytest.raises(kind):
                await database.write(work)
            values = await database.read(
                lambda c: c.execute("SELECT value FROM numbers").fetchall()
            )
            assert values == [(2 + 2 * at,), (2 + 2 * at,)]
            await database.write(work)
        await database.close()

    run_async(main())


def test_what_can_be_read_is_rescued_and_the_damaged_file_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = filled(tmp_path, 400)
    path = tmp_path / NAME
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = os.urandom(4096)
    path.write_bytes(data)
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "damaged-1" in said
    assert (tmp_path / f"{NAME}.damaged-1").read_bytes() == bytes(data)

    async def look() -> None:
        async with running(tmp_path) as runs:
            kept = [run for run in ids if await runs.get(run) is not None]
            assert len(kept) >= 300
            assert runs.hub.latest >= 1 << 30
            assert (await runs.graphs.get("kept")).title == "Kept"

    run_async(look())


def test_a_rescue_of_a_sound_database_loses_nothing(tmp_path: Path) -> None:
    ids = filled(tmp_path, 30)
    _, saved = rescue(tmp_path)
    assert saved["runs"] == 30

    async def look() -> None:
        async with running(tmp_path) as runs:
            assert runs.counts().queued == 30
            assert [runs.place(run) for run in ids] == list(range(30))

    run_async(look())


def test_of_garbage_a_rescue_leaves_an_empty_database(tmp_path: Path) -> None:
    garbage(tmp_path / NAME)
    _, saved = rescue(tmp_path)
    assert not any(saved[table] for table in ("runs", "texts", "events"))
    asyncio.run(opened(tmp_path / NAME))


def test_where_there_is_nothing_a_rescue_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NothingToRescueError):
        rescue(tmp_path)
    assert main([str(tmp_path)]) == 1
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
