"""Masks drawn from shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageDraw

from engine import Field, NodeError, Product, Widget, node

from .image import Mask, Side
from .latent import MAX_PIXELS

Place = Annotated[float, Field(ge=-16, le=16)]
Inside = NDArray[np.bool_]


@dataclass(frozen=True)
class Spot:
    """A place in the picture, in shares of its width and height."""

    x: Place
    y: Place


@dataclass(frozen=True)
class Shape:
    """A rectangle or ellipse by its box, or a polygon or line by its points; see `DrawMask`."""

    kind: Literal["rectangle", "ellipse", "polygon", "line"] = "rectangle"
    left: Place = 0.0
    top: Place = 0.0
    right: Place = 1.0
    bottom: Place = 1.0
    points: Annotated[tuple[Spot, ...], Field(max_length=10_000)] = ()
    thickness: Annotated[float, Field(gt=0, le=4)] = 0.1
    value: Annotated[float, Field(ge=0, le=1)] = 1.0


Shapes = Annotated[list[Shape], Field(max_length=1000), Widget("shapes")]


@node(
    "DrawMask",
    category="mask",
    aliases=("SolidMask", "Rectangle", "Ellipse", "Paint mask"),
    products=(Product(("width", "height"), MAX_PIXELS, "pixels"),),
)
def draw_mask(width: Side, height: Side, shapes: Shapes = []) -> Mask:  # noqa: B006 - a declaration
    """Draw a mask from shapes, each over the ones before it.

    width, height: pixels. shapes: {kind, left, top, right, bottom} for a rectangle or an ellipse
    in that box; {kind, points: [{x, y}, ...]} for a polygon, or a line of some thickness with
    round ends. Places are shares of the picture, 0 left or top and 1 right or bottom; thickness
    is a share of the shorter side. value: 1 to repaint, 0 to cut out of what was drawn. A pixel
    belongs to a box's shape if its middle lies in it. Gives [1,height,width].
    Errors: a polygon of fewer than three points, a line without a point.
    """
    drawn = np.zeros((height, width), np.float32)
    for shape in shapes:
        drawn[FILLS[shape.kind](shape, width, height)] = shape.value
    return Mask(torch.from_numpy(drawn)[None])


def _rectangle(shape: Shape, width: int, height: int) -> Inside:
    x, y = _middles(width, height)
    across = (shape.left <= x) & (x < shape.right)
    found: Inside = across & (shape.top <= y) & (y < shape.bottom)
    return found


def _ellipse(shape: Shape, width: int, height: int) -> Inside:
    x, y = _middles(width, height)
    wide, high = (shape.right - shape.left) / 2, (shape.bottom - shape.top) / 2
    if wide <= 0 or high <= 0:
        return np.zeros((height, width), np.bool_)
    across = ((x - (shape.left + shape.right) / 2) / wide) ** 2
    down = ((y - (shape.top + shape.bottom) / 2) / high) ** 2
    found: Inside = across.astype(np.float32) + down.astype(np.float32) <= 1
    return found


def _polygon(shape: Shape, width: int, height: int) -> Inside:
    if len(shape.points) < 3:
        raise _too_few(shape, "three")
    canvas = Pictures.new("1", (width, height))
    ImageDraw.Draw(canvas).polygon(_pixels(shape, width, height), fill=1)
    return np.asarray(canvas)


def _line(shape: Shape, width: int, height: int) -> Inside:
    if not shape.points:
        raise _too_few(shape, "one")
    canvas = Pictures.new("1", (width, height))
    draw = ImageDraw.Draw(canvas)
    radius = max(0.5, shape.thickness * min(width, height) / 2)
    places = _pixels(shape, width, height)
    if len(places) > 1:
        draw.line(places, fill=1, width=round(2 * radius), joint="curve")
    for place in places:
        draw.circle(place, radius - 0.5, fill=1)  # PIL counts the middle pixel besides
    return np.asarray(canvas)


FILLS: dict[str, Callable[[Shape, int, int], Inside]] = {
    "rectangle": _rectangle,
    "ellipse": _ellipse,
    "polygon": _polygon,
    "line": _line,
}


def _middles(width: int, height: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """x [1,W] and y [H,1] of the pixels' middles, in shares."""
    return (np.arange(width)[None] + 0.5) / width, (np.arange(height)[:, None] + 0.5) / height


def _pixels(shape: Shape, width: int, height: int) -> list[tuple[float, float]]:
    """The points as PIL counts them: a pixel's middle is its whole number."""
    return [(spot.x * width - 0.5, spot.y * height - 0.5) for spot in shape.points]


def _too_few(shape: Shape, wanted: str) -> NodeError:
    return NodeError(
        f"A {shape.kind} has {len(shape.points)} points; it needs {wanted} or more.",
        code="bad_value",
        port="shapes",
    )
