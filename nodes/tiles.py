"""Latents decoded whole, or piece by piece where the memory is too small for that."""

from __future__ import annotations

from copy import copy
from typing import Any

from torch import Tensor

from engine import Context
from engine.shortage import forget, is_shortage

from .footprint import decoder_bytes
from .recipes import VAE

SIDES = (1024, 768, 512, 384, 256, 128)
"""Pixels a side of the tiles that are tried, in this order."""
RESULT = 3
"""Copies of the finished picture that tiles need while they are put together."""


def tiling(model: Any, side: int = 0, factor: int = 8) -> Any:
    """The autoencoder with tiles switched on: a shallow copy, as the pool's module is shared.

    side: of a tile in pixels; 0 is what the autoencoder was made for.
    """
    tiled = copy(model)
    tiled.enable_tiling()
    if side:
        tiled.enable_slicing()
        tiled.tile_sample_min_size = side
        tiled.tile_latent_min_size = side // factor
    return tiled


def decoded(ctx: Context, vae: VAE, model: Any, samples: Tensor) -> Tensor:
    """Pictures [B,3,H,W] in [-1,1]: whole where memory allows, else one by one or in tiles.

    Which of the latter it was is a notice of the run, and no result of it is kept.
    """
    need = decoder_bytes(model.config, samples, vae.factor)
    if ctx.pool.fits(need):
        try:
            return _decode(model, samples)
        except (RuntimeError, MemoryError) as error:
            if not is_shortage(error):
                raise
            forget(error)
        ctx.free()
    side = _largest(ctx, vae, model, samples)
    longest = max(samples.shape[-2:]) * vae.factor
    how = f"in tiles of {side} pixels" if side < longest else "one picture after the other"
    ctx.notice(
        f"Decoded {how}: all at once would take about {need / 2**30:.2f} GiB, which are not free. "
        "The bits are not those of a whole decode.",
        exact=False,
    )
    return _decode(tiling(model, side, vae.factor), samples)


def _largest(ctx: Context, vae: VAE, model: Any, samples: Tensor) -> int:
    """The side of the largest tile that fits; the smallest where none does."""
    longest = max(samples.shape[-2:]) * vae.factor
    out = 3 * samples.element_size() * samples[0, 0].numel() * vae.factor**2 * len(samples)
    sides = [longest] if len(samples) > 1 else []
    grain = 4 * vae.factor  # a quarter of a tile overlaps the next
    sides += [side for side in SIDES if side < longest] or [max(1, longest // 2 // grain) * grain]
    for side in sides:
        cells = side // vae.factor
        tile = samples[:1, :, :cells, :cells]
        if ctx.pool.fits(decoder_bytes(model.config, tile, vae.factor) + RESULT * out):
            return side
    return sides[-1]


def _decode(model: Any, samples: Tensor) -> Tensor:
    picture: Tensor = model.decode(samples, return_dict=False)[0]
    return picture
