"""Saved graphs: versions, and no writer undoes another unseen."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from server.library.grapherrors import (
    BadNameError,
    EtagError,
    TakenNameError,
    UnknownGraphError,
    UnknownVersionError,
)
from server.library.graphs import NEW, Saved
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


def test_a_renamed_graph_keeps_its_versions_and_frees_its_name(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            for n in range(3):
                newest = await runs.graphs.put("old", text(str(n)))
            before = await runs.graphs.versions("old")
            with pytest.raises(EtagError):
                await runs.graphs.rename("old", "new", "1-0000")
            saved = await runs.graphs.rename("old", "new", newest.etag)
            assert (saved.name, saved.version, saved.etag) == ("new", 3, newest.etag)
            after = await runs.graphs.versions("new")
            assert [(v.version, v.etag, v.title, v.saved) for v in after] == [
                (v.version, v.etag, v.title, v.saved) for v in before
            ]
            assert (await runs.graphs.get("new", 1)).text == text("0")
            with pytest.raises(UnknownGraphError):
                await runs.graphs.get("old")
            again = await runs.graphs.put("old", text("another"), NEW)
            assert again.version == 4  # numbers are never used for two graphs
            with pytest.raises(TakenNameError):
                await runs.graphs.rename("old", "new")
            with pytest.raises(BadNameError):
                await runs.graphs.rename("old", "No Name")
            with pytest.raises(UnknownGraphError):
                await runs.graphs.rename("nothing", "else")
        async with running(tmp_path) as runs:
            assert [g.name for g in await runs.graphs.list()] == ["new", "old"]

    run_async(main())


def test_a_name_that_was_used_before_goes_on_counting(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            for n in range(5):
                await runs.graphs.put("b", text(str(n)))
            await runs.graphs.remove("b")
            await runs.graphs.put("a", text("first"))
            await runs.graphs.put("a", text("second"))
            saved = await runs.graphs.rename("a", "b")
            assert saved.version == 7
            assert saved.etag.startswith("7-")
            assert [v.version for v in await runs.graphs.versions("b")] == [7, 6]
            assert (await runs.graphs.put("b", text("third"), saved.etag)).version == 8

    run_async(main())


def test_pictures_that_a_renamed_graph_reads_are_still_held(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            named = json.dumps({"format": 1, "image": "sha256:" + "ab" * 32})
            await runs.graphs.put("a", named)
            await runs.graphs.rename("a", "b")
            owners = await runs.graphs._database.read(
                lambda c: [row[0] for row in c.execute("SELECT owner FROM uses")]
            )
            assert owners == ["graph:b/1"]

    run_async(main())
