"""Folders of models that people have already: pointed at, a picture is made, no file is moved."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from tests.nodes import ldm
from tests.server.conftest import Command

LAYER = "down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
LAYOUTS = {  # models, LoRAs, embeddings, and which folder the user names
    "ComfyUI": ("models/checkpoints/sd15", "models/loras", "models/embeddings", "."),
    "ComfyUI's models": ("models/checkpoints", "models/loras", "models/embeddings", "models"),
    "A1111": ("models/Stable-diffusion", "models/Lora", "embeddings", "."),
    "one folder": (".", "loras", "embeddings", "."),
}


@cache
def weights(folder: Path) -> tuple[Path, Path, Path]:
    """A tiny checkpoint of SD 1.x, a kohya LoRA and an embedding for it."""
    pipe = ldm.pipeline("sd1")
    model = ldm.single_file(pipe, "sd1", folder / "dreamy_v8.safetensors")
    lora = {
        f"lora_unet_{LAYER}.lora_down.weight": torch.randn(4, 32),
        f"lora_unet_{LAYER}.lora_up.weight": torch.randn(32, 4),
        f"lora_unet_{LAYER}.alpha": torch.tensor(4.0),
    }
    save_file(lora, folder / "style.safetensors")
    save_file({"emb_params": torch.randn(2, 64)}, folder / "easynegative.safetensors")
    return model, folder / "style.safetensors", folder / "easynegative.safetensors"


@pytest.fixture
def installed(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Lays a folder of models out; returns the folder to name and what lies in it."""

    def lay(layout: str) -> tuple[Path, list[Path]]:
        *places, named = LAYOUTS[layout]
        base = tmp_path_factory.getbasetemp() / "weights"
        base.mkdir(exist_ok=True)
        for file, place in zip(weights(base), places, strict=True):
            (tmp_path / "ui" / place).mkdir(parents=True, exist_ok=True)
            os.link(file, tmp_path / "ui" / place / file.name)
        return tmp_path / "ui" / named, sorted((tmp_path / "ui").rglob("*"))

    return lay


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_file_is_found_by_what_it_is(
    latentgraph: Command, installed: Any, layout: str
) -> None:
    folder, files = installed(layout)
    said = latentgraph("models", "--models", folder)
    for kind in ("a checkpoint of SD 1.x", "a LoRA", "a textual inversion embedding"):
        assert kind in said.out
    assert "cannot be used" not in said.out
    assert sorted((folder if layout != "ComfyUI's models" else folder.parent).rglob("*")) == files


@pytest.mark.parametrize("layout", ["ComfyUI", "A1111"])
def test_a_picture_is_made_without_moving_a_file(
    latentgraph: Command, installed: Any, tmp_path: Path, layout: str
) -> None:
    folder, files = installed(layout)
    model = "sd15/dreamy_v8.safetensors" if layout == "ComfyUI" else "dreamy_v8.safetensors"
    sized = ("--set", "empty.width=64", "--set", "empty.height=64", "--steps", "1")
    for graph, flag, value in (
        ("lora-stack", "--loras", '[{"file": "style.safetensors"}]'),
        ("words", "--words", '[{"file": "easynegative.safetensors"}]'),
    ):
        said = latentgraph(
            *("run", graph, "--models", folder, "--set", f"model.model={model}"),
            *(*sized, flag, value, "-o", tmp_path / graph),
        )
        assert said.code == 0, said.err
        (picture,) = (tmp_path / graph).glob("*.png")
        with Image.open(picture) as opened:
            assert opened.size == (64, 64)
    assert sorted((tmp_path / "ui").rglob("*")) == files
