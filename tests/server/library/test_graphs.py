"""Saved graphs: versions, and no writer undoes another unseen."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from server.library.graphs import (
    NEW,
    BadNameError,
    EtagError,
    Saved,
    UnknownGraphError,
    UnknownVersionError,
)
from server.runs.policy import Policy
from tests.server.runs.running import run_async, running


def text(title: str) -> str:
    return json.dumps({"format": 1, "title": title, "about": "Words."})


def test_what_was_saved_is_read_and_listed(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            saved = await runs.graphs.put("b", text("B"), NEW)
            await runs.graphs.put("a", "no json at all", NEW)
            assert (saved.version, saved.title, saved.about) == (1, "B", "Words.")
            assert await runs.graphs.get("b") == saved
            assert [(g.name, g.title) for g in await runs.graphs.list()] == [("a", ""), ("b", "B")]
        async with running(tmp_path) as runs:
            assert await runs.graphs.get("b") == saved

    run_async(main())


def test_of_many_writers_with_one_etag_one_wins(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            first = await runs.graphs.put("g", text("0"))
            tries = [runs.graphs.put("g", text(str(n)), first.etag) for n in range(1, 21)]
            answers = await asyncio.gather(*tries, return_exceptions=True)
            (winner,) = [answer for answer in answers if isinstance(answer, Saved)]
            assert await runs.graphs.get("g") == winner
            refused = [answer for answer in answers if isinstance(answer, EtagError)]
            assert len(refused) == 19
            assert {error.etag for error in refused} == {winner.etag}

    run_async(main())


def test_expectations(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            with pytest.raises(EtagError, match="does not exist"):
                await runs.graphs.put("g", text("A"), "1-0123")
            saved = await runs.graphs.put("g", text("A"), NEW)
            with pytest.raises(EtagError):
                await runs.graphs.put("g", text("B"), NEW)
            with pytest.raises(EtagError):
                await runs.graphs.remove("g", "1-0123")
            assert await runs.graphs.put("g", text("A"), saved.etag) == saved  # nothing new
            newer = await runs.graphs.put("g", text("B"), saved.etag)
            assert newer.etag != saved.etag
            with pytest.raises(EtagError):
                await runs.graphs.restore("g", 1, saved.etag)
            restored = await runs.graphs.restore("g", 1, newer.etag)
            assert (restored.text, restored.version) == (saved.text, 3)
            await runs.graphs.remove("g", restored.etag)
            with pytest.raises(UnknownGraphError):
                await runs.graphs.remove("g")

    run_async(main())


def test_so_many_versions_are_kept(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, policy=Policy(versions=5)) as runs:
            for number in range(1, 13):
                await runs.graphs.put("g", text(str(number)))
            versions = await runs.graphs.versions("g")
            assert [item.version for item in versions] == [12, 11, 10, 9, 8]
            assert (await runs.graphs.get("g", 8)).title == "8"
            with pytest.raises(UnknownVersionError):
                await runs.graphs.get("g", 7)
            count = await runs.database.read(
                lambda c: c.execute("SELECT count(*) FROM texts").fetchone()
            )
            assert count == (5,)

    run_async(main())


def test_a_version_number_is_never_given_to_another_graph(tmp_path: Path) -> None:
    """Removed and saved anew: a run pinned to version 1 never means the other one."""

    async def main() -> None:
        async with running(tmp_path) as runs:
            await runs.graphs.put("g", text("old"))
            await runs.graphs.remove("g")
            for act in (runs.graphs.get("g"), runs.graphs.versions("g"), runs.graphs.get("g", 1)):
                with pytest.raises(UnknownGraphError):
                    await act
            assert await runs.graphs.list() == ()
            again = await runs.graphs.put("g", text("new"), NEW)
            assert again.version == 2
            with pytest.raises(UnknownVersionError):
                await runs.graphs.get("g", 1)

    run_async(main())


@pytest.mark.parametrize(
    "name", ["", "A", "ä", "-a", "_a", "a/b", "../a", "a.json", "a" * 65, "a\n", "a b", "a\0"]
)
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            for act in (
                runs.graphs.put(name, text("A")),
                runs.graphs.get(name),
                runs.graphs.remove(name),
                runs.graphs.versions(name),
                runs.graphs.restore(name, 1),
            ):
                with pytest.raises(BadNameError):
                    await act

    run_async(main())


def test_saving_and_removing_are_told(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            saved = await runs.graphs.put("g", text("A"))
            await runs.graphs.put("g", text("A"))
            await runs.graphs.remove("g")
            await runs.log.flush()
            told = [(e["type"], e["name"], e.get("etag")) for e in await runs.events()]
            assert told == [("graph_saved", "g", saved.etag), ("graph_removed", "g", None)]

    run_async(main())
