"""A1111's texts, as people's pictures carry them, made into graphs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from server import a1111
from server.source import stock
from tests.server.conftest import Command

TEXT = """masterpiece, (a cat:1.2),
on a "sofa" <lora:fine_style:0.7> <lora:other>
Negative prompt: blurry, lowres
worst quality
Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: 3141592653, Size: 512x768, \
Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Clip skip: 2, \
Lora hashes: "fine_style: aaaaaaaaaaaa, other: bbbbbbbbbbbb", Version: v1.7.0"""


def taken(text: str, models: tuple[str, ...] = ()) -> tuple[dict[str, Any], list[str]]:
    found = a1111.parse(text)
    assert found is not None
    return a1111.graph_of(found, stock(), models)


def node(doc: dict[str, Any], kind: str) -> dict[str, Any]:
    waiting = list(doc["nodes"].values())
    for each in waiting:
        if each["type"] == kind:
            params: dict[str, Any] = each.get("params", {})
            return params
        waiting += each.get("body", {}).values()
    raise AssertionError(kind)


def test_everything_the_graph_has_a_place_for() -> None:
    doc, notes = taken(TEXT, ("sd/v1-5-pruned-emaonly.safetensors", "demo"))
    assert notes == []
    texts = {name: doc["nodes"][name]["params"] for name in ("positive", "negative")}
    assert texts["positive"]["text"] == 'masterpiece, (a cat:1.2),\non a "sofa"'
    assert texts["negative"]["text"] == "blurry, lowres\nworst quality"
    assert texts["positive"]["skip_layers"] == texts["negative"]["skip_layers"] == 1
    schedule = node(doc, "Schedule")
    assert (schedule["steps"], schedule["solver"], schedule["sigmas"]) == (28, "dpmpp_2m", "karras")
    assert node(doc, "CFGCombine")["scale"] == 6.5
    assert node(doc, "AddNoise")["seed"] == 3141592653
    assert node(doc, "EmptyLatent") == {"width": 512, "height": 768}
    assert node(doc, "LoadModel")["model"] == "sd/v1-5-pruned-emaonly.safetensors"
    assert node(doc, "LoRA")["loras"] == [
        {"file": "fine_style.safetensors", "unet": 0.7, "text": 0.7},
        {"file": "other.safetensors", "unet": 1.0, "text": 1.0},
    ]


@pytest.mark.parametrize(
    ("said", "solver", "sigmas"),
    [
        ("Sampler: Euler a", "euler_a", "model"),
        ("Sampler: DPM++ 2M, Schedule type: Karras", "dpmpp_2m", "karras"),
        ("Sampler: DPM++ 2M, Schedule type: Automatic", "dpmpp_2m", "karras"),
        ("Sampler: Euler, Schedule type: Automatic", "euler", "model"),
        ("Sampler: DPM++ 2M SDE Exponential", "dpmpp_2m_sde", "exponential"),
        ("Sampler: LMS Karras", "lms", "karras"),
        ("Sampler: PLMS", "pndm", "model"),
    ],
)
def test_samplers_of_old_and_new_texts(said: str, solver: str, sigmas: str) -> None:
    schedule = node(taken(f"a cat\nSteps: 20, {said}")[0], "Schedule")
    assert (schedule["solver"], schedule["sigmas"]) == (solver, sigmas)


def test_what_is_left_out_is_said() -> None:
    text = (
        "a cat\nSteps: 20, Sampler: Restart, Schedule type: KL Optimal, Model: gone, "
        "Denoising strength: 0.4, Hires upscale: 2, Size: 513x9999999"
    )
    doc, notes = taken(text, ("demo",))
    assert notes == [
        "The sampler 'Restart' is not known here; Euler is used.",
        "The schedule 'kl optimal' is not known here; the model's own is used.",
        "There is no model 'gone' here; choose another one in LoadModel.",
        "Left out: Hires upscale, the second pass (Denoising strength).",
    ]
    assert node(doc, "LoadModel")["model"] == "gone.safetensors"


@pytest.mark.parametrize(
    "text", ["", "a cat", "a cat\nSize: 1x1", "Negative prompt: x", "\n\n", "a, b: c\nd: e"]
)
def test_other_texts_are_none(text: str) -> None:
    assert a1111.parse(text) is None


@pytest.mark.parametrize(
    "text",
    ["a" * 5_000_000, "Steps: 1" + ", a" * 50_000, "<lora:" * 15_000 + "\nSteps: 1"],
    ids=["long", "many", "open tags"],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    began = time.process_time()
    a1111.parse(text)
    assert time.process_time() - began < 5


def test_only_settings_and_numbers_that_are_none() -> None:
    doc, _ = taken("Steps: many, CFG scale: x, Seed: -, Clip skip: ?")
    assert doc["nodes"]["positive"]["params"]["text"] == ""
    assert node(doc, "Schedule")["steps"] == 20


def picture(path: Path, text: str) -> None:
    info = PngInfo()
    info.add_text("parameters", text)
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)


def test_new_from_a_picture_of_a1111(latentgraph: Command) -> None:
    picture(Path("cat.png"), "a cat\nSteps: 7, Sampler: Euler a, Hires steps: 3, Seed: 5")
    said = latentgraph("new", "--from", "cat.png")
    assert (said.code, said.out) == (0, "cat.json\n")
    assert said.err == "Left out: Hires steps.\n"
    assert latentgraph("validate", "cat.json").code == 0
    doc = json.loads(Path("cat.json").read_text())
    assert node(doc, "Schedule")["steps"] == 7
    assert latentgraph("graph", "cat.json", "--json").out == Path("cat.json").read_text()


def test_new_from_a_picture_that_says_nothing(latentgraph: Command) -> None:
    Image.new("RGB", (8, 8)).save("plain.png")
    said = latentgraph("new", "--from", "plain.png")
    assert said.code == 2
    assert said.err.startswith("The picture 'plain.png' carries no graph")
    both = latentgraph("new", "txt2img", "--from", "plain.png")
    assert both.err == "Name a stock graph or a picture with --from, not both.\n"


def test_the_models_folder_is_looked_through(latentgraph: Command) -> None:
    folder = Path("mine/checkpoints/old")
    folder.mkdir(parents=True)
    (folder / "Net_v1.safetensors").write_bytes(b"")
    picture(Path("cat.png"), "a cat\nSteps: 7, Model: net_v1")
    said = latentgraph("new", "--from", "cat.png", "-o", "-", "--models", "mine")
    assert said.err == ""
    assert node(json.loads(said.out), "LoadModel")["model"] == "old/Net_v1.safetensors"
