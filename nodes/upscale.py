"""Pictures made larger by a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import torch
from torch import Tensor

from engine import Context, Field, NodeError, node

from .image import Image
from .latent import check_pixels
from .tiled import tiled
from .upscalers import Upscaler

SMALLEST = 64


@node(
    "UpscaleImage",
    category="image",
    aliases=("ImageUpscaleWithModel", "Upscale", "Super resolution", "Hires"),
)
def upscale_image(
    ctx: Context,
    upscaler: Upscaler,
    image: Image,
    tile: Annotated[int, Field(ge=64, le=8192)] | None = 512,
    overlap: Annotated[int, Field(ge=8, le=1024)] = 32,
) -> Image:
    """Make pictures larger with a network, by the factor that it was made for.

    Gives [B,H*scale,W*scale,3]; put an ImageResize after it for another size. tile: larger
    pictures go in tiles of that many pixels a side, so that memory does not grow with the
    picture; None takes each picture whole. Where memory is too small for that, tiles get smaller,
    which the run then says. overlap: pixels that neighbouring tiles share, the inner half of
    which is blended; the bits differ a little from those of the whole.
    Errors: tiles no larger than twice the overlap, results above 256 megapixels in all, results
    that are not finite (non_finite).
    """
    if tile is not None and tile <= 2 * overlap:
        raise NodeError(
            f"Tiles of {tile} pixels cannot overlap by {overlap}: that is half of one or more.",
            code="out_of_range",
            port="overlap",
            fix=f"Set overlap below {tile // 2}.",
        )
    scale, count = upscaler.scale, len(image.pixels)
    check_pixels(image.width * scale, image.height * scale, count)
    made = []
    with ctx.pool.use(upscaler) as network:
        side = _side(ctx, network, upscaler, image, tile, overlap)
        for index in range(count):
            picture = image.pixels[index : index + 1].permute(0, 3, 1, 2)
            told = _progress(ctx, index, count)
            made.append(_upscaled(ctx, network, upscaler, picture, side, overlap, told))
    planes = torch.cat(made)
    if not bool(planes.isfinite().all()):
        raise NodeError(
            "The upscaled picture holds numbers that are not finite.",
            code="non_finite",
            fix="Set dtype float32 in LoadUpscaler.",
        )
    return Image(planes.clamp(0, 1).permute(0, 2, 3, 1).contiguous())


def _side(
    ctx: Context, network: Any, upscaler: Upscaler, image: Image, tile: int | None, overlap: int
) -> int:
    """The side of the tiles: what was asked for, or half of it until it fits into memory."""
    longest = max(image.width, image.height)
    wanted = side = longest if tile is None else min(tile, longest)
    size = getattr(torch, upscaler.dtype).itemsize
    while not ctx.pool.fits(_bytes(network, image, side, size)):
        if side // 2 < SMALLEST or side // 2 <= 2 * overlap:
            break
        side //= 2
    if side < wanted:
        ctx.notice(
            f"Upscaled in tiles of {side} pixels instead of {wanted}, which would take about "
            f"{_bytes(network, image, wanted, size) / 2**30:.2f} GiB.",
            exact=False,
        )
    return side


def _bytes(network: Any, image: Image, side: int, size: int) -> int:
    """Of one tile's pass, with a third for what convolutions work in."""
    numbers: int = network.alive(min(side, image.width) * min(side, image.height))
    return numbers * size * 4 // 3


def _progress(ctx: Context, index: int, count: int) -> Callable[[int, int], None]:
    """Tells of a picture's tiles as parts of all pictures' tiles."""
    return lambda done, total: ctx.progress(index * total + done, count * total)


def _upscaled(
    ctx: Context,
    network: Any,
    upscaler: Upscaler,
    picture: Tensor,
    tile: int,
    overlap: int,
    progress: Callable[[int, int], None],
) -> Tensor:
    """One picture [1,3,H,W], float32 on the CPU."""
    dtype = getattr(torch, upscaler.dtype)

    def run(part: Tensor) -> Tensor:
        found: Tensor = network(part.to(ctx.device, dtype))
        return found

    if max(picture.shape[-2:]) <= tile:
        progress(0, 1)
        return run(picture).float().cpu()
    return tiled(picture, run, tile=tile, overlap=overlap, scale=upscaler.scale, progress=progress)
