"""SDXL's size ids: against the pipeline that is told sizes, crop and target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import diffusers
import pytest
import torch

from engine import Context, NodeError
from nodes.add_noise import add_noise
from nodes.conditioning import Conditioning, pair_conditioning
from nodes.denoise import unet_denoise
from nodes.latent import empty_latent
from nodes.models import Model, load_model
from nodes.prediction import cfg_combine
from nodes.schedule import schedule
from nodes.sizecondition import size_condition
from nodes.solver import scheduler_step
from nodes.text import text_encode

TinyModel = Callable[[str], Path]


@pytest.fixture
def model(ctx: Context, tiny_model: TinyModel) -> Model:
    tiny_model("sdxl")
    return load_model(ctx, "sdxl")


def drawn(ctx: Context, model: Model, conditioning: Conditioning, batch: int = 1) -> torch.Tensor:
    plan = schedule(model.schedule, "euler", 2)
    noised = add_noise(empty_latent(ctx, 64, 64, batch, vae=model.vae), plan.solver, 5)
    latent, solver = noised.latent, noised.solver
    for step in plan.steps:
        predicted = unet_denoise(ctx, model.unet, latent, step, conditioning)
        latent, solver = scheduler_step(solver, step, latent, cfg_combine(predicted, scale=5.0))
    return latent.samples


def test_sizes_have_the_bits_of_the_pipeline(
    ctx: Context, model: Model, tiny_model: TinyModel
) -> None:
    """One picture: for several with other negative sizes the pipeline gives each row the ids of
    another, as it repeats all ids where it should repeat each."""
    red, blue = (text_encode(ctx, model.text_encoder, text) for text in ("red", "blue"))
    wanted = size_condition(red, 512, 256, 8, 16, 128, 96)
    unwanted = size_condition(blue, 32, 48, 0, 4, 80, 72)
    pipe = diffusers.StableDiffusionXLPipeline.from_pretrained(
        tiny_model("sdxl"), local_files_only=True
    )
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = diffusers.EulerDiscreteScheduler.from_config(model.schedule.to_dict())
    expected = pipe(
        "red",
        negative_prompt="blue",
        width=64,
        height=64,
        original_size=(256, 512),
        crops_coords_top_left=(16, 8),
        target_size=(96, 128),
        negative_original_size=(48, 32),
        negative_crops_coords_top_left=(4, 0),
        negative_target_size=(72, 80),
        num_inference_steps=2,
        guidance_scale=5.0,
        generator=torch.Generator().manual_seed(5),
        output_type="latent",
    ).images
    assert torch.equal(drawn(ctx, model, pair_conditioning(wanted, unwanted)), expected)


def test_nothing_said_is_the_size_of_the_latent(ctx: Context, model: Model) -> None:
    red, blue = (text_encode(ctx, model.text_encoder, text) for text in ("red", "blue"))
    pair = pair_conditioning(red, blue)
    plain = drawn(ctx, model, pair)
    assert torch.equal(drawn(ctx, model, size_condition(pair)), plain)
    assert torch.equal(drawn(ctx, model, size_condition(pair, 64, 64, 0, 0, 64, 64)), plain)
    assert not torch.equal(drawn(ctx, model, size_condition(pair, 512, 512)), plain)
    assert not torch.equal(drawn(ctx, model, size_condition(pair, crop_left=9)), plain)


def test_each_picture_of_a_batch_has_its_rows_ids(ctx: Context, model: Model) -> None:
    red, blue = (text_encode(ctx, model.text_encoder, text) for text in ("red", "blue"))
    pair = pair_conditioning(size_condition(red, 512, 256), size_condition(blue, 32, 48))
    two = drawn(ctx, model, pair, 2)
    assert torch.allclose(two[:1], drawn(ctx, model, pair), atol=1e-4)


def test_a_text_of_another_model(ctx: Context, model: Model) -> None:
    from dataclasses import replace

    red = text_encode(ctx, model.text_encoder, "red")
    entry = replace(red.rows[0].entries[0], pooled=torch.zeros(1, 7))
    with pytest.raises(NodeError, match="leaves none of the known kinds"):
        drawn(ctx, model, pair_conditioning(Conditioning.single(entry), Conditioning.single(entry)))
