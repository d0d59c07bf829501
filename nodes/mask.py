"""Masks: made from pictures, turned over, combined and resized. 1 = repaint, 0 = keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine import Field, NodeError, Product, node

from .image import FILTERS, Fit, Image, Mask, Method, Side, fitted, target
from .latent import MAX_PIXELS, check_pixels

Channel = Literal["grey", "red", "green", "blue"]
Way = Literal["union", "intersect", "subtract", "difference", "add", "multiply"]
WAYS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "union": torch.maximum,
    "intersect": torch.minimum,
    "subtract": lambda a, b: (a - b).clamp(0, 1),
    "difference": lambda a, b: (a - b).abs(),
    "add": lambda a, b: (a + b).clamp(0, 1),
    "multiply": torch.mul,
}


@node("InvertMask", category="mask", aliases=("MaskInvert",))
def invert_mask(mask: Mask) -> Mask:
    """Turn a mask [B,H,W] over: 1 - mask."""
    return Mask(1.0 - mask.values)


@node("CombineMasks", category="mask", aliases=("MaskComposite", "MaskAdd", "MaskUnion"))
def combine_masks(a: Mask, b: Mask, how: Way = "union") -> Mask:
    """Make one mask [B,H,W] of two, pixel by pixel.

    how: union is the greater and intersect the smaller of the two; subtract takes b away from a;
    difference is |a-b|; add and multiply are what they say. Results stay in 0 to 1. A single mask
    serves every one of a batch. Errors: two sizes, two batches.
    """
    check_size(b, (a.width, a.height), "b")
    check_batch(len(a.values), len(b.values), "b")
    return Mask(WAYS[how](a.values, b.values.to(a.values.device)))


@node("ImageToMask", category="mask", aliases=("ConvertImageToMask",))
def image_to_mask(image: Image, channel: Channel = "grey") -> Mask:
    """Read a mask [B,H,W] off pictures: white is repainted, black is kept.

    channel: the brightness as PIL's `L` has it (ITU-R 601, 8 bits), as the inpainting pipelines
    read a mask, or one colour. The alpha of a file comes out of LoadImage and LoadMask.
    """
    return Mask(channel_of(image.pixels, channel))


@node("MaskToImage", category="mask", aliases=("ConvertMaskToImage",))
def mask_to_image(mask: Mask) -> Image:
    """Show a mask as grey pictures [B,H,W,3]."""
    return Image(mask.values[..., None].repeat(1, 1, 1, 3))


@node(
    "MaskResize",
    category="mask",
    aliases=("ScaleMask",),
    products=(Product(("width", "height"), MAX_PIXELS, "pixels"),),
)
def mask_resize(
    mask: Mask,
    width: Side | None = None,
    height: Side | None = None,
    fit: Fit = "stretch",
    method: Method = "lanczos",
    multiple_of: Annotated[int, Field(ge=1, le=256)] = 1,
) -> Mask:
    """Resize masks to a size in pixels, as `ImageResize` does with the picture.

    width, height, fit, multiple_of: as in `ImageResize`; what is padded is kept (0). Goes through
    8 bits, as the inpainting pipelines' mask processor does; the same size is untouched.
    Errors: more than 256 megapixels in all.
    """
    size = target((mask.width, mask.height), width, height, multiple_of)
    check_pixels(*size, len(mask.values))
    if size == (mask.width, mask.height):
        return mask
    resized = [fitted(picture, size, fit, FILTERS[method]) for picture in mask.to_pil()]
    return Mask(Mask.from_pil(resized).values.to(mask.values.device))


def channel_of(pixels: Tensor, channel: str) -> Tensor:
    """One channel [B,H,W] of pixels [B,H,W,3]; grey pictures keep their depth."""
    if channel != "grey":
        return pixels[..., ("red", "green", "blue").index(channel)].clone()
    red, green, blue = pixels.unbind(-1)
    if torch.equal(red, green) and torch.equal(green, blue):
        return red.clone()
    grey = [picture.convert("L") for picture in Image(pixels).to_pil()]
    return Mask.from_pil(grey).values.to(pixels.device)


def binary(mask: Mask) -> Tensor:
    """[B,H,W] of exact zeros and ones: a half or more is repainted."""
    return (mask.values >= 0.5).float()


def check_size(mask: Mask, size: tuple[int, int], port: str = "mask") -> None:
    """Raises NodeError unless the mask has this (width, height)."""
    if (mask.width, mask.height) != size:
        raise NodeError(
            f"The mask has {mask.width}x{mask.height} pixels and what it is for has "
            f"{size[0]}x{size[1]}.",
            port=port,
            fix="Put a MaskResize before it.",
        )


def check_batch(count: int, others: int, port: str = "mask") -> None:
    """Raises NodeError unless two batches are equal or one of them is single."""
    if count != others and 1 not in {count, others}:
        raise NodeError(
            f"There are {others} of the {port} for a batch of {count}.",
            port=port,
            fix="Give one, or one for each of the batch.",
        )
