"""What one pass of a module takes of the memory beside its weights, by its config and the sizes.

Measured as the most bytes alive at once over the operations of a pass, attention fused, for the
published SD 1.5, SDXL and their autoencoders; a third is added for what convolutions work in.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

MARGIN = 4 / 3
DENOISER = 26
"""Numbers alive for each latent cell and each channel of a UNet's first level."""
DECODER = 3
ENCODER = 5
"""For each pixel and channel of an autoencoder's second, and of its first level."""


def denoiser_bytes(config: Any, samples: Tensor) -> int:
    """Of a UNet, or a ControlNet for it, on samples [N,C,h,w] in the precision that it runs in."""
    count, _, high, wide = samples.shape
    cells = count * high * wide
    return _bytes(DENOISER * cells * config.block_out_channels[0], samples)


def decoder_bytes(config: Any, samples: Tensor, factor: int) -> int:
    """Of an autoencoder that decodes latents [N,C,h,w], `factor` pixels a cell."""
    count, _, high, wide = samples.shape
    pixels = count * high * wide * factor**2
    widths = config.block_out_channels
    return _bytes(DECODER * pixels * widths[min(1, len(widths) - 1)], samples)


def encoder_bytes(config: Any, pictures: Tensor) -> int:
    """Of an autoencoder that encodes pictures [N,3,H,W]."""
    count, _, high, wide = pictures.shape
    return _bytes(ENCODER * count * high * wide * config.block_out_channels[0], pictures)


def _bytes(numbers: int, like: Tensor) -> int:
    return int(MARGIN * numbers * like.element_size())
