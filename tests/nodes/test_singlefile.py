"""Single-file checkpoints: the picture of the pipeline they were made from, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from safetensors.torch import load_file, save_file

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

CASES = ("sd1", "sd2", "sd2-v", "sd2-v_zero_snr", "sdxl", "sdxl-v_zero_snr")


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@cache
def made(root: Path, case: str) -> Any:
    """`case` as a diffusers folder and `case.safetensors`; returns their pipeline."""
    family, _, kind = case.partition("-")
    prediction = kind if kind.startswith("v") else "epsilon"
    pipe = ldm.pipeline(family, prediction, 9 if kind == "9" else 4)
    pipe.save_pretrained(root / case)
    marks = {"v_pred": torch.zeros(1)} if prediction.startswith("v") else {}
    marks |= {"ztsnr": torch.zeros(1)} if prediction == "v_zero_snr" else {}
    ldm.single_file(pipe, family, root / f"{case}.safetensors", **marks)
    return pipe


@pytest.fixture
def at(ctx: Context, root: Path) -> Context:
    return replace(ctx, files=Files({"models": [root]}))


def denoised(ctx: Context, model: Model) -> Latent:
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
    return latent


def picture(ctx: Context, model: Model) -> torch.Tensor:
    return vae_decode(ctx, model.vae, denoised(ctx, model)).pixels


def by_pipeline(pipe: Any, kind: str = "np") -> torch.Tensor:
    pipe.set_progress_bar_config(disable=True)
    made = pipe(
        "a red cat",
        negative_prompt="blue",
        width=64,
        height=64,
        num_inference_steps=3,
        guidance_scale=5.0,
        generator=torch.Generator().manual_seed(5),
        output_type=kind,
    )
    return torch.as_tensor(made.images)


def align(ctx: Context, model: Model) -> None:
    for recipe in (model.unet, model.text_encoder, model.vae):
        with ctx.pool.use(recipe) as module:
            aligned(module)


def aligned(module: Any) -> None:
    """Weights mapped from a file lie at odd addresses, where some kernels sum in another order."""
    for weight in module.parameters():
        weight.data = weight.data.clone()


@pytest.mark.parametrize("case", CASES)
def test_the_picture_is_the_pipelines(at: Context, root: Path, case: str) -> None:
    pipe = made(root, case)
    single, folder = (load_model(at, name) for name in (f"{case}.safetensors", case))
    assert single.unet.family == folder.unet.family or case.startswith("sd2")
    found = picture(at, single)
    assert torch.equal(found, by_pipeline(pipe))
    align(at, folder)
    assert torch.equal(found, picture(at, folder))
    assert found.std() > 0.01


def test_nine_channels(at: Context, root: Path) -> None:
    """An inpainting UNet, which the text-to-image pipeline does not take: against its folder."""
    made(root, "sd1-9")
    single, folder = (load_model(at, name) for name in ("sd1-9.safetensors", "sd1-9"))
    assert (single.unet.in_channels, folder.unet.in_channels) == (9, 9)
    align(at, folder)
    assert torch.equal(picture(at, single), picture(at, folder))


@pytest.mark.parametrize(("dtype", "apart"), [("float16", 0.02), ("bfloat16", 0.0)])
def test_other_precisions(at: Context, root: Path, dtype: Any, apart: float) -> None:
    """Latents; the picture differs, as the autoencoder keeps its weights in float32 here.

    float16 on a CPU: torch multiplies equal matrices to other bits at other addresses.
    """
    made(root, "sdxl")
    pipe = diffusers.StableDiffusionXLPipeline.from_pretrained(
        root / "sdxl", dtype=getattr(torch, dtype), local_files_only=True
    )
    for module in (pipe.unet, pipe.text_encoder, pipe.text_encoder_2):
        aligned(module)
    found = denoised(at, load_model(at, "sdxl.safetensors", dtype)).samples
    torch.testing.assert_close(found, by_pipeline(pipe, "latent"), rtol=0, atol=apart)


def test_a_file_in_half_precision(at: Context, root: Path) -> None:
    """Its weights are widened where float32 is asked for; nothing else of it is in half."""
    made(root, "sd1")
    halved = {k: v.half() for k, v in load_file(root / "sd1.safetensors").items()}
    save_file(halved, root / "half.safetensors")
    save_file({k: v.float() for k, v in halved.items()}, root / "rounded.safetensors")
    one, other = (load_model(at, f"{name}.safetensors") for name in ("half", "rounded"))
    assert torch.equal(picture(at, one), picture(at, other))
