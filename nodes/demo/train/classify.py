"""Reads colours, shapes, counts and places from pixels, by segmentation and templates; no model."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from nodes.demo.train.outline import mask
from nodes.demo.train.wish import COLOURS, SHAPES

Floats = NDArray[np.float32]
BOX = 40  # side of the square in which masks are compared
NEAR, SURE = 42.0, 0.72  # least distance from the background in levels; least overlap for a shape
LEAST = 40  # pixels of a 96x96 picture below which a spot is dirt


@dataclass(frozen=True)
class Seen:
    """One object: x, y of its box's middle and its half extent, in picture widths."""

    shape: str | None
    colour: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Reading:
    """What a picture shows; the objects from the greatest to the least."""

    background: str
    items: tuple[Seen, ...]


def nearest(colours: Floats) -> NDArray[np.intp]:
    """[..., 3] levels to the index of the nearest colour of the vocabulary."""
    palette = np.array(list(COLOURS.values()), np.float32)
    found: NDArray[np.intp] = ((colours[..., None, :] - palette) ** 2).sum(-1).argmin(-1)
    return found


def read_picture(picture: Image.Image) -> Reading:
    """The background and the objects of an RGB picture."""
    pixels = np.asarray(picture.convert("RGB"), np.float32)
    size = len(pixels)
    edge = np.concatenate([pixels[:2].reshape(-1, 3), pixels[-2:].reshape(-1, 3)])
    edge = np.concatenate([edge, pixels[:, :2].reshape(-1, 3), pixels[:, -2:].reshape(-1, 3)])
    ground = np.median(edge, axis=0)
    away = np.sqrt(((pixels - ground) ** 2).sum(-1))
    labels, _ = ndimage.label(away > NEAR, np.ones((3, 3)))
    areas = np.bincount(labels.ravel())[1:]
    least = max(LEAST * (size / 96) ** 2, 0.12 * areas.max(initial=0))
    order = [i for i in np.argsort(-areas) if areas[i] >= least]
    items = tuple(_item(pixels, ground, labels == i + 1) for i in order)
    return Reading(list(COLOURS)[int(nearest(ground))], items)


def _item(pixels: Floats, ground: Floats, region: NDArray[np.bool_]) -> Seen:
    inner = ndimage.binary_erosion(region, iterations=2)
    inside = pixels[inner if inner.sum() >= 12 else region]
    name = int(np.bincount(nearest(inside)).argmax())
    main = np.median(inside[nearest(inside) == name], axis=0)
    near = ndimage.binary_dilation(region, iterations=2)
    soft = (_coverage(pixels, ground, main) * near).astype(np.float32)
    hard = region & (soft >= 0.5) if (region & (soft >= 0.5)).sum() > 20 else region
    rows, columns = np.nonzero(hard)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    size = len(pixels)
    shape = _shape(soft) or _shape(region.astype(np.float32))
    return Seen(
        shape,
        list(COLOURS)[name],
        float(left + right) / 2 / size,
        float(top + bottom) / 2 / size,
        float(max(bottom - top, right - left)) / 2 / size,
    )


def _coverage(pixels: Floats, ground: Floats, main: Floats) -> Floats:
    """How far each pixel is on the way from the background's colour to the object's, 0..1."""
    way = main - ground
    share: Floats = ((pixels - ground) @ way / max(float(way @ way), 1.0)).clip(0, 1)
    return share


def _boxed(soft: Floats) -> Floats:
    """The mask cut to its box and scaled so that the longer side fills the square."""
    fine = tuple(4 * side for side in soft.shape[::-1])
    smooth = np.asarray(Image.fromarray(soft).resize(fine, Image.Resampling.BICUBIC))
    rows, columns = np.nonzero(smooth > 0.5)
    if len(rows) == 0:
        return np.zeros((BOX, BOX), np.float32)
    soft = smooth[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].clip(0, 1)
    height, width = soft.shape
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    scaled = Image.fromarray(soft).resize(size, Image.Resampling.BOX)
    square = np.zeros((BOX, BOX), np.float32)
    top, left = (BOX - size[1]) // 2, (BOX - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = np.asarray(scaled)
    return square


@cache
def _templates() -> dict[str, Floats]:
    drawn = {shape: np.asarray(mask(shape, 240, 120, 120, 90), np.float32) for shape in SHAPES}
    return {shape: _boxed((soft / 255).astype(np.float32)) for shape, soft in drawn.items()}


def _shape(soft: Floats) -> str | None:
    """The shape whose template overlaps most, if it overlaps enough."""
    seen = _boxed(soft)
    scores = {
        shape: float(np.minimum(seen, true).sum() / np.maximum(seen, true).sum())
        for shape, true in _templates().items()
    }
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= SURE else None
