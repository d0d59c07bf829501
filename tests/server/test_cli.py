"""The command as a whole: help, speed, and how everything that goes wrong is said."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.cli import COMMANDS
from tests.server.conftest import Command

CHECKED = """
import sys
from server.cli import main
code = main(sys.argv[1:])
heavy = [name for name in ("torch", "diffusers", "transformers") if name in sys.modules]
print("heavy:", heavy, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "tokens",
    [
        ["--help"],
        ["validate", "txt2img"],
        ["nodes"],
        ["nodes", "CFGCombine"],
        ["run", "--help"],
        ["graph", "txt2img"],
        ["new"],
        ["schema"],
        ["run", "txt2img", "--seed", "no number"],
    ],
    ids=" ".join,
)
def test_nothing_but_a_run_imports_torch(tokens: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECKED, *tokens], capture_output=True, text=True, check=False
    )
    assert "heavy: []" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_is_instant() -> None:
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "server.cli", "--help"], check=True, stdout=-3)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.3


def test_help_names_every_command_and_exit_code(latentgraph: Command) -> None:
    said = latentgraph("--help")
    assert said.code == 0
    for name in COMMANDS:
        assert f"  {name} " in said.out
    for code in ("0", "1", "2", "3", "4", "130"):
        assert f"\n  {code} " in said.out


@pytest.mark.parametrize("tokens", [["--help"], ["run", "--help"], ["nodes", "--help"]])
def test_help_says_where_the_folders_are(
    latentgraph: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tokens: list[str]
) -> None:
    monkeypatch.delenv("LATENTGRAPH_NODES")
    monkeypatch.setenv("LATENTGRAPH_MODELS", os.pathsep.join(("100% here", "there")))
    said = latentgraph(*tokens).out
    assert f"now {tmp_path / 'data' / 'nodes'}\n" in said
    assert f"now 100% here{os.pathsep}there\n" in said
    assert f"now {tmp_path / 'cache'}\n" in said


def test_the_folders_of_a_run_are_those_of_its_flags(latentgraph: Command, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert "now mine\n" in latentgraph("run", "--models", "mine", "--help").out
    assert "folders, by flag" in latentgraph("run", "--models", "none", "--help").out


@pytest.mark.parametrize("command", ["run", "plan", "graph"])
def test_help_names_every_kind_of_file_that_carries_a_graph(
    command: str, latentgraph: Command
) -> None:
    said = " ".join(latentgraph(command, "--help").out.split())
    assert "(PNG, WebP or JPEG)" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, latentgraph: Command) -> None:
    said = latentgraph(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: latentgraph {command}")


def test_version(latentgraph: Command) -> None:
    assert latentgraph("--version").out.startswith("latentgraph ")


def test_an_unknown_command_is_a_sentence_with_the_nearest(latentgraph: Command) -> None:
    said = latentgraph("validat", "x.json")
    assert said.code == 2
    assert said.err == "There is no command 'validat'. Did you mean 'validate'?\n"


def test_an_unknown_option_is_named(latentgraph: Command) -> None:
    said = latentgraph("nodes", "--colour", "red")
    assert said.code == 2
    assert "--colour" in said.err


def test_a_defect_is_a_sentence_and_a_log(
    latentgraph: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by design")

    monkeypatch.setattr("server.commands.nodes.search", broken)
    said = latentgraph("nodes", "CFG")
    assert said.code == 4
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) == 1
    (log,) = (tmp_path / "data" / "log").iterdir()
    assert str(log) in said.err
    assert "ZeroDivisionError: by design" in log.read_text()


@pytest.mark.skipif(os.name == "nt", reason="a pipe's reader that goes away is POSIX's matter")
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m server.cli nodes | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""
