"""The ten shapes as masks: polygons around the origin with half extent 1, y downwards."""

from math import atan2, cos, pi, sin

from PIL import Image, ImageDraw

Points = list[tuple[float, float]]


def _arc(radius: float, start: float, end: float, x: float = 0.0, steps: int = 40) -> Points:
    angles = [start + (end - start) * i / steps for i in range(steps + 1)]
    return [(x + radius * cos(angle), radius * sin(angle)) for angle in angles]


def _regular(corners: int, turn: float, inner: float | None = None) -> Points:
    radii = [1.0] if inner is None else [1.0, inner]
    total = corners * len(radii)
    return [
        (
            radii[i % len(radii)] * cos(2 * pi * i / total + turn),
            radii[i % len(radii)] * sin(2 * pi * i / total + turn),
        )
        for i in range(total)
    ]


def _heart() -> Points:
    points = []
    for i in range(60):
        t = 2 * pi * i / 60
        y = 13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)
        points.append((sin(t) ** 3, -(y + 2.5) / 16))
    return points


def _moon() -> Points:
    """The unit circle less a circle of radius 0.85 whose centre lies 0.6 to the right."""
    x = (1 - 0.85**2 + 0.6**2) / (2 * 0.6)
    y = (1 - x * x) ** 0.5
    outer, inner = atan2(y, x), atan2(y, x - 0.6)
    points = _arc(1.0, outer, 2 * pi - outer) + _arc(0.85, 2 * pi - inner, inner, 0.6)
    return [(px + 0.18, py) for px, py in points]


_A = 0.36  # half the width of a cross's arm
OUTLINES: dict[str, Points] = {
    "circle": _arc(1.0, 0, 2 * pi),
    "square": [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
    "triangle": [(0, -0.92), (1, 0.84), (-1, 0.84)],
    "star": _regular(5, -pi / 2, 0.42),
    "heart": _heart(),
    "diamond": [(0, -1), (0.72, 0), (0, 1), (-0.72, 0)],
    "ring": _arc(1.0, 0, 2 * pi),
    "cross": [
        (-_A, -1), (_A, -1), (_A, -_A), (1, -_A), (1, _A), (_A, _A),
        (_A, 1), (-_A, 1), (-_A, _A), (-1, _A), (-1, -_A), (-_A, -_A),
    ],
    "moon": _moon(),
    "hexagon": _regular(6, 0),
}  # fmt: skip
HOLES: dict[str, Points] = {"ring": _arc(0.52, 0, 2 * pi)}


def mask(shape: str, size: int, x: float, y: float, radius: float) -> Image.Image:
    """An "L" picture, 255 where the shape is. Units of x, y and radius: pixels."""
    picture = Image.new("L", (size, size))
    draw = ImageDraw.Draw(picture)
    for points, value in ((OUTLINES[shape], 255), (HOLES.get(shape), 0)):
        if points:
            draw.polygon([(x + radius * px, y + radius * py) for px, py in points], fill=value)
    return picture
