"""What the README shows is true: its graph is valid, its node runs, its codes are the command's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.graph import parse
from engine.packs import catalogue_of, find_packs
from engine.validate import validate
from server.cli import COMMANDS, main
from server.exits import TABLE
from server.source import stock

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
MAKEFILE = (Path(__file__).parent.parent / "Makefile").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("DATA", "CACHE", "NODES"):
        monkeypatch.setenv(f"LATENTGRAPH_{name}", str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nodes").mkdir()
    return tmp_path


def test_the_graph_is_valid(tmp_path: Path) -> None:
    (text,) = blocks("json")
    assert validate(parse(text), catalogue_of(find_packs(), tmp_path)) == []


def test_the_node_is_ten_lines_and_runs(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = blocks("python")[0]
    body = code.partition("@node")[2]
    assert len([line for line in code.splitlines() if line]) <= 10
    assert "Darken" in body
    (own / "nodes" / "darken.py").write_text(code)
    assert main(["nodes", "Darken"]) == 0
    assert "amount  a number, 0 to 1; default 0.5" in capsys.readouterr().out
    (own / "dark.json").write_text(DARK)
    (own / "white.png").write_bytes(white())
    assert main(["run", "dark.json", "--image", "white.png"]) == 0, capsys.readouterr().err
    from PIL import Image

    with Image.open("Dark 1.png") as picture:
        assert picture.getpixel((0, 0)) == (64, 64, 64)


def test_python_shown_compiles() -> None:
    for code in blocks("python"):
        compile(code, "README.md", "exec")


def test_commands_and_exit_codes_are_those_of_the_command() -> None:
    for name in COMMANDS:
        assert re.search(rf"\| `{name}\b", README), name
    for code, meaning in re.findall(r"^  (\d+) +(.*)$", TABLE, re.MULTILINE):
        assert f"| {code} | {meaning} |" in README
    for name in stock():
        assert f"`{name}`" in README


def test_make_targets_shown_exist() -> None:
    for target in set(re.findall(r"^make ([a-z-]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def white() -> bytes:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(stream, "PNG")
    return stream.getvalue()


DARK = """{
  "format": 1,
  "title": "Dark",
  "inputs": {"image": {"to": ["load.image"]}},
  "outputs": {"image": "dark.image"},
  "nodes": {
    "load": {"type": "LoadImage"},
    "dark": {"type": "user:Darken", "params": {"amount": 0.75}, "inputs": {"image": "load.image"}}
  }
}"""
