"""Hills, mountains, a desert or the sea under one of four skies."""

import random
from math import pi, sin

import numpy as np
from PIL import Image, ImageDraw

from nodes.demo.train.scene import Scene

Colour = tuple[int, int, int]

SKIES: dict[str, tuple[Colour, Colour]] = {  # at the zenith, at the horizon
    "at sunset": ((92, 64, 140), (252, 142, 66)),
    "at night": ((12, 16, 48), (40, 50, 104)),
    "at sunrise": ((130, 180, 230), (255, 206, 178)),
    "on a sunny day": ((66, 150, 236), (190, 226, 250)),
}
LIGHT: dict[str, tuple[Colour, float]] = {  # tint of the ground, and how much of it
    "at sunset": ((120, 50, 60), 0.38),
    "at night": ((10, 14, 46), 0.66),
    "at sunrise": ((250, 190, 170), 0.22),
    "on a sunny day": ((255, 255, 255), 0.0),
}
GROUND: dict[str, tuple[Colour, ...]] = {  # far to near
    "green hills": ((128, 192, 112), (92, 166, 78), (58, 134, 58)),
    "snowy mountains": ((140, 152, 178), (112, 124, 154), (226, 234, 244)),
    "a desert": ((240, 206, 138), (230, 184, 106), (214, 160, 82)),
    "the sea": ((40, 118, 182), (30, 100, 166), (22, 82, 146)),
}


def paint_landscape(scene: Scene, size: int, rng: random.Random) -> Image.Image:
    """An RGB picture of size x size pixels; `rng` moves the ridges and what stands there."""
    picture = sky(scene.time, size)
    draw = ImageDraw.Draw(picture)
    lamp(draw, scene.time, size, rng)
    if "clouds" in scene.extras:
        clouds(draw, scene.time, size, rng)
    terrain = scene.terrain or "green hills"
    colours = [tint(colour, scene.time) for colour in GROUND[terrain]]
    if terrain == "the sea":
        sea(draw, colours, tint((236, 244, 250), scene.time), size)
    elif terrain == "snowy mountains":
        mountains(draw, colours, tint((250, 252, 255), scene.time), size, rng)
    else:
        for i, colour in enumerate(colours):
            ridge(draw, colour, 0.56 + 0.13 * i, 0.045, size, rng)
    if "trees" in scene.extras:
        trees(draw, scene.time, size, rng)
    if "a house with a red roof" in scene.extras:
        house(draw, scene.time, size, rng)
    if "a boat with a sail" in scene.extras:
        boat(draw, scene.time, size, rng)
    return picture


def tint(colour: Colour, time: str) -> Colour:
    """The colour in the light of that time of day."""
    light, share = LIGHT[time]
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, light, strict=True))
    return red, green, blue


def sky(time: str, size: int) -> Image.Image:
    """A gradient from the zenith to the horizon at 0.62 of the height."""
    top, low = (np.array(colour, dtype=np.float32) for colour in SKIES[time])
    share = np.clip(np.arange(size, dtype=np.float32) / (0.62 * size), 0, 1)[:, None, None]
    column = top + (low - top) * share
    return Image.fromarray(np.repeat(column, size, axis=1).astype(np.uint8))


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, r: float, colour: Colour) -> None:
    draw.ellipse([x - r, y - r, x + r, y + r], fill=colour)


def lamp(draw: ImageDraw.ImageDraw, time: str, size: int, rng: random.Random) -> None:
    """The sun, or the moon with stars."""
    x = rng.uniform(0.25, 0.75) * size
    if time == "at night":
        for i in range(7):
            star_x, star_y = (0.08 + 0.14 * i) * size, (0.08 + 0.09 * (i * 3 % 5)) * size
            _disc(draw, star_x, star_y, 0.012 * size, (240, 240, 250))
        _disc(draw, x, 0.2 * size, 0.09 * size, (244, 240, 214))
    elif time == "on a sunny day":
        _disc(draw, x, 0.18 * size, 0.09 * size, (255, 226, 84))
    else:
        colour = (255, 214, 110) if time == "at sunset" else (255, 238, 170)
        _disc(draw, x, 0.5 * size, 0.12 * size, colour)


def clouds(draw: ImageDraw.ImageDraw, time: str, size: int, rng: random.Random) -> None:
    """Two clouds, one on each side."""
    colour = tint((250, 251, 254), time)
    for left in (0.2, 0.74):
        x, y = (left + rng.uniform(-0.05, 0.05)) * size, rng.uniform(0.26, 0.34) * size
        for dx, r in ((-0.09, 0.05), (0.0, 0.075), (0.09, 0.055)):
            _disc(draw, x + dx * size, y - r * 0.4 * size, r * size, colour)


