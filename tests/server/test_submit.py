"""`latentgraph submit`: what it sends, what it says, how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.client import Client
from tests.server.conftest import ADDING, Command
from tests.server.fakeworker import Play, png
from tests.server.remoteness import Serve

PROBLEM = {"code": "non_finite", "message": "NaN.", "path": "denoise", "port": "", "fix": ""}


def test_a_stock_graph_with_flags_of_its_own(latentgraph: Command, serve: Serve) -> None:
    serve()
    said = latentgraph("submit", "txt2img", "--prompt", "a red circle", "--steps", "4")
    assert said.code == 0, said.err
    id = said.out.split()[0]
    run = Client().wait(id, 20)
    assert run.inputs == {"prompt": "a red circle", "steps": 4}
    assert run.status == "completed"


def test_count_and_lists_make_several_runs(latentgraph: Command, serve: Serve) -> None:
    serve()
    assert len(latentgraph("submit", "--count", 3).out.splitlines()) == 3
    rows = latentgraph("submit", "--seed", "[1, 2]", "--json").out.splitlines()
    runs = [Client().get(json.loads(row)["id"]) for row in rows]
    assert [run.inputs["seed"] for run in runs] == [1, 2]
    assert len({run.batch for run in runs}) == 1


def test_wait_fetches_the_pictures(latentgraph: Command, serve: Serve, tmp_path: Path) -> None:
    serve(plays=Play(pictures=2))
    said = latentgraph("submit", "-o", tmp_path / "out", "--seed", 7)
    assert said.code == 0, said.err
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["Text to image 7 1.png", "Text to image 7 2.png"]
    assert f"wrote {tmp_path / 'out' / files[0]}" in said.out
    assert (tmp_path / "out" / files[0]).read_bytes().startswith(b"\x89PNG")


def test_wait_with_json_is_one_object_a_line(latentgraph: Command, serve: Serve) -> None:
    serve()
    said = latentgraph("submit", "--wait", "--json")
    types = [json.loads(line)["type"] for line in said.out.splitlines()]
    assert types[0] == "run_queued"
    assert types[-1] == "run_finished"
    assert "turn" in types


def test_a_file_goes_as_it_is(latentgraph: Command, serve: Serve, tmp_path: Path) -> None:
    serve()
    (tmp_path / "mine.json").write_text(json.dumps(ADDING))
    said = latentgraph("submit", "mine.json", "--start", "5")
    assert said.code == 0, said.err
    used = Client().used_graph(said.out.split()[0])
    assert used["nodes"]["start"]["params"] == {"value": 5}


def test_a_saved_graph_runs_by_name_and_version(latentgraph: Command, serve: Serve) -> None:
    serve()
    client = Client()
    first = client.save("adding", ADDING)
    client.save("adding", {**ADDING, "title": "Later"}, etag=first.etag)
    newest = client.get(latentgraph("submit", "adding").out.split()[0])
    pinned = client.get(latentgraph("submit", "adding", "--version", 1).out.split()[0])
    assert (newest.name, newest.version, newest.title) == ("adding", 2, "Later")
    assert (pinned.version, pinned.title) == (1, "Adding")
    moved = client.rename("adding", "sums")
    assert (moved.name, moved.version) == ("sums", 2)
    again = client.get(latentgraph("submit", "sums", "--version", 1).out.split()[0])
    assert (again.name, again.title) == ("sums", "Adding")


def test_a_picture_is_uploaded(latentgraph: Command, serve: Serve, tmp_path: Path) -> None:
    serve()
    (tmp_path / "in.png").write_bytes(png("1"))
    said = latentgraph("submit", "img2img", "--image", "in.png")
    assert said.code == 0, said.err
    hash = Client().get(said.out.split()[0]).inputs["image"]
    assert Client().download(hash, uploaded=True) == png("1")


def test_a_bad_picture_is_named_as_it_was_typed(
    latentgraph: Command, serve: Serve, tmp_path: Path
) -> None:
    serve()
    (tmp_path / "text.png").write_text("hello")
    said = latentgraph("submit", "img2img", "--image", "text.png")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("The server does not take 'text.png': ")


def test_a_folder_that_cannot_be_is_told_before_anything_is_queued(
    latentgraph: Command, serve: Serve, tmp_path: Path
) -> None:
    serve()
    (tmp_path / "afile").touch()
    said = latentgraph("submit", "txt2img", "-o", "afile")
    assert (said.code, said.out) == (3, "")
    assert "'afile' is a file, not a folder." in said.err
    assert list(Client().list().runs) == []


@pytest.mark.parametrize(
    ("tokens", "code", "words"),
    [
        (["nosuchgraph"], 2, "no such graph on the server"),
        (["txt2imh"], 2, "Did you mean 'txt2img'?"),
        (["txt2img", "--promt", "x"], 2, "Did you mean 'prompt'?"),
        (["txt2img", "--steps", "0"], 2, "steps"),
        (["txt2img", "--steps", "many"], 2, "an integer"),
        (["missing.json"], 3, "There is no file"),
        (["txt2img", "--version", "3"], 2, "no versions"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    latentgraph: Command, serve: Serve, tokens: list[str], code: int, words: str
) -> None:
    serve()
    said = latentgraph("submit", *tokens)
    assert (said.code, said.out) == (code, "")
    assert words in said.err
    assert "Traceback" not in said.err


def test_nobody_there(latentgraph: Command) -> None:
    said = latentgraph("submit", "--server", "http://127.0.0.1:1", "--patience", "0")
    assert said.code == 5
    assert "latentgraph serve" in said.err


def test_the_token_comes_from_the_environment(
    latentgraph: Command, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.api.access import Access

    serve(access=Access(token="a long enough token"))
    assert latentgraph("submit", "--patience", "0").code == 2
    monkeypatch.setenv("LATENTGRAPH_TOKEN", "a long enough token")
    assert latentgraph("submit").code == 0


def test_a_failed_run_ends_with_one(latentgraph: Command, serve: Serve) -> None:
    serve(plays=Play(fails=PROBLEM))
    said = latentgraph("submit", "--wait")
    assert said.code == 1
    assert "denoise: NaN." in said.err


def test_ctrl_c_cancels_what_is_left(
    latentgraph: Command, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server import watching

    def pressed(*_: Any) -> Any:
        raise KeyboardInterrupt

    serve(plays=Play(seconds=0.2, steps=100))
    monkeypatch.setattr(watching.Watcher, "follow", pressed)
    said = latentgraph("submit", "--wait", "--count", "3")
    assert said.code == 130
    runs = Client().list().runs
    assert {Client().wait(run.id, 20).status for run in runs} == {"cancelled"}


def test_help_shows_the_flags_of_the_graph(latentgraph: Command, serve: Serve) -> None:
    serve()
    said = latentgraph("submit", "img2img", "--help")
    assert said.code == 0
    assert "--prompt TEXT" in said.out
    assert "--image FILE" in said.out


def test_help_without_a_server_is_still_help(latentgraph: Command) -> None:
    said = latentgraph("submit", "--server", "http://127.0.0.1:1", "--help")
    assert said.code == 0
    assert "--priority" in said.out


@pytest.mark.parametrize("words", [["submit"], ["runs"], ["watch", "x"], ["cancel", "x"]])
def test_a_newcomer_without_a_server_is_told_at_once_and_what_to_do(
    latentgraph: Command, words: list[str]
) -> None:
    said = latentgraph(*words, "--server", "http://127.0.0.1:1", "--patience", "0.2")
    assert said.code == 5
    first, last = said.err.splitlines()
    assert "refused" in first
    assert "Trying for 0.2 s." in first
    assert "'latentgraph serve'" in last
    assert "'latentgraph run'" in last
    assert "Traceback" not in said.err


def test_without_a_token_it_says_where_one_is_named(latentgraph: Command, serve: Serve) -> None:
    from server.api.access import Access

    serve(access=Access(token="a long enough token"))
    said = latentgraph("runs")
    assert said.code == 2
    assert "LATENTGRAPH_TOKEN" in said.err
