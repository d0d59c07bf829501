"""Single-file checkpoints: the picture of the diffusers folder they were made from, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch

from engine import Context, Files
from nodes.add_noise import add_noise
from nodes.conditioning import pair_conditioning
from nodes.denoise import unet_denoise
from nodes.latent import Latent, empty_latent
from nodes.models import Model, load_model
from nodes.prediction import cfg_combine
from nodes.schedule import schedule
from nodes.solver import scheduler_step
from nodes.text import text_encode
from nodes.vae import vae_decode
from tests.nodes import ldm

CASES = ("sd1", "sd1-9", "sd2", "sd2-v", "sd2-v_zero_snr", "sdxl", "sdxl-v_zero_snr")


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@cache
def made(root: Path, case: str) -> None:
    """`case` as a diffusers folder and `case.safetensors`, of the same random weights."""
    family, _, kind = case.partition("-")
    prediction = kind if kind.startswith("v") else "epsilon"
    pipe = ldm.pipeline(family, prediction, 9 if kind == "9" else 4)
    pipe.save_pretrained(root / case)
    marks = {"v_pred": torch.zeros(1)} if prediction.startswith("v") else {}
    marks |= {"ztsnr": torch.zeros(1)} if prediction == "v_zero_snr" else {}
    ldm.single_file(pipe, family, root / f"{case}.safetensors", **marks)


@pytest.fixture
def at(ctx: Context, root: Path) -> Context:
    return replace(ctx, files=Files({"models": [root]}))


def picture(ctx: Context, model: Model) -> torch.Tensor:
    texts = [text_encode(ctx, model.text_encoder, text) for text in ("a red cat", "blue")]
    conditioning = pair_conditioning(*texts)
    plan = schedule(model.schedule, "model", 3)
    noised = add_noise(empty_latent(ctx, 64, 64, vae=model.vae), plan.solver, 5)
    latent, solver = noised.latent, noised.solver
    rest = model.unet.in_channels - 4
    beside = [Latent(torch.ones(1, rest, 8, 8), latent.space, 8)] if rest else []
    for step in plan.steps:
        predicted = unet_denoise(ctx, model.unet, latent, step, conditioning, concat=beside)
        latent, solver = scheduler_step(solver, step, latent, cfg_combine(predicted, scale=5.0))
    return vae_decode(ctx, model.vae, latent).pixels


def align(ctx: Context, model: Model) -> None:
    """Weights mapped from a file lie at odd addresses, where some kernels sum in another order."""
    for recipe in (model.unet, model.text_encoder, model.vae):
        with ctx.pool.use(recipe) as module:
            for weight in module.parameters():
                weight.data = weight.data.clone()


@pytest.mark.parametrize("case", CASES)
def test_the_picture_is_that_of_the_folder(at: Context, root: Path, case: str) -> None:
    made(root, case)
    single, folder = (load_model(at, name) for name in (f"{case}.safetensors", case))
    assert single.unet.family == folder.unet.family or case.startswith("sd2")
    assert single.unet.in_channels == (9 if case == "sd1-9" else 4)
    found = picture(at, single)
    align(at, folder)
    assert torch.equal(found, picture(at, folder))
    assert found.std() > 0.01
