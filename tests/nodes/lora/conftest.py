"""A small model, and two LoRA files for it in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine import Context, Files
from nodes.models import Model, load_model
from tests.nodes.lora.loras import State, two_files

TinyModel = Callable[[str], Path]


@pytest.fixture
def at(ctx: Context, models_root: Path, tmp_path: Path) -> Context:
    """A context that finds LoRAs in the test's own folder."""
    return replace(ctx, files=Files({"models": [models_root, tmp_path]}))


@pytest.fixture
def model(at: Context, tiny_model: TinyModel) -> Model:
    tiny_model("sd15")
    return load_model(at, "sd15")


@pytest.fixture
def two(tiny_model: TinyModel, tmp_path: Path) -> State:
    """`a` and `b`, for the UNet and the text encoder, in diffusers' own format."""
    return two_files(tiny_model("sd15"), tmp_path)
