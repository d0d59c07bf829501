"""One picture or latent laid over another."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional

from engine import Field, NodeError, node

from .image import Image, Mask
from .latent import MAX_SIDE, Latent
from .latentkind import LatentKind
from .mask import check_batch

Offset = Annotated[int, Field(ge=-MAX_SIDE, le=MAX_SIDE)]


@node("ImageComposite", category="image", aliases=("ImageCompositeMasked", "Overlay", "Blend"))
def image_composite(
    below: Image, above: Image, x: Offset = 0, y: Offset = 0, mask: Mask | None = None
) -> Image:
    """Lay a picture over another at a place, through a mask where there is one.

    x, y: pixels from the left and top of `below`; what does not fit is cut off. mask: of the
    size of `above`, 1 shows it, 0 what is below, greys blend: (1 - mask) * below + mask * above.
    Gives [B,H,W,3] of the size of `below`. A single one serves every one of a batch.
    Errors: a mask of another size, two batches.
    """
    values = None if mask is None else _fitting(mask, (above.width, above.height), above.pixels)
    planes = (below.pixels.movedim(-1, 1), above.pixels.movedim(-1, 1).to(below.pixels))
    return Image(_laid(*planes, x, y, values).movedim(1, -1).contiguous())


def _check_mix(below: LatentKind, above: LatentKind) -> None:
    other = below.space and above.space and below.space != above.space
    if other or (below.channels, below.factor) != (above.channels, above.factor):
        raise NodeError(
            f"The latent below is one {below}, the one above is one {above}; they do not mix.",
            code="wrong_family",
            port="above",
            fix="Encode both with the vae of one model, or lay pictures over each other.",
        )


@node(
    "LatentComposite",
    category="latent",
    keeps={"latent": "below"},
    checks=(_check_mix,),
    aliases=("LatentCompositeMasked", "LatentBlend"),
)
def latent_composite(
    below: Latent, above: Latent, x: Offset = 0, y: Offset = 0, mask: Mask | None = None
) -> Latent:
    """Lay a latent over another at a place, through a mask where there is one.

    x, y: pixels from the left and top of `below`, multiples of the latent's factor; what does not
    fit is cut off. mask: of the size of `above` in pixels or in cells, averaged over each cell;
    greys blend. Gives [B,C,h,w] of the size of `below`.
    Errors: latents of two spaces, a place between cells, a mask of another size, two batches.
    """
    _check_mix(below.kind, above.kind)
    _check_place(below.factor, x, y)
    values = None
    if mask is not None:
        cells = (above.samples.shape[-2], above.samples.shape[-1])
        same = tuple(mask.values.shape[-2:]) == cells
        size = (above.width, above.height)
        values = mask.values if same else _fitting(mask, size, above.samples)
        values = functional.adaptive_avg_pool2d(values[:, None], cells)[:, 0]
    place = (x // below.factor, y // below.factor)
    return below.with_samples(_laid(below.samples, above.samples.to(below.samples), *place, values))


def _laid(below: Tensor, above: Tensor, x: int, y: int, mask: Tensor | None) -> Tensor:
    """[B,C,H,W] planes, `above` at (x, y) through a mask [B,h,w]."""
    check_batch(len(below), len(above), "above")
    count = max(len(below), len(above), 1 if mask is None else len(mask))
    check_batch(count, len(below), "below")
    check_batch(count, 1 if mask is None else len(mask))
    made = below.expand(count, *below.shape[1:]).clone()
    left, top = max(x, 0), max(y, 0)
    right = min(x + above.shape[-1], below.shape[-1])
    bottom = min(y + above.shape[-2], below.shape[-2])
    if left >= right or top >= bottom:
        return made
    part = above[..., top - y : bottom - y, left - x : right - x]
    if mask is not None:
        share = mask[:, None, top - y : bottom - y, left - x : right - x].to(below)
        part = (1 - share) * made[..., top:bottom, left:right] + share * part
    made[..., top:bottom, left:right] = part
    return made


def _fitting(mask: Mask, size: tuple[int, int], like: Tensor) -> Tensor:
    if (mask.width, mask.height) != size:
        raise NodeError(
            f"The mask has {mask.width}x{mask.height} pixels, and what it shows has "
            f"{size[0]}x{size[1]}.",
            port="mask",
            fix="Put a MaskResize before it.",
        )
    return mask.values.to(like.device, torch.float32)


def _check_place(factor: int, x: int, y: int) -> None:
    for port, place in (("x", x), ("y", y)):
        if place % factor:
            low = place // factor * factor
            raise NodeError(
                f"{port} is {place}, between two cells of {factor} pixels; the nearest are {low} "
                f"and {low + factor}.",
                code="not_multiple_of",
                port=port,
            )
