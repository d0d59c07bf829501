"""Pictures made ready for ControlNets and T2I adapters: blurred, coarse, turned to negatives.

By OpenCV on 8-bit pictures, as the annotators of the published models work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine import Field, node

from .image import Image

Bytes = NDArray[np.uint8]
Sigma = Annotated[float, Field(gt=0, le=200)]


def each_picture(image: Image, change: Callable[[Bytes], Any]) -> Image:
    """Changes every picture, given as RGB [H,W,3] of 8 bits; a grey result becomes RGB."""
    pictures = []
    for picture in image.to_bytes().numpy():
        made = np.asarray(change(np.ascontiguousarray(picture)), np.uint8)
        pictures.append(made if made.ndim == 3 else np.repeat(made[..., None], 3, axis=2))
    stacked = torch.from_numpy(np.stack(pictures).astype(np.float32) / 255.0)
    return Image(stacked.to(image.pixels.device))


@node("ImageBlur", category="control", aliases=("Blur", "Gaussian blur", "Preprocessor"))
def image_blur(image: Image, sigma: Sigma = 5.0) -> Image:
    """Blur pictures [B,H,W,3], as for ControlNets that sharpen or follow rough colours.

    sigma: of a Gaussian, in pixels; its kernel is as wide as that asks for. Source:
    `cv2.GaussianBlur(picture, (0, 0), sigma)`.
    """
    import cv2

    return each_picture(image, lambda picture: cv2.GaussianBlur(picture, (0, 0), sigma))


@node(
    "TileHint",
    category="control",
    aliases=("Tile", "TilePreprocessor", "Tile resample", "Preprocessor"),
)
def tile_hint(image: Image, factor: Annotated[float, Field(ge=1, le=64)] = 4.0) -> Image:
    """Take detail away, as for tile ControlNets, which put new detail in its place.

    factor: the picture [B,H,W,3] is made so many times smaller, each pixel the mean of what it
    covers, and brought back to its size by cubic interpolation; 1 leaves it as it is. Source:
    `cv2.resize` with INTER_AREA, then INTER_CUBIC.
    """
    import cv2

    def coarse(picture: Bytes) -> Any:
        high, wide = picture.shape[:2]
        small = max(1, round(wide / factor)), max(1, round(high / factor))
        reduced = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
        return cv2.resize(reduced, (wide, high), interpolation=cv2.INTER_CUBIC)

    return image if factor == 1 else each_picture(image, coarse)


@node("InvertImage", category="control", aliases=("ImageInvert", "Negative", "Preprocessor"))
def invert_image(image: Image) -> Image:
    """The negative of pictures [B,H,W,3]: 1 - x.

    For drawings in black on white, as ControlNets read white lines on black.
    """
    return Image(1.0 - image.pixels)


@node("ColourGrid", category="control", aliases=("ColorPreprocessor", "Colour", "Preprocessor"))
def colour_grid(image: Image, cell: Annotated[int, Field(ge=2, le=1024)] = 64) -> Image:
    """A coarse mosaic of a picture's colours, as for the colour T2I adapter.

    cell: pixels a side of each square; the picture [B,H,W,3] is reduced by cubic interpolation
    to a pixel a cell (one at least), then enlarged by the nearest. Source: the colour annotator
    of T2I-Adapter, `cv2.resize` with INTER_CUBIC, then INTER_NEAREST.
    """
    import cv2

    def mosaic(picture: Bytes) -> Any:
        high, wide = picture.shape[:2]
        small = max(1, wide // cell), max(1, high // cell)
        reduced = cv2.resize(picture, small, interpolation=cv2.INTER_CUBIC)
        return cv2.resize(reduced, (wide, high), interpolation=cv2.INTER_NEAREST)

    return each_picture(image, mosaic)
