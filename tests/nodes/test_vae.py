"""The autoencoder's two ways: scaling, shift, precision, tiles, streams, and NaN."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from engine import Context, NodeError
from nodes.image import Image
from nodes.latent import Latent
from nodes.models import load_model
from nodes.noise import Random
from nodes.recipes import VAE
from nodes.vae import vae_decode, vae_encode

TinyModel = Callable[[str], Path]


@pytest.fixture
def vae(ctx: Context, tiny_model: TinyModel) -> VAE:
    tiny_model("sd15")
    return load_model(ctx, "sd15").vae


def noise(batch: int = 1, width: int = 64, height: int = 32) -> Image:
    return Image(torch.rand(batch, height, width, 3, generator=torch.Generator().manual_seed(4)))


def module_of(ctx: Context, vae: VAE) -> Any:
    with ctx.pool.use(vae) as module:
        return module


def test_shapes_and_range(ctx: Context, vae: VAE) -> None:
    latent = vae_encode(ctx, vae, noise(2)).latent
    assert latent.samples.shape == (2, 4, 4, 8)
    assert (latent.space, latent.factor, latent.empty) == (vae.space, 8, False)
    image = vae_decode(ctx, vae, latent)
    assert image.pixels.shape == (2, 32, 64, 3)
    assert image.pixels.dtype == torch.float32
    assert image.pixels.min() >= 0
    assert image.pixels.max() <= 1


def test_the_mode_is_scaled_and_draws_nothing(ctx: Context, vae: VAE) -> None:
    encoded = vae_encode(ctx, vae, noise(), seed=3)
    module = module_of(ctx, vae)
    posterior = module.encode((2.0 * noise().pixels - 1.0).permute(0, 3, 1, 2)).latent_dist
    assert torch.equal(encoded.latent.samples, 0.18215 * posterior.mode())
    assert torch.equal(encoded.random.states[0], Random.seeded(3).states[0])


def test_a_stream_goes_on_where_it_was(ctx: Context, vae: VAE) -> None:
    first = vae_encode(ctx, vae, noise(), sample=True, seed=3)
    again = vae_encode(ctx, vae, noise(), sample=True, random=first.random)
    assert not torch.equal(first.latent.samples, again.latent.samples)
    wired = vae_encode(ctx, vae, noise(), sample=True, seed=99, random=Random.seeded(3))
    assert torch.equal(first.latent.samples, wired.latent.samples)


def test_an_image_of_its_own_stream_is_as_if_alone(ctx: Context, vae: VAE) -> None:
    both = vae_encode(ctx, vae, noise(2), sample=True, seed=3, per_image=True)
    second = Image(noise(2).pixels[1:])
    alone = vae_encode(ctx, vae, second, sample=True, seed=4)
    assert torch.equal(both.latent.samples[1:], alone.latent.samples)
    assert len(both.random.states) == 2


def test_streams_for_another_batch(ctx: Context, vae: VAE) -> None:
    with pytest.raises(NodeError, match="2 random streams"):
        vae_encode(ctx, vae, noise(3), sample=True, random=Random.seeded(3, 2))


def test_tiles_are_those_of_diffusers_and_leave_the_shared_module_alone(
    ctx: Context, vae: VAE, tiny_model: TinyModel
) -> None:
    from diffusers import AutoencoderKL

    own = AutoencoderKL.from_pretrained(tiny_model("sd15") / "vae", local_files_only=True)
    own.enable_tiling()
    image = noise(1, 128, 128)
    latent = vae_encode(ctx, vae, image, tiled=True).latent
    pictures = (2.0 * image.pixels - 1.0).permute(0, 3, 1, 2)
    assert torch.equal(latent.samples, 0.18215 * own.encode(pictures).latent_dist.mode())
    decoded = (own.decode(latent.samples / 0.18215).sample * 0.5 + 0.5).clamp(0, 1)
    tiles = vae_decode(ctx, vae, latent, tiled=True)
    assert torch.equal(tiles.pixels, decoded.permute(0, 2, 3, 1))
    assert not torch.equal(tiles.pixels, vae_decode(ctx, vae, latent).pixels)


def test_force_upcast_runs_in_float32_on_half_latents(ctx: Context, vae: VAE) -> None:
    half = replace(vae, dtype="float16")
    assert half.compute == "float32"
    latent = vae_encode(ctx, half, noise()).latent
    assert latent.samples.dtype == torch.float16
    assert module_of(ctx, half).dtype == torch.float32
    image = vae_decode(ctx, half, latent)
    upcast = vae_decode(ctx, vae, replace(latent, samples=latent.samples.float()))
    assert torch.equal(image.pixels, upcast.pixels)


def test_other_autoencoders_run_in_the_models_precision(ctx: Context, vae: VAE) -> None:
    half = replace(vae, dtype="bfloat16", compute="bfloat16")
    latent = vae_encode(ctx, half, noise()).latent
    assert latent.samples.dtype == torch.bfloat16
    assert vae_decode(ctx, half, latent).pixels.dtype == torch.float32


@dataclass
class Fake:
    """An autoencoder that passes its input through, to show the scaling around it."""

    config: SimpleNamespace
    device: str = "cpu"
    dtype: torch.dtype = torch.float32

    @contextmanager
    def use(self, recipe: Any) -> Iterator[Fake]:
        yield self

    def fits(self, size: int) -> bool:
        return True

    def decode(self, samples: torch.Tensor, return_dict: bool) -> tuple[torch.Tensor]:
        return (samples[:, :3],)

    def encode(self, pictures: torch.Tensor) -> Any:
        padded = torch.cat([pictures, pictures[:, :1]], dim=1)
        return SimpleNamespace(latent_dist=SimpleNamespace(mode=lambda: padded))


@pytest.mark.parametrize(
    ("config", "latent"),
    [
        ({"scaling_factor": 0.5}, 0.4),
        ({"scaling_factor": 0.5, "shift_factor": 0.2}, 0.3),
        ({"scaling_factor": 0.5, "latents_mean": [0.2] * 4, "latents_std": [2.0] * 4}, 0.15),
    ],
)
def test_scale_shift_and_statistics_are_undone(
    ctx: Context, vae: VAE, config: dict[str, Any], latent: float
) -> None:
    """A pixel of 0.9 is 0.8 to the model."""
    around = replace(ctx, pool=Fake(SimpleNamespace(block_out_channels=[8], **config)))
    plain = replace(vae, factor=1)
    encoded = vae_encode(around, plain, Image(torch.full((1, 4, 4, 3), 0.9))).latent
    assert torch.allclose(encoded.samples, torch.tensor(latent))
    decoded = vae_decode(around, plain, encoded)
    assert torch.allclose(decoded.pixels, torch.tensor(0.9))


def test_a_latent_of_another_autoencoder(ctx: Context, vae: VAE) -> None:
    latent = Latent(torch.zeros(1, 4, 8, 8), "sdxl", 8)
    with pytest.raises(NodeError, match="this one is of 'sdxl'") as caught:
        vae_decode(ctx, vae, latent)
    assert caught.value.port == "latent"
    with pytest.raises(NodeError, match="16 channels"):
        vae_decode(ctx, vae, Latent(torch.zeros(1, 16, 8, 8), "", 8))
    with pytest.raises(NodeError, match="2 pixels a cell"):
        vae_decode(ctx, vae, Latent(torch.zeros(1, 4, 8, 8), "", 2))


def test_another_factor(ctx: Context, tiny_model: TinyModel) -> None:
    tiny_model("sd15-2")
    model = load_model(ctx, "sd15-2")
    assert (model.vae.factor, model.vae.side) == (2, (16, 16))
    latent = vae_encode(ctx, model.vae, noise(1, 18, 6)).latent
    assert latent.samples.shape == (1, 4, 3, 9)
    assert vae_decode(ctx, model.vae, latent).pixels.shape == (1, 6, 18, 3)


def test_sides_that_do_not_fit_name_the_nearest(ctx: Context, vae: VAE) -> None:
    with pytest.raises(NodeError, match="64x24") as caught:
        vae_encode(ctx, vae, noise(1, 65, 30))
    assert (caught.value.code, caught.value.port) == ("not_multiple_of", "image")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_black_picture_of_a_latent_that_is_not_finite(
    ctx: Context, vae: VAE, value: float
) -> None:
    samples = torch.zeros(1, 4, 4, 4)
    samples[0, 0, 0, 0] = value
    with pytest.raises(NodeError, match="The latent holds") as caught:
        vae_decode(ctx, vae, Latent(samples, vae.space, 8))
    assert caught.value.code == "non_finite"


def test_no_picture_of_weights_that_are_not_finite(ctx: Context, vae: VAE) -> None:
    class Broken(Fake):
        def decode(self, samples: torch.Tensor, return_dict: bool) -> tuple[torch.Tensor]:
            return (samples[:, :3] * float("nan"),)

    broken = replace(ctx, pool=Broken(SimpleNamespace(block_out_channels=[8], scaling_factor=1.0)))
    with pytest.raises(NodeError, match="The picture holds") as caught:
        vae_decode(broken, vae, Latent(torch.zeros(1, 4, 4, 4), vae.space, 8))
    assert caught.value.code == "non_finite"
