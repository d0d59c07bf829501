"""The command in this process: folders of its own, the user's nodes, and a graph that adds."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.packs import catalogue_of, find_packs
from server.cli import main
from tests.server.remoteness import serve  # noqa: F401 - a fixture, for the tests here

NODES = Path(__file__).parent / "nodes"
ADDING: dict[str, Any] = {
    "format": 1,
    "title": "Adding",
    "inputs": {
        "start": {"to": ["start.value"], "title": "Where to start"},
        "amount": {"to": ["step.amount"]},
        "last": {"to": ["last.amount"]},
    },
    "outputs": {"total": "total.value"},
    "nodes": {
        "start": {"type": "user:Start", "params": {"value": 3}},
        "loop": {
            "type": "Repeat",
            "params": {"over": 4},
            "inputs": {"sum": "start.sum"},
            "body": {"step": {"type": "user:Add", "inputs": {"sum": "loop.sum"}}},
            "next": {"sum": "step.sum"},
        },
        "last": {"type": "user:Add", "inputs": {"sum": "loop.sum"}},
        "total": {"type": "user:Total", "inputs": {"sum": "last.sum"}},
        "save": {"type": "user:SaveText", "inputs": {"sum": "last.sum"}},
    },
}


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture(scope="session")
def catalogue_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The catalogue on disk, made once: it takes seconds."""
    folder = tmp_path_factory.mktemp("catalogue")
    catalogue_of(find_packs(NODES), folder)
    return list(folder.iterdir())


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, catalogue_files: list[Path]) -> None:
    """Folders of the test's own, and nothing kept but the catalogue."""
    (tmp_path / "cache").mkdir()
    for file in catalogue_files:
        shutil.copy(file, tmp_path / "cache")
    monkeypatch.setenv("LATENTGRAPH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LATENTGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("LATENTGRAPH_NODES", str(NODES))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def latentgraph(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command: `latentgraph("run", "graph.json")`."""

    def run(*tokens: object) -> Said:
        capsys.readouterr()
        try:
            code = main([str(token) for token in tokens])
        except SystemExit as stop:  # argparse's own usage errors
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def adding(tmp_path: Path) -> Callable[..., Path]:
    """A graph file of `ADDING`, changed by the given function."""

    def write(change: Callable[[dict[str, Any]], object] = lambda doc: None) -> Path:
        doc = copy.deepcopy(ADDING)
        change(doc)
        file = tmp_path / "adding.json"
        file.write_text(json.dumps(doc), encoding="utf-8")
        return file

    return write
