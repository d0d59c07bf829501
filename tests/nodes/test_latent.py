"""Latents made, resized and repeated; sizes refused in sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine import Context, NodeError
from nodes.latent import Latent, empty_latent, latent_resize, repeat_latent
from nodes.models import load_model
from nodes.recipes import VAE

TinyModel = Callable[[str], Path]


@pytest.fixture
def vae(ctx: Context, tiny_model: TinyModel) -> VAE:
    tiny_model("sd15")
    return load_model(ctx, "sd15").vae


def filled(batch: int = 1, *, empty: bool = False) -> Latent:
    samples = torch.arange(batch * 4 * 8 * 8).reshape(batch, 4, 8, 8).float()
    return Latent(samples, "sd", 8, empty)


def test_a_size_in_pixels(ctx: Context) -> None:
    latent = empty_latent(ctx, 64, 128, 3)
    assert latent.samples.shape == (3, 4, 16, 8)
    assert (latent.width, latent.height, latent.empty) == (64, 128, True)
    assert not latent.samples.any()


def test_the_models_own_size_channels_and_precision(ctx: Context, vae: VAE) -> None:
    latent = empty_latent(ctx, vae=replace(vae, side=(64, 128), channels=16, dtype="bfloat16"))
    assert latent.samples.shape == (1, 16, 16, 8)
    assert latent.samples.dtype == torch.bfloat16
    assert latent.space == vae.space


def test_no_size_and_no_model(ctx: Context) -> None:
    with pytest.raises(NodeError, match="height is not set") as caught:
        empty_latent(ctx, 64)
    assert (caught.value.code, caught.value.port) == ("missing_input", "height")


@pytest.mark.parametrize(("width", "nearest"), [(24, "16 and 32"), (8, "are 16")])
def test_a_larger_factor_names_the_nearest_sizes(
    ctx: Context, vae: VAE, width: int, nearest: str
) -> None:
    with pytest.raises(NodeError, match=nearest) as caught:
        empty_latent(ctx, width, 64, vae=replace(vae, factor=16))
    assert (caught.value.code, caught.value.port) == ("not_multiple_of", "width")


def test_the_limit_of_pixels(ctx: Context) -> None:
    with pytest.raises(NodeError, match="at most 256") as caught:
        empty_latent(ctx, 16384, 16000)
    assert caught.value.code == "out_of_range"
    with pytest.raises(NodeError) as caught:
        repeat_latent(empty_latent(ctx, 512, 512), 1000)
    assert caught.value.port == "batch"


@pytest.mark.parametrize("empty", [False, True])
def test_resize_and_repeat_keep_what_a_latent_is(empty: bool) -> None:
    resized = latent_resize(filled(2, empty=empty), 128, 32)
    assert resized.samples.shape == (2, 4, 4, 16)
    repeated = repeat_latent(filled(2, empty=empty), 3)
    assert torch.equal(repeated.samples, torch.cat([filled(2).samples] * 3))
    for latent in (resized, repeated):
        assert (latent.space, latent.factor, latent.empty) == ("sd", 8, empty)


def test_nearest_keeps_the_values() -> None:
    latent = filled()
    doubled = latent_resize(latent, 128, 128, "nearest").samples
    assert torch.equal(doubled[..., ::2, ::2], latent.samples)


def test_a_half_precision_latent_stays_half() -> None:
    latent = replace(filled(), samples=filled().samples.bfloat16())
    assert latent_resize(latent, 128, 128).samples.dtype == torch.bfloat16


@pytest.mark.parametrize("channels", [1, 4, 16])
def test_a_preview_is_a_small_picture(channels: int) -> None:
    assert Latent(torch.randn(1, channels, 8, 12), "", 8).preview().size == (12, 8)