def ridge(
    draw: ImageDraw.ImageDraw,
    colour: Colour,
    level: float,
    swing: float,
    size: int,
    rng: random.Random,
) -> None:
    """A rolling ridge with everything under it."""
    phase, waves = rng.uniform(0, 2 * pi), rng.uniform(0.8, 1.4)
    crest = [
        (x * size / 32, size * (level + swing * sin(phase + waves * 2 * pi * x / 32)))
        for x in range(33)
    ]
    draw.polygon([*crest, (size, size), (0, size)], fill=colour)


def mountains(
    draw: ImageDraw.ImageDraw, colours: list[Colour], snow: Colour, size: int, rng: random.Random
) -> None:
    """Three peaks with white tops behind a field of snow."""
    for i, (middle, half) in enumerate(((0.22, 0.3), (0.8, 0.3), (0.5, 0.36))):
        x = (middle + rng.uniform(-0.04, 0.04)) * size
        top, foot = (0.3 - 0.06 * (i == 2)) * size, 0.8 * size
        wide = half * size
        draw.polygon([(x, top), (x + wide, foot), (x - wide, foot)], fill=colours[i // 2])
        cap, w = top + 0.32 * (foot - top), 0.32 * wide
        notches = [(x + w, cap), (x + w / 3, cap - 0.05 * size), (x, cap + 0.01 * size)]
        draw.polygon([(x, top), *notches, (x - w / 3, cap - 0.05 * size), (x - w, cap)], fill=snow)
    ridge(draw, colours[2], 0.78, 0.025, size, rng)


def sea(draw: ImageDraw.ImageDraw, colours: list[Colour], foam: Colour, size: int) -> None:
    """Three bands of water under a straight horizon, with short waves."""
    for i, colour in enumerate(colours):
        draw.rectangle([0, (0.6 + 0.13 * i) * size, size, size], fill=colour)
    for x, y in ((0.12, 0.7), (0.72, 0.68), (0.42, 0.8), (0.85, 0.84), (0.14, 0.9), (0.62, 0.93)):
        box = [x * size, y * size, (x + 0.12) * size, (y + 0.015) * size]
        draw.rectangle(box, fill=foam)


def trees(draw: ImageDraw.ImageDraw, time: str, size: int, rng: random.Random) -> None:
    """Two or three firs at the sides."""
    leaf, wood = tint((28, 100, 52), time), tint((96, 62, 36), time)
    for x0, y0 in ((0.12, 0.88), (0.28, 0.94), (0.88, 0.9)):
        x, y = (x0 + rng.uniform(-0.02, 0.02)) * size, y0 * size
        s = 0.085 * size
        draw.rectangle([x - s / 6, y - s / 2, x + s / 6, y], fill=wood)
        draw.polygon([(x, y - 3 * s), (x + s, y - s / 2), (x - s, y - s / 2)], fill=leaf)


def house(draw: ImageDraw.ImageDraw, time: str, size: int, rng: random.Random) -> None:
    """A pale house with a red roof, a door and a window."""
    x, y = rng.uniform(0.48, 0.66) * size, 0.88 * size
    s = 0.13 * size
    draw.rectangle([x - s, y - 1.3 * s, x + s, y], fill=tint((246, 234, 206), time))
    roof = [(x - 1.25 * s, y - 1.25 * s), (x, y - 2.3 * s), (x + 1.25 * s, y - 1.25 * s)]
    draw.polygon(roof, fill=tint((206, 48, 40), time))
    draw.rectangle([x - 0.7 * s, y - 0.75 * s, x - 0.2 * s, y], fill=tint((112, 70, 40), time))
    window = (255, 222, 110) if time == "at night" else tint((130, 186, 222), time)
    draw.rectangle([x + 0.2 * s, y - 0.9 * s, x + 0.7 * s, y - 0.45 * s], fill=window)


def boat(draw: ImageDraw.ImageDraw, time: str, size: int, rng: random.Random) -> None:
    """A brown hull with a white sail."""
    x, y = rng.uniform(0.35, 0.65) * size, 0.76 * size
    s = 0.17 * size
    hull = [(x - s, y), (x + s, y), (x + 0.65 * s, y + 0.5 * s), (x - 0.65 * s, y + 0.5 * s)]
    draw.polygon(hull, fill=tint((122, 66, 36), time))
    sail = [(x - 0.1 * s, y - 2.1 * s), (x + 0.85 * s, y - 0.2 * s), (x - 0.1 * s, y - 0.2 * s)]
    draw.polygon(sail, fill=tint((250, 248, 240), time))
    draw.rectangle([x - 0.2 * s, y - 2.2 * s, x - 0.08 * s, y], fill=tint((90, 56, 34), time))
