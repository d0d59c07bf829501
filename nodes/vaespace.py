"""Names of latent spaces: autoencoders that share one can read each other's latents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

SHARED_SPACES = {0.18215: "sd", 0.13025: "sdxl"}
PUBLISHED_SPACES = {"sd1": "sd", "sd2": "sd", "sdxl": "sdxl", "sdxl_refiner": "sdxl"}
"""The space of each family's published models; an own autoencoder has a space of its own."""
SHARED_WIDTHS = [128, 256, 512, 512]


def latent_space(config: Mapping[str, Any], content: Callable[[], str]) -> str:
    """The space of an AutoencoderKL: published ones are shared by many files, others are own.

    content: names the weights; asked only where it is needed.
    """
    widths = list(config.get("block_out_channels") or ())
    if widths == SHARED_WIDTHS and config.get("latent_channels", 4) == 4:
        shared = SHARED_SPACES.get(config.get("scaling_factor", 0.18215))
        if shared:
            return shared
    return f"vae-{content()[:8]}"
