"""`latentgraph plan`: what would run, before and after it has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.server.conftest import Command


def test_before_and_after_a_run(latentgraph: Command, adding: Callable[..., Path]) -> None:
    slow = adding(lambda doc: doc["nodes"]["loop"]["body"]["step"].update(params={"seconds": 0.02}))
    before = latentgraph("plan", slow)
    assert before.code == 0, before.err
    assert "loop    would run" in before.out
    assert not list(Path().glob("*.txt"))
    latentgraph("run", slow)
    after = latentgraph("plan", slow, "--last", 9)
    assert "would run" not in next(li for li in after.out.splitlines() if li.startswith("loop"))
    longer = latentgraph("plan", slow, "--set", "loop.over=6")
    assert "would run: 2 of 6 turns, 4 kept" in longer.out


def test_json(latentgraph: Command, adding: Callable[..., Path]) -> None:
    said = json.loads(latentgraph("plan", adding(), "--json").out)
    assert said["states"]["save"] == "run"


def test_a_wrong_graph_is_a_sentence(latentgraph: Command, adding: Callable[..., Path]) -> None:
    said = latentgraph("plan", adding(), "--start", "1000")
    assert said.code == 2
    assert said.err == "start: wants at most 100, this is 1000.\n"
