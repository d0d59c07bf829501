"""Every kind of model file, bad in every way, in a graph of twenty steps: told before the first,
in a sentence with the file, what it is and what was wanted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import events
from engine.errors import GraphError, Problem
from engine.files import Files
from engine.packs import find_packs, load_packs
from engine.session import Engine, Result
from tests.nodes import badfiles
from tests.nodes.badfiles import SLOTS, Doc, base, place, whole

OTHER_FAMILY = {
    "model": ("checkpoint", "sd3", "Stable Diffusion 3"),
    "vae": ("vae", "sdxl", r"reads latents of '.*' .*, and this one is of '.*' .* 'base"),
    "text encoder": ("text", "sd2", r"reads texts 64 wide, and .* is 128 wide.* 'bad"),
    "unet": ("unet", "sdxl", r"UNet of 'bad.* reads texts 192 wide.* is 64 wide.* 'base"),
    "lora": (
        "lora",
        "sdxl",
        r"\[2, 192\].*, and \[2, 64\] is wanted|none of its layers|\[64, 192\]",
    ),
    "embedding": ("embedding", "sd2", r"\[2, 128\], and .* reads vectors 64 wide"),
    "control": ("control", "sd2", r"SD 2\.x .*128 wide.* SD 1\.x .*64 wide"),
    "control unwired": ("control", "sd2", r"reads texts 128 wide, and .* 64 wide.* 'base"),
    "adapter": ("adapter", "sdxl", r"for SDXL, and .* one of SD 1\.x"),
    "adapter unwired": ("adapter", "sdxl", r"for SDXL, and .* 'base.* one of SD 1\.x"),
    "upscaler": ("upscaler", "grey", "from 1 to 3 channels, not for RGB"),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of whole files, `base.safetensors` among them."""
    folder = tmp_path_factory.mktemp("whole")
    path = whole("checkpoint", "sd1", folder)
    path.rename(path.with_name("base.safetensors"))
    return folder


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(registry=load_packs(find_packs()), device="cpu")


def run(engine: Engine, doc: Doc, *folders: Path) -> tuple[Result, list[events.Event]]:
    engine.files = Files({"models": [*folders]})
    seen: list[events.Event] = []
    return engine.run(engine.parse(json.dumps(doc)), on_event=seen.append), seen


def told(engine: Engine, doc: Doc, *folders: Path) -> Problem:
    """The one problem; nothing but static nodes has been started before it, or after, if any."""
    try:
        result, seen = run(engine, doc, *folders)
    except GraphError as refused:
        (problem,) = refused.problems
        return problem
    assert result.status == "failed"
    assert not any(isinstance(event, events.Turn) for event in seen)
    types = dict(_nodes(doc["nodes"]))
    started = {types[event.path] for event in seen if isinstance(event, events.NodeStarted)}
    declared = engine.catalogue.declarations
    assert [name for name in started if not declared[name].static] == []
    (problem,) = result.problems
    assert problem.port
    return problem


def _nodes(nodes: dict[str, Any]) -> list[tuple[str, str]]:
    found = [(name, str(node["type"])) for name, node in nodes.items()]
    for node in nodes.values():
        found += _nodes(node.get("body", {}))
    return found


def wired(slot: str, file: str) -> Doc:
    doc = base()
    SLOTS[slot][0](doc, file)
    return doc


def bad(slot: str, fault: str, files: Path, root: Path) -> tuple[str, str, str]:
    """Writes a bad file: its name, the code of the error, and what is said."""
    kind = SLOTS[slot][1]
    folder = place(kind, root)
    path = folder / "bad.safetensors"
    base = files / "checkpoints" / "base.safetensors"
    good = base if kind == "checkpoint" else whole(kind, "sd1", files)
    if fault == "empty":
        path.write_bytes(b"")
        return path.name, "bad_model_file", "is no whole safetensors file"
    if fault == "truncated":
        path.write_bytes(good.read_bytes()[:-7])
        return path.name, "bad_model_file", "is no whole safetensors file"
    if fault == "text":
        path.write_text("<html>not found</html>")
        return path.name, "bad_model_file", "is no whole safetensors file"
    if fault == "pickle":
        path = folder / "bad.ckpt"
        path.write_bytes(b"\x80\x04K\x01.")
        return path.name, "unsafe_format", "is a pickle"
    if fault == "shapes":
        badfiles.misshapen(good, path)
        return path.name, "", r"\[3, 5|of the shape|wide|numbers a cell"
    other = whole("embedding" if slot == "lora" else "lora", "sd1", files)
    path.write_bytes(other.read_bytes())
    wanted = "wanted|holds no" if slot != "upscaler" else "holds no RRDB"
    return path.name, "", wanted


