"""submit, runs, watch and cancel against a real `latentgraph serve`, as a user has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server.picture import embedded_graph
from tests.attacks.serving import Serving
from tests.attacks.stubs import slow
from tests.server.conftest import Command

SMALL = ("--steps", 2)


def test_from_the_first_picture_to_a_cancel(
    latentgraph: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = Serving(tmp_path / "served").start()
    monkeypatch.setenv("LATENTGRAPH_SERVER", f"http://127.0.0.1:{serving.port}")
    try:
        _a_picture(latentgraph, tmp_path / "out")
        _a_cancel(latentgraph, tmp_path / "slow.json")
        assert serving.stop() == 0
        away = latentgraph("runs", "--patience", "0")
        assert away.code == 5
        assert "'latentgraph serve'" in away.err
    finally:
        serving.close()


def _a_picture(latentgraph: Command, out: Path) -> None:
    """The same values twice: the second time nothing is run again, and the file is the same."""
    first = latentgraph("submit", "txt2img", "--prompt", "a red circle", *SMALL, "-o", out)
    assert first.code == 0, first.err
    (file,) = out.iterdir()
    assert f"wrote {file}" in first.out
    used = json.loads(embedded_graph(file.read_bytes()))
    assert used["nodes"]["positive"]["params"]["text"] == "a red circle"
    again = latentgraph("submit", "--prompt", "a red circle", *SMALL, "-o", out)
    assert again.code == 0, again.err
    (other,) = set(out.iterdir()) - {file}
    assert other.read_bytes() == file.read_bytes()
    rows = latentgraph("runs", "--status", "completed").out.splitlines()
    assert len(rows) == 2
    newest = rows[0].split()[0]
    watched = latentgraph("watch", newest)
    assert watched.code == 0
    assert f"{newest} completed" in watched.out
    assert "kept" in latentgraph("runs", newest).out


def _a_cancel(latentgraph: Command, file: Path) -> None:
    file.write_text(json.dumps(slow(400, 0.05)))
    said = latentgraph("submit", file, "--start", 5)
    assert said.code == 0, said.err
    id = said.out.split()[0]
    assert latentgraph("cancel", id).code == 0
    watched = latentgraph("watch", id)
    assert watched.code == 130
    assert f"{id} cancelled" in watched.out
