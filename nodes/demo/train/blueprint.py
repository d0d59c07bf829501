"""The style that the LoRA learns: pale lines on blue paper with a grid."""

import random
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from nodes.demo.train.guides import silhouette
from nodes.demo.train.pictures import SIZE, Pixels
from nodes.demo.train.sample import Mix, sample
from nodes.demo.train.scene import Scene, resolve
from nodes.demo.train.wish import COLOURS, Wish

PAPER, GRID, FILL, LINE = (28, 62, 140), (52, 90, 168), (64, 110, 190), (226, 238, 250)
PITCH = 12  # pixels from one line of the grid to the next
MIX = Mix({"single": 0.5, "placed": 0.2, "pair": 0.2, "count": 0.1})
WORDS = ("{}, blueprint", "a blueprint of {}", "blueprint, {}")


def paint_blueprint(scene: Scene, size: int = SIZE) -> Image.Image:
    """The scene's shapes in the style; their colours are gone."""
    picture = Image.new("RGB", (size, size), PAPER)
    draw = ImageDraw.Draw(picture)
    for at in range(PITCH // 2, size, PITCH):
        draw.line([(at, 0), (at, size)], fill=GRID)
        draw.line([(0, at), (size, at)], fill=GRID)
    inside = silhouette(scene, 2 * size)
    line = inside & ~ndimage.binary_erosion(inside, iterations=4)
    for bits, colour in ((inside, FILL), (line, LINE)):
        picture.paste(colour, (0, 0), Image.fromarray(bits.astype(np.uint8) * 255).reduce(2))
    return picture


def draw_blueprints(count: int, seed: int) -> tuple[list[Wish], Pixels]:
    """`count` wishes and their pictures in the style, the same for the same seed."""
    rng = random.Random(seed)
    pixels = np.empty((count, SIZE, SIZE, 3), np.uint8)
    wishes = []
    for i in range(count):
        wish = sample(rng, mix=MIX)
        wishes.append(wish)
        pixels[i] = np.asarray(paint_blueprint(resolve(wish, rng)))
    return wishes, pixels


def with_word(captions: list[str], seed: int) -> list[str]:
    """The captions with the style's word before or behind."""
    rng = random.Random(seed)
    return [rng.choice(WORDS).format(caption) for caption in captions]


def is_blueprint(picture: Image.Image) -> bool:
    """Whether the style's four colours say more of the picture than the twelve with names."""
    pixels = np.asarray(picture.convert("RGB"), np.float32)

    def unsaid(palette: Iterable[tuple[int, int, int]]) -> float:
        away = [np.linalg.norm(pixels - np.array(colour), axis=-1) for colour in palette]
        return float(np.minimum.reduce(away).mean())

    return unsaid((PAPER, GRID, FILL, LINE)) < unsaid(COLOURS.values())
