"""What a person does in the first hour, with the embedded model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.server.conftest import Command


def rows(out: str) -> dict[str, str]:
    """The lines of an account by their first word."""
    return {line.split()[0]: line for line in out.splitlines() if line.startswith("  ")}


def test_another_prompt_runs_the_text_the_loop_and_the_decoder(latentgraph: Command) -> None:
    first = latentgraph("run", "--steps", 4, "-o", "out")
    assert first.code == 0, first.err
    second = latentgraph("run", "--steps", 4, "-o", "out", "--prompt", "a blue square")
    assert {"positive", "denoise", "decode"} <= rows(second.out).keys()
    assert "4 of 4 turns" in rows(second.out)["denoise"]
    cached = re.search(r"^cached: (.*)$", second.out, re.MULTILINE)
    assert cached is not None
    assert {"negative", "schedule"} <= set(cached[1].split(", "))
    assert (
        Path("out/Text to image 8 1.png").read_bytes()
        != Path("out/Text to image 8 2.png").read_bytes()
    )


def test_guidance_changed_from_turn_14_runs_six_turns(latentgraph: Command) -> None:
    assert latentgraph("run", "guidance-curve").code == 0
    points = [{"at": 0, "value": 5}, {"at": 14, "value": 5}, {"at": 14, "value": 2}]
    said = latentgraph("run", "guidance-curve", "--guidance", json.dumps(points))
    assert said.code == 0, said.err
    assert "6 of 20 turns, 14 kept" in rows(said.out)["denoise"]


def test_the_folded_graph_finds_everything_the_open_one_kept(latentgraph: Command) -> None:
    assert latentgraph("run", "txt2img", "--steps", 3).code == 0
    said = latentgraph("run", "txt2img-simple", "--steps", 3)
    assert said.code == 0, said.err
    assert "turns" not in said.out
    assert "sampler/denoise" in said.out.partition("not needed: ")[2]


def test_a_node_added_inside_the_loop_by_hand(latentgraph: Command) -> None:
    latentgraph("new", "txt2img", "-o", "mine.json")
    doc: dict[str, Any] = json.loads(Path("mine.json").read_text())
    body = doc["nodes"]["denoise"]["body"]
    body["late"] = {
        "type": "From",
        "params": {"at": 2, "before": 6, "after": 2},
        "inputs": {"index": "denoise.index"},
    }
    body["guide"] = {
        "type": "CFGCombine",
        "inputs": {"prediction": "predict.prediction", "scale": "late.value"},
    }
    del doc["inputs"]["guidance"]
    Path("mine.json").write_text(json.dumps(doc))
    said = latentgraph("run", "mine.json", "--steps", 3)
    assert said.code == 0, said.err
    assert "3 of 3 turns" in said.out


def test_the_picture_runs_again_to_the_same_bytes(latentgraph: Command) -> None:
    assert latentgraph("run", "--steps", 3, "--seed", 5, "--no-cache").code == 0
    said = latentgraph("run", "Text to image 5 1.png", "--no-cache")
    assert said.code == 0, said.err
    first, again = (Path(f"Text to image 5 {n}.png").read_bytes() for n in (1, 2))
    assert first == again
