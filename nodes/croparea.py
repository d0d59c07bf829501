"""Boxes around masks, and pictures brought to a shape by drawing out their edges.

Plain numbers, arrays and PIL; knows no values and no nodes.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pictures
from torch import Tensor

Box = tuple[int, int, int, int]
COLOURS = {"grey": 0.5, "black": 0.0, "white": 1.0}
MODES: dict[str, Literal["edge", "symmetric"]] = {"edge": "edge", "mirror": "symmetric"}


def area_around(covered: NDArray[np.bool_], size: tuple[int, int], padding: int) -> Box:
    """left, top, right, bottom around what is covered [H,W], in the shape of `size`.

    Source: VaeImageProcessor.get_crop_region.
    """
    columns, rows = np.flatnonzero(covered.any(0)), np.flatnonzero(covered.any(1))
    high, wide = covered.shape
    left, right = _padded(columns, padding, wide)
    top, bottom = _padded(rows, padding, high)
    ratio = size[0] / size[1]
    if (right - left) / (bottom - top) > ratio:
        top, bottom = _stretched(top, bottom, int((right - left) / ratio - (bottom - top)), high)
    else:
        left, right = _stretched(left, right, int((bottom - top) * ratio - (right - left)), wide)
    return left, top, right, bottom


def filling(picture: Any, size: tuple[int, int]) -> Any:
    """A PIL picture within `size`, its shape kept, its outermost rows drawn out to fill the rest.

    Source: VaeImageProcessor.resize with `fill`.
    """
    wide, high = size
    flat = wide * picture.height < high * picture.width
    inner = (
        (wide, picture.height * wide // picture.width)
        if flat
        else (picture.width * high // picture.height, high)
    )
    scaled = picture.resize(inner, resample=Pictures.Resampling.LANCZOS)
    corner = (wide // 2 - inner[0] // 2, high // 2 - inner[1] // 2)
    canvas = Pictures.new("RGB", size)
    canvas.paste(scaled, corner)
    for patch, place in _patches(scaled, size, corner):
        canvas.paste(patch, place)
    return canvas


def filled(pixels: Tensor, margins: tuple[tuple[int, int], tuple[int, int]], fill: str) -> Tensor:
    """Pixels [B,H,W,3] with margins (top, bottom), (left, right)."""
    around = ((0, 0), *margins, (0, 0))
    array = pixels.cpu().numpy()
    if fill in MODES:
        made = np.pad(array, around, mode=MODES[fill])
    else:
        made = np.pad(array, around, constant_values=COLOURS[fill])
    return torch.from_numpy(made).to(pixels)


def _padded(covered: NDArray[np.intp], padding: int, length: int) -> tuple[int, int]:
    return max(int(covered[0]) - padding, 0), min(int(covered[-1]) + 1 + padding, length)


def _stretched(first: int, last: int, more: int, length: int) -> tuple[int, int]:
    """A span made longer on both sides, moved and at last cut to lie within `length`."""
    first, last = first - more // 2, last + more - more // 2
    if last >= length:
        first, last = first - (last - length), length
    if first < 0:
        first, last = 0, last - first
    return first, min(last, length)


def _patches(scaled: Any, size: tuple[int, int], corner: tuple[int, int]) -> list[Any]:
    """The outermost rows or columns, drawn out over the free strips, with their places."""
    (wide, high), (left, top) = size, corner
    if top > 0:
        edges = ((0, 0, wide, 0), (0, scaled.height, wide, scaled.height))
        return _drawn(scaled, (wide, top), edges, ((0, 0), (0, top + scaled.height)))
    if left > 0:
        edges = ((0, 0, 0, high), (scaled.width, 0, scaled.width, high))
        return _drawn(scaled, (left, high), edges, ((0, 0), (left + scaled.width, 0)))
    return []


def _drawn(
    scaled: Any, size: tuple[int, int], edges: tuple[Box, Box], places: tuple[Any, Any]
) -> list[Any]:
    return [
        (scaled.resize(size, box=edge), place) for edge, place in zip(edges, places, strict=True)
    ]
