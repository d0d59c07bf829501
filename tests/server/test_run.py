"""`latentgraph run`: flags from the graph, files, counts, events, and every way it may end."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.server.conftest import Command

Graph = Callable[..., Path]


def test_a_run_writes_files_and_says_what_it_did(latentgraph: Command, adding: Graph) -> None:
    said = latentgraph("run", adding(), "--no-cache", "-o", "out")
    assert said.code == 0, said.err
    assert Path("out/Adding 1.txt").read_text() == "8"
    assert "ran 6 of 6 nodes" in said.out
    assert "4 of 4 turns" in said.out
    assert f"wrote {Path('out/Adding 1.txt')}" in said.out
    assert "total = 8.0" in said.out


def test_public_inputs_are_flags(latentgraph: Command, adding: Graph) -> None:
    said = latentgraph("run", "--start", 10, adding(), "--amount=-0.5", "--no-cache")
    assert said.code == 0, said.err
    assert Path("Adding 1.txt").read_text() == "9"


def test_help_of_a_graph_lists_its_flags(latentgraph: Command, adding: Graph) -> None:
    said = latentgraph("run", adding(), "--help")
    assert "--start INT" in said.out
    assert "Where to start (a whole number, 0 to 100; default 3)" in said.out


def test_set_reaches_into_bodies(latentgraph: Command, adding: Graph) -> None:
    said = latentgraph("run", adding(), "--set", "step.amount=2", "--set", "loop.over=3")
    assert said.code == 0, said.err
    assert Path("Adding 1.txt").read_text() == "10"


def test_a_later_process_finds_what_was_kept(latentgraph: Command, adding: Graph) -> None:
    slow = adding(lambda doc: doc["nodes"]["loop"]["body"]["step"].update(params={"seconds": 0.02}))
    first = latentgraph("run", slow)
    assert "4 of 4 turns" in first.out
    again = latentgraph("run", slow, "--last", 5)
    assert again.code == 0
    assert "turns" not in again.out.partition("cached")[0]
    longer = latentgraph("run", slow, "--set", "loop.over=6")
    assert "2 of 6 turns, 4 kept" in longer.out


def test_a_graph_from_standard_input(
    latentgraph: Command, adding: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(adding().read_bytes()))
    monkeypatch.setattr("sys.stdin", stream)
    assert latentgraph("run", "-").code == 0
    assert Path("Adding 1.txt").is_file()


def test_json_is_one_object_a_line(latentgraph: Command, adding: Graph) -> None:
    said = latentgraph("run", adding(), "--json", "--no-cache", "-o", "out")
    events: list[dict[str, Any]] = [json.loads(line) for line in said.out.splitlines()]
    assert events[0]["event"] == "planned"
    assert events[-1]["event"] == "finished"
    assert events[-1]["status"] == "completed"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    (saved,) = (event for event in events if event["event"] == "artifact_saved")
    assert Path(saved["file"]).read_text() == "8"


def test_json_of_a_wrong_graph_is_the_published_form(latentgraph: Command, adding: Graph) -> None:
    wrong = adding(lambda doc: doc["nodes"]["last"].update(type="user:Ad"))
    said = latentgraph("run", wrong, "--json")
    assert said.code == 2
    error = json.loads(said.out)["error"]
    assert error["code"] == "unknown_node_type"
    assert error["problems"][0]["path"] == "last"


@pytest.mark.parametrize(
    ("tokens", "code", "sentence"),
    [
        (["--strat", "1"], 2, "has no input --strat; it has --start, --amount, --last."),
        (["--start", "many"], 2, "start: wants an integer, this is the text 'many'."),
        (["--start", "101"], 2, "start: wants at most 100, this is 101."),
        (["--start"], 2, "--start wants a value."),
        (["--set", "step"], 2, "--set wants node.param=value, this is 'step'."),
        (["--set", "stp.amount=1"], 2, "There is no node 'stp'. Did you mean 'step'?"),
        (["--set", "step.amount=x"], 2, "step.amount: wants a number, this is the text 'x'."),
        (["--set", "last.sum=1"], 2, "is wired to 'loop.sum'"),
        (["--device", "abacus"], 2, "There is no device 'abacus' here; there is cpu"),
        (["--nodes", "nowhere"], 2, "--nodes names 'nowhere', which is no folder."),
        (["--dtype", "float3"], 2, "invalid choice"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_value_is_a_sentence(
    tokens: list[str], code: int, sentence: str, latentgraph: Command, adding: Graph
) -> None:
    said = latentgraph("run", adding(), *tokens)
    assert said.code == code
    assert sentence in said.err
    assert not list(Path().glob("*.txt"))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("txt2im", "There is no file 'txt2im'. Did you mean the stock graph 'txt2img'?"),
        ("folder/x.json", "There is no file 'folder/x.json'."),
        (".", "'.' cannot be read: is a directory."),
    ],
)
def test_a_file_that_cannot_be_read(name: str, sentence: str, latentgraph: Command) -> None:
    said = latentgraph("run", name)
    assert (said.code, said.err) == (3, sentence + "\n")


def test_a_failing_node_spares_the_others(latentgraph: Command, adding: Graph) -> None:
    def fail(doc: dict[str, Any]) -> None:
        doc["nodes"]["no"] = {"type": "user:Refuse", "inputs": {"sum": "start.sum"}}
        doc["nodes"]["lost"] = {"type": "user:SaveText", "inputs": {"sum": "no.sum"}}

    said = latentgraph("run", adding(fail))
    assert said.code == 1
    assert said.err == "no.sum: This sum is refused. Take another.\n"
    assert "not run: lost\n" in said.out
    assert Path("Adding 1.txt").read_text() == "8"


def test_a_full_disk_is_a_sentence(
    latentgraph: Command, adding: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("server.outputs._fill", full)
    said = latentgraph("run", adding(), "-o", "out")
    assert said.code == 3
    assert "There is no room left for a file in 'out'. Make room" in said.err


def test_a_file_where_the_folder_should_be_is_told_before_the_run(
    latentgraph: Command, adding: Graph
) -> None:
    Path("afile").touch()
    said = latentgraph("run", adding(), "-o", "afile")
    assert (said.code, said.out) == (3, "")
    assert said.err == "'afile' is a file, not a folder. Choose another folder with -o.\n"


def test_a_missing_input_names_its_flag(latentgraph: Command) -> None:
    said = latentgraph("run", "img2img")
    assert said.code == 2
    assert "Give one with --image" in said.err


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_ctrl_c_cancels_within_a_step(adding: Graph) -> None:
    slow = adding(lambda doc: doc["nodes"]["loop"]["body"]["step"].update(params={"seconds": 0.3}))
    command = [sys.executable, "-m", "server.cli", "run", str(slow), "--set", "loop.over=500"]
    with subprocess.Popen(
        [*command, "--no-cache", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if b'"turn"' in line:
                break
        start = time.perf_counter()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(20) == 130
        assert time.perf_counter() - start < 5
        assert b'"cancelled"' in rest
        assert b"Traceback" not in process.stderr.read()


def picture_graph(folder: Path, *, saves: bool = True) -> Path:
    """Loads a picture and makes it smaller; `saves` or leaves that to the command."""
    doc: dict[str, Any] = {
        "format": 1,
        "title": "Smaller",
        "inputs": {"image": {"to": ["load.image"]}},
        "outputs": {"small": "small.image"},
        "nodes": {
            "load": {"type": "LoadImage"},
            "small": {
                "type": "ImageResize",
                "params": {"width": 8},
                "inputs": {"image": "load.image"},
            },
        },
    }
    if saves:
        doc["nodes"]["save"] = {"type": "SaveImage", "inputs": {"image": "small.image"}}
    file = folder / "smaller.json"
    file.write_text(json.dumps(doc), encoding="utf-8")
    return file


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.radial_gradient("L").resize((32, 24)).convert("RGB").save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_a_picture_runs_again_to_the_same_bytes(
    latentgraph: Command, tmp_path: Path, photo: Path
) -> None:
    said = latentgraph("run", picture_graph(tmp_path), "--image", photo, "-o", "out")
    assert said.code == 0, said.err
    photo.unlink()  # it was taken over into the uploads
    again = latentgraph("run", "out/Smaller 1.png", "-o", "out", "--no-cache")
    assert again.code == 0, again.err
    assert Path("out/Smaller 2.png").read_bytes() == Path("out/Smaller 1.png").read_bytes()


def test_public_pictures_are_saved_where_the_graph_saves_none(
    latentgraph: Command, tmp_path: Path, photo: Path
) -> None:
    said = latentgraph("run", picture_graph(tmp_path, saves=False), "--image", photo)
    assert said.code == 0, said.err
    with Image.open("Smaller 1.png") as picture:
        assert picture.size == (8, 6)


def test_a_picture_without_a_graph_is_a_sentence(latentgraph: Command, photo: Path) -> None:
    said = latentgraph("run", photo)
    assert said.code == 2
    assert "carries no graph" in said.err
