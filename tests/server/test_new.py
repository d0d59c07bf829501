"""`latentgraph new` and `latentgraph graph`: stock graphs to start from, and graphs to read."""

from __future__ import annotations

import json
from pathlib import Path

from tests.server.conftest import Command


def test_without_a_name_the_stock_graphs_are_listed(latentgraph: Command) -> None:
    said = latentgraph("new")
    assert said.code == 0
    assert "img2img" in said.out


def test_a_copy_runs_and_is_never_written_over(latentgraph: Command) -> None:
    said = latentgraph("new", "txt2img", "-o", "mine.json")
    assert (said.code, said.out) == (0, "mine.json\n")
    assert latentgraph("validate", "mine.json").code == 0
    before = Path("mine.json").read_bytes()
    again = latentgraph("new", "img2img", "-o", "mine.json")
    assert again.code == 3
    assert again.err == "'mine.json' is there already; name another file with -o.\n"
    assert Path("mine.json").read_bytes() == before


def test_an_unknown_name(latentgraph: Command) -> None:
    said = latentgraph("new", "hires_fix")
    assert said.code == 2
    assert said.err == "There is no stock graph 'hires_fix'. Did you mean 'hires-fix'?\n"


def test_graph_as_text(latentgraph: Command) -> None:
    out = latentgraph("graph", "txt2img").out
    assert out.startswith("Text to image\n")
    assert "input  prompt -> positive.text\n" in out
    assert "\n    guide: CFGCombine\n      scale = 4\n" in out
    assert "\n  next latent <- move.latent\n" in out


def test_graph_as_canonical_json(latentgraph: Command) -> None:
    compact = json.dumps(json.loads(latentgraph("new", "txt2img", "-o", "-").out))
    Path("compact.json").write_text(compact)
    assert (
        latentgraph("graph", "compact.json", "--json").out
        == latentgraph("graph", "txt2img", "--json").out
    )
