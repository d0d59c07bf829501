"""Parts of models from files of their own, in place of those of the model they were taken from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import Context, Files, NodeError
from nodes.loaders import load_text_encoder, load_unet, load_vae
from nodes.models import load_model
from tests.nodes import ldm


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


@cache
def taken_apart(root: Path, family: str) -> Any:
    """A pipeline as a checkpoint, a folder, and files of its parts."""
    pipe = ldm.pipeline(family)
    pipe.save_pretrained(root / family)
    ldm.single_file(pipe, family, root / "checkpoints" / f"{family}.safetensors")
    for sub in ("vae", "clip", "unet"):
        (root / sub).mkdir(exist_ok=True)
    save_file(ldm.vae_names(pipe.vae.state_dict()), root / "vae" / f"{family}_vae.safetensors")
    shutil.copytree(root / family / "vae", root / "vae" / family)
    save_file(ldm.unet_names(pipe.unet.state_dict()), root / "unet" / f"{family}.safetensors")
    for end in ("", "_2"):
        if getattr(pipe, f"text_encoder{end}", None) is not None:
            weights = root / family / f"text_encoder{end}" / "model.safetensors"
            shutil.copy(weights, root / "clip" / f"{family}{end}.safetensors")
    return pipe


@pytest.fixture
def at(ctx: Context, root: Path) -> Context:
    return replace(ctx, files=Files({"models": [root]}))


def weights(ctx: Context, recipe: Any) -> dict[str, torch.Tensor]:
    with ctx.pool.use(recipe) as module:
        return dict(module.state_dict())


def alike(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_autoencoder_alone(at: Context, root: Path, family: str, kind: str) -> None:
    taken_apart(root, family)
    whole = load_model(at, f"{family}.safetensors").vae
    vae = load_vae(at, f"{family}_vae.safetensors" if kind == "file" else family)
    assert alike(weights(at, vae), weights(at, whole))
    assert (vae.factor, vae.channels, vae.compute) == (whole.factor, whole.channels, "float32")
    with at.pool.use(vae) as module:
        assert module.config.scaling_factor == (0.13025 if family == "sdxl" else 0.18215)


def test_the_space_of_an_autoencoder_may_be_said(at: Context, root: Path) -> None:
    taken_apart(root, "sd1")
    with at.pool.use(load_vae(at, "sd1_vae.safetensors", space="sdxl")) as module:
        assert module.config.scaling_factor == 0.13025


@pytest.mark.parametrize("family", ["sd1", "sd2"])
def test_a_text_encoder_alone(at: Context, root: Path, family: Any) -> None:
    taken_apart(root, family)
    whole = load_model(at, f"{family}.safetensors").text_encoder
    alone = load_text_encoder(at, f"{family}.safetensors", family=family)
    assert alone.family == family
    assert alike(weights(at, alone), weights(at, whole))
    with at.pool.use(alone) as one, at.pool.use(whole) as other:
        blank = [model.tokenizers[0]("a", padding="max_length").input_ids for model in (one, other)]
    assert blank[0] == blank[1]


def test_the_two_text_encoders_of_sdxl(at: Context, root: Path) -> None:
    taken_apart(root, "sdxl")
    whole = load_model(at, "sdxl.safetensors").text_encoder
    both = load_text_encoder(at, "sdxl.safetensors", "sdxl_2.safetensors")
    assert both.family == "sdxl"
    assert alike(weights(at, both), weights(at, whole))
    with pytest.raises(NodeError, match="is a text encoder 64 wide"):
        load_text_encoder(at, "sdxl.safetensors")


def test_a_unet_alone(at: Context, root: Path) -> None:
    taken_apart(root, "sd1")
    model = load_model(at, "sd1.safetensors")
    found = load_unet(at, "sd1.safetensors", model.vae)
    assert alike(weights(at, found.unet), weights(at, model.unet))
    assert found.unet.space == model.vae.space
    assert found.schedule == model.schedule
    with pytest.raises(
        NodeError, match=r"a UNet alone of SD 1\.x, and a whole checkpoint"
    ) as caught:
        load_model(at, "unet/sd1.safetensors")
    assert "LoadUNet" in caught.value.fix


def test_files_of_another_kind(at: Context, root: Path) -> None:
    taken_apart(root, "sd1")
    for call, match in (
        (lambda: load_vae(at, "wrong.safetensors"), "a LoRA, and an autoencoder of SD"),
        (lambda: load_text_encoder(at, "wrong.safetensors"), "holds no text encoder"),
        (
            lambda: load_unet(at, "wrong.safetensors", load_vae(at, "sd1")),
            "a LoRA, and a UNet of SD",
        ),
    ):
        for sub in ("vae", "clip", "unet"):
            save_file({"x.lora_up.weight": torch.ones(2, 2)}, root / sub / "wrong.safetensors")
        with pytest.raises(NodeError, match=match) as caught:
            call()
        assert caught.value.code == "bad_model_file"
    with pytest.raises(NodeError, match="no 'none' among the VAEs") as caught:
        load_vae(at, "none")
    assert (caught.value.code, caught.value.port) == ("unknown_model", "vae")