FAULTS = ("empty", "truncated", "text", "pickle", "another kind", "shapes")


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_bad_files(engine: Engine, files: Path, tmp_path: Path, slot: str, fault: str) -> None:
    name, code, match = bad(slot, fault, files, tmp_path)
    problem = told(engine, wired(slot, name), files, tmp_path)
    assert problem.path == ("model" if slot == "model" else "load")
    assert f"'{name}'" in problem.message
    assert not code or problem.code == code
    assert re.search(match, problem.message), problem.message
    assert problem.message.endswith(".")
    assert str(tmp_path) not in problem.message


@pytest.mark.parametrize("slot", OTHER_FAMILY)
def test_another_family(engine: Engine, files: Path, tmp_path: Path, slot: str) -> None:
    kind, family, match = OTHER_FAMILY[slot]
    path = place(kind, tmp_path) / "bad.safetensors"
    if family == "sd3":
        save_file({"model.diffusion_model.joint_blocks.0.x": torch.zeros(1)}, path)
    else:
        whole(kind, family, tmp_path).rename(path)
    doc = wired(slot, path.name)
    if slot == "text encoder":
        doc["nodes"]["load"]["params"]["family"] = "sd2"
    problem = told(engine, doc, files, tmp_path)
    assert "'bad.safetensors'" in problem.message
    assert re.search(match, problem.message), problem.message
    assert problem.fix


@pytest.mark.parametrize("channels", [4, 16])
def test_an_autoencoder_in_a_folder(
    engine: Engine, files: Path, tmp_path: Path, channels: int
) -> None:
    from diffusers import AutoencoderKL

    config = dict(badfiles.pipe("sd1").vae.config) | {"latent_channels": channels}
    del config["_use_default_values"]
    torch.manual_seed(5)
    AutoencoderKL.from_config(config).save_pretrained(tmp_path / "vae" / "other")
    problem = told(engine, wired("vae", "other"), files, tmp_path)
    assert (problem.path, problem.port, problem.code) == ("decode", "latent", "wrong_family")
    assert "'other' reads latents of 'vae-" in problem.message
    assert f"({channels} channels, 8 pixels a cell), and this one is of 'vae-" in problem.message
    assert "that 'base.safetensors' makes." in problem.message


@pytest.mark.parametrize("slot", SLOTS)
def test_the_same_graph_with_a_whole_file_makes_its_picture(
    engine: Engine, files: Path, slot: str
) -> None:
    kind = SLOTS[slot][1]
    name = "base.safetensors" if kind == "checkpoint" else whole(kind, "sd1", files).name
    doc = wired(slot, name)
    doc["nodes"]["schedule"]["params"]["steps"] = 1
    result, _ = run(engine, doc, files)
    assert result.check().status == "completed"
    assert result.values["image"].pixels.isfinite().all()


def test_a_second_model_of_another_family(engine: Engine, files: Path) -> None:
    """The refiner's loop comes after the base's, and is refused before that."""
    whole("checkpoint", "sd2", files)
    doc = badfiles.stock("sdxl-refiner")
    doc["nodes"]["base"]["params"]["model"] = "base.safetensors"
    doc["nodes"]["refiner"]["params"]["model"] = "checkpoint-sd2.safetensors"
    doc["nodes"]["empty"]["params"] |= {"width": 64, "height": 64}
    del doc["inputs"], doc["nodes"]["save"]
    problem = told(engine, doc, files)
    assert (problem.path, problem.port) == ("fine_predict", "latent")
    for name in ("checkpoint-sd2.safetensors", "base.safetensors"):
        assert f"'{name}'" in problem.message
