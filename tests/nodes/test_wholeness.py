"""Single files that lack parts or tensors: said before anything is built, with what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import Context, Files, NodeError
from engine.pool import Pool
from nodes.loaders import load_text_encoder, load_unet, load_vae
from nodes.models import load_model
from tests.nodes import ldm

State = dict[str, torch.Tensor]
CONV = "model.diffusion_model.middle_block.0.in_layers.2.weight"
VAE_CONV = "first_stage_model.decoder.conv_in.weight"
VAE, TEXT = "first_stage_model.", "cond_stage_model."


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@cache
def saved(root: Path, family: str) -> State:
    """A checkpoint, and its autoencoder and text encoder as files of their own."""
    pipe = ldm.pipeline(family)
    path = ldm.single_file(pipe, family, root / "checkpoints" / f"{family}.safetensors")
    for sub, state in (
        ("vae", ldm.vae_names(pipe.vae.state_dict())),
        ("clip", ldm.wrapped(pipe.text_encoder.state_dict())),
        ("unet", ldm.unet_names(pipe.unet.state_dict())),
    ):
        (root / sub).mkdir(exist_ok=True)
        save_file({k: v.clone() for k, v in state.items()}, root / sub / f"{family}.safetensors")
    return load_file(path)


@pytest.fixture
def at(ctx: Context, root: Path) -> Context:
    """With a pool that is given nothing to build."""
    return replace(ctx, files=Files({"models": [root]}), pool=Pool("cpu"))


def written(root: Path, change: Callable[[State], object]) -> str:
    """The name of a copy of the SD 1.x checkpoint, changed."""
    state = dict(saved(root, "sd1"))
    change(state)
    save_file(state, root / "checkpoints" / "changed.safetensors")
    return "changed.safetensors"


def refused(ctx: Context, name: str, match: str) -> NodeError:
    with pytest.raises(NodeError, match=match) as caught:
        load_model(ctx, name)
    assert (caught.value.code, caught.value.port) == ("bad_model_file", "model")
    assert f"'{name}'" in caught.value.message
    assert isinstance(ctx.pool, Pool)
    assert ctx.pool.stats().builds == 0
    return caught.value


@pytest.mark.parametrize("tensor", [CONV, VAE_CONV])
def test_a_tensor_that_is_missing(at: Context, root: Path, tensor: str) -> None:
    refused(at, written(root, lambda state: state.pop(tensor)), "lacks")


@pytest.mark.parametrize("tensor", [CONV, VAE_CONV])
def test_a_tensor_of_another_shape(at: Context, root: Path, tensor: str) -> None:
    def change(state: State) -> None:
        state[tensor] = torch.zeros(*state[tensor].shape[:2], 5, 5)

    refused(at, written(root, change), "5, 5.*3, 3. is wanted")


def without(prefix: str) -> Callable[[State], object]:
    def change(state: State) -> None:
        for name in [name for name in state if name.startswith(prefix)]:
            del state[name]

    return change


def test_a_checkpoint_without_its_autoencoder(at: Context, root: Path) -> None:
    name = written(root, without(VAE))
    problem = refused(at, name, r"holds no autoencoder \(VAE\)")
    assert "LoadVAE" in problem.fix
    vae = load_vae(at, "sd1.safetensors")
    found, whole = load_model(at, name, vae=vae), load_model(at, "sd1.safetensors")
    assert found.vae.side == whole.vae.side == (512, 512)
    assert found.unet.space == found.vae.space
    assert found.vae.weight_set() == vae.weight_set()


def test_a_checkpoint_without_its_text_encoder(at: Context, root: Path) -> None:
    name = written(root, without(TEXT))
    assert "LoadTextEncoder" in refused(at, name, "holds no text encoder").fix
    encoder = load_text_encoder(at, "sd1.safetensors", family="sd1")
    assert load_model(at, name, text_encoder=encoder).text_encoder == encoder


def wrong(ctx: Context, port: str, match: str, **parts: Any) -> None:
    with pytest.raises(NodeError, match=match) as caught:
        load_model(ctx, "sd1.safetensors", **parts)
    assert (caught.value.code, caught.value.port) == ("wrong_family", port)


def test_parts_of_another_family(at: Context, root: Path) -> None:
    saved(root, "sd1")
    own = load_model(at, "sd1.safetensors")
    wrong(at, "vae", "latents of 'sdxl'.*for 'sd'", vae=replace(own.vae, space="sdxl"))
    texts = replace(own.text_encoder, family="sdxl")
    wrong(at, "text_encoder", "of SD 1.x; a text encoder of SDXL", text_encoder=texts)
    with pytest.raises(NodeError, match="latents of 'sdxl'") as caught:
        load_unet(at, "sd1.safetensors", replace(own.vae, space="sdxl"))
    assert caught.value.code == "wrong_family"


def test_another_family_altogether(at: Context, root: Path) -> None:
    flux = {"model.diffusion_model.double_blocks.0.img_attn.qkv.weight": torch.zeros(2, 2)}
    save_file(flux, root / "checkpoints" / "flux.safetensors")
    problem = refused(at, "flux.safetensors", "Flux or a relative of it")
    assert "SDXL and its refiner are supported" in problem.fix
