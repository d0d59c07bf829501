"""`latentgraph validate`: every mistake at once, each on its line with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.server.conftest import Command

Graph = Callable[..., Path]


def test_a_right_graph(latentgraph: Command, adding: Graph) -> None:
    file = adding()
    said = latentgraph("validate", file)
    assert (said.code, said.out, said.err) == (0, f"{file}: valid\n", "")


def test_ten_mistakes_are_ten_lines(latentgraph: Command, adding: Graph) -> None:
    def spoil(doc: dict[str, Any]) -> None:
        nodes = doc["nodes"]
        doc["inputs"]["nowhere"] = {"to": ["start.nothing"]}
        doc["outputs"]["gone"] = "lost.value"
        nodes["start"]["params"]["value"] = 500
        nodes["total"]["type"] = "user:Totl"
        nodes["last"]["params"] = {"amont": 1}
        nodes["save"]["inputs"] = {"sum": "total.value", "name": "start.sum"}
        nodes["loop"]["next"]["other"] = "step.sum"
        nodes["loop"]["body"]["step"]["params"] = {"seconds": "long"}
        nodes["free"] = {"type": "user:Total"}
        nodes["outside"] = {"type": "user:Add", "inputs": {"sum": "step.sum"}}

    file = adding(spoil)
    said = latentgraph("validate", file)
    assert said.code == 2
    *lines, count = said.out.splitlines()
    assert count == f"{file}: {len(lines)} problems"
    for expected in (
        "nowhere",
        "gone",
        "start.value: wants at most 100, this is 500.",
        "total: There is no node type 'user:Totl'. Did you mean 'user:Total'?",
        "last.amont",
        "save.name",
        "loop.other",
        "step.seconds: wants a number, this is the text 'long'.",
        "free.sum",
        "outside.sum",
    ):
        assert any(expected in line for line in lines), f"{expected} is not in {said.out}"
    assert all(line.startswith(f"{file}: ") for line in lines)


def test_several_files_and_the_worst_code(latentgraph: Command, adding: Graph) -> None:
    said = latentgraph("validate", "txt2img", "missing.json", adding())
    assert said.code == 3
    assert "txt2img: valid" in said.out
    assert "adding.json: valid" in said.out
    assert said.err == "There is no file 'missing.json'.\n"


def test_json(latentgraph: Command, adding: Graph, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"format": 1, "nodes": {"a": 1, "a": 2}}')
    said = latentgraph("validate", adding(), "bad.json", "--json")
    good, bad = map(json.loads, said.out.splitlines())
    assert good["valid"]
    assert not bad["valid"]
    assert bad["problems"][0]["code"] == "duplicate_key"


def test_a_broken_pack_is_told_and_harms_nothing(latentgraph: Command, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "typo.py").write_text("import nothing_of_that_name\n")
    said = latentgraph("validate", "txt2img", "--nodes", tmp_path / "mine")
    assert said.code == 0
    assert "Nodes of pack 'user' could not be loaded" in said.err
    assert "nothing_of_that_name" in said.err
    graph = {"format": 1, "nodes": {"a": {"type": "user:Mine"}}}
    (tmp_path / "own.json").write_text(json.dumps(graph))
    said = latentgraph("validate", "own.json", "--nodes", tmp_path / "mine", "--json")
    (problem,) = json.loads(said.out)["problems"]
    assert problem["code"] == "unknown_node_type"
    assert "typo.py, line 1: ModuleNotFoundError" in problem["fix"]
