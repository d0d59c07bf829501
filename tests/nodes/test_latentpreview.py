"""Previews of latents: the picture that the autoencoder would decode can be recognised in them."""

from __future__ import annotations

import pytest
import torch
from diffusers import AutoencoderKL

from engine import Files
from nodes.demo import MODEL_DIR
from nodes.demo.train.pictures import draw_many
from nodes.demo.train.preview import fit
from nodes.demo.train.whiten import latents
from nodes.latent import Latent
from nodes.latentpreview import fits, picture
from nodes.models import read


@pytest.fixture(scope="module")
def vae() -> AutoencoderKL:
    return AutoencoderKL.from_pretrained(MODEL_DIR / "vae", local_files_only=True).eval()


def psnr(made: torch.Tensor, true: torch.Tensor) -> float:
    return float(-10 * ((made.float() - true.float()) / 255).square().mean().log10())


def test_the_embedded_models_latents_look_like_their_pictures(vae: AutoencoderKL) -> None:
    space = read(MODEL_DIR, "demo", Files({}), "float32", "auto").vae.space
    assert space in fits(), "fit it anew: python -m nodes.demo.train.preview"
    _, pixels = draw_many(8, 5)  # others than those it was fitted on
    for latent, shown in zip(latents(vae, pixels).float(), torch.from_numpy(pixels), strict=True):
        made = picture(latent, space)
        assert made.shape == shown.shape
        assert psnr(made, shown) > 17
        by_channel = picture(latent, "nowhere")  # what an unknown space shows tells less
        small = torch.nn.functional.avg_pool2d(shown.permute(2, 0, 1).float(), 8).permute(1, 2, 0)
        assert psnr(made, shown) > psnr(by_channel, small)


def test_a_fit_reads_pictures_it_has_not_seen(vae: AutoencoderKL) -> None:
    _, pixels = draw_many(24, 11)
    found = fit(vae, pixels)
    assert found.shape == (8 * 9 + 1, 8 * 8 * 3)
    assert found.isfinite().all()


@pytest.mark.parametrize(("space", "channels"), [("sd", 4), ("sdxl", 4), ("", 4), ("own", 16)])
def test_every_latent_has_a_picture(space: str, channels: int) -> None:
    samples = torch.randn(2, channels, 6, 9)
    samples[0, 0, 0, 0] = float("nan")
    image = Latent(samples, space, 8).preview()
    assert image.size == (9, 6)
    assert image.mode == "RGB"
    assert len(image.getcolors() or ()) > 6


def test_published_spaces_know_light_from_dark() -> None:
    """SDXL's first channel is light, the same for every colour; SD's is mostly that."""
    for space in ("sd", "sdxl"):
        cell = torch.zeros(4, 1, 1)
        cell[0] = 2.0
        bright, dark = picture(cell, space), picture(-cell, space)
        assert (bright.int() - dark.int()).min() > 60
