"""--gpu-memory and --ram, and the notice of a run whose decode had to go in tiles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import events
from server.exits import Stop
from server.serving.operator import FILE, operator_of
from server.serving.process import setups
from server.settings import Settings
from server.worker.jobs import event_json
from server.worker.setup import Setup
from tests.server.conftest import Command

GIB = 1 << 30
SAID = "Decoded in tiles"


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("flag", ["--gpu-memory", "--ram"])
def test_what_is_no_size_is_told_with_one_that_is(
    latentgraph: Command, command: str, flag: str
) -> None:
    said = latentgraph(command, "txt2img", flag, "much")
    assert said.code == 2
    assert flag in said.err
    assert "6GB" in said.err


def test_a_picture_in_little_memory_comes_in_tiles_and_says_so(latentgraph: Command) -> None:
    flags = ("--steps", 1, "--ram", "4MB", "--no-cache")
    said = latentgraph("run", "txt2img", *flags)
    assert said.code == 0, said.err
    assert said.out.count(f"note: decode: {SAID}") == 1
    assert len(list(Path().glob("*.png"))) == 1
    lines = latentgraph("run", "txt2img", *flags, "--json").out.splitlines()
    (notice,) = (made for made in map(json.loads, lines) if made["event"] == "node_notice")
    assert notice["path"] == "decode"
    assert notice["message"].startswith(SAID)
    roomy = latentgraph("run", "txt2img", "--steps", 1, "--ram", "4GB", "--no-cache")
    assert "note:" not in roomy.out


def test_a_server_is_told_by_flag_environment_or_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE).write_text('gpu_memory = "8GB"\nram = 1048576\n', encoding="utf-8")
    found = operator_of(tmp_path, {})
    assert (found.gpu_memory, found.ram) == (8 * GIB, 1 << 20)
    monkeypatch.setenv("LATENTGRAPH_RAM", "3GB")
    found = operator_of(tmp_path, {"gpu_memory": "6 GiB"})
    assert (found.gpu_memory, found.ram) == (6 * GIB, 3 * GIB)
    with pytest.raises(Stop) as stop:
        operator_of(tmp_path, {"gpu_memory": "lots"})
    assert "--gpu-memory" in str(stop.value)
    assert "6GB" in str(stop.value)


def test_each_worker_has_its_gpu_and_its_part_of_the_ram(tmp_path: Path) -> None:
    settings = Settings(*([tmp_path] * 5))
    devices = {"device": ["cuda:0", "cuda:1"], "gpu_memory": "6GB", "ram": "16GB"}
    made = setups(operator_of(tmp_path, devices), settings)
    assert [(each.gpu_memory, each.ram) for each in made] == [(6 * GIB, 8 * GIB)] * 2
    assert Setup.from_json(made[0].to_json()) == made[0]


def test_a_worker_tells_of_notices() -> None:
    told = event_json(events.NodeNotice(3, "decode", (1,), "Decoded in tiles."))
    assert told == {
        "type": "node_notice",
        "path": "decode",
        "turn": (1,),
        "message": "Decoded in tiles.",
    }
