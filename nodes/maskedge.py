"""A mask's edge: moved outwards or inwards, and softened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from engine import Field, node

from .image import Mask

Floats = NDArray[np.float32]
MOST, SOFTEST = 1024, 256


@node("GrowMask", category="mask", aliases=("MaskGrow", "Dilate", "Erode", "Shrink mask"))
def grow_mask(
    mask: Mask,
    pixels: Annotated[int, Field(ge=-MOST, le=MOST)] = 8,
    corners: Literal["round", "square"] = "round",
) -> Mask:
    """Move the edge of a mask [B,H,W] outwards by some pixels, or inwards by negative ones.

    Grey morphology: each pixel takes the greatest (growing) or the smallest (shrinking) value
    within a disc of that radius, or a square. What lies outside the picture has no say, so a mask
    that touches the edge of the picture does not shrink away from it. Source:
    `scipy.ndimage.grey_dilation` and `grey_erosion`.
    """
    if pixels == 0:
        return mask
    from scipy import ndimage

    extreme = ndimage.maximum_filter1d if pixels > 0 else ndimage.minimum_filter1d
    grow = _square if corners == "square" else _disc
    rows = [grow(row, abs(pixels), extreme, pixels > 0) for row in mask.values.cpu().numpy()]
    return Mask(torch.from_numpy(np.stack(rows)).to(mask.values))


@node("FeatherMask", category="mask", aliases=("MaskBlur", "Blur mask", "Soften mask"))
def feather_mask(mask: Mask, radius: Annotated[float, Field(ge=0, le=SOFTEST)] = 8.0) -> Mask:
    """Soften the edge of a mask [B,H,W] with a Gaussian.

    radius: its standard deviation in pixels; 0 leaves the mask as it is. Beyond the edge of the
    picture the outermost pixels go on. A soft edge shows where a mask blends (PasteBack,
    ImageComposite, KeepOutside with a soft edge); a hard one cuts it at one half. Grow the mask by
    two radii first if all of what it covered is to stay covered. Source:
    `scipy.ndimage.gaussian_filter`.
    """
    if radius == 0:
        return mask
    from scipy import ndimage

    rows = [
        ndimage.gaussian_filter(row, radius, mode="nearest") for row in mask.values.cpu().numpy()
    ]
    return Mask(torch.from_numpy(np.stack(rows)).clamp(0, 1).to(mask.values))


def _square(values: Floats, reach: int, extreme: Callable[..., Any], growing: bool) -> Floats:
    found = values
    for axis in (0, 1):
        found = extreme(found, 2 * reach + 1, axis=axis, mode="nearest")
    return found


def _disc(values: Floats, reach: int, extreme: Callable[..., Any], growing: bool) -> Floats:
    """Row by row of the disc: each is a span of its own length, moved up and down."""
    join = np.maximum if growing else np.minimum
    found = values.copy()
    for away in range(min(reach, len(values) - 1) + 1):
        half = int(np.sqrt(reach**2 - away**2))
        spread = extreme(values, 2 * half + 1, axis=1, mode="nearest")
        size = len(values) - away
        join(found[:size], spread[away:], out=found[:size])
        join(found[away:], spread[:size], out=found[away:])
    return found
