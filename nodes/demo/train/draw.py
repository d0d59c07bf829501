"""A `Scene` to pixels: drawn at twice the size and boxed down. Knows no captions."""

import random

import numpy as np
from PIL import Image, ImageDraw

from nodes.demo.train.landscape import paint_landscape
from nodes.demo.train.outline import mask
from nodes.demo.train.scene import Item, Scene
from nodes.demo.train.wish import COLOURS

Colour = tuple[int, int, int]
PAPER: Colour = (252, 248, 238)


def paint(scene: Scene, size: int) -> Image.Image:
    """An RGB picture of size x size pixels."""
    rng = random.Random(scene.seed)
    if scene.terrain:
        picture = paint_landscape(scene, 2 * size, rng)
    else:
        picture = Image.new("RGB", (2 * size, 2 * size), shade(COLOURS[scene.background], rng))
        for item in scene.items:
            _paste(picture, item, shade(COLOURS[item.colour], rng))
    picture = picture.reduce(2)
    return wash(picture, scene.seed) if scene.watercolour else picture


def shade(colour: Colour, rng: random.Random, spread: int = 4) -> Colour:
    """The colour, off by a few levels."""
    red, green, blue = (min(255, max(0, c + rng.randint(-spread, spread))) for c in colour)
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with `share` of `second` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _paste(picture: Image.Image, item: Item, colour: Colour) -> None:
    size = picture.width
    x, y, radius = item.x * size, item.y * size, item.radius * size
    shape = mask(item.shape, size, x, y, radius)
    picture.paste(_ink(item, colour, size), (0, 0), shape)
    if item.pattern == "outlined":
        inner = mask(item.shape, size, x, y, radius * 0.8)
        if item.shape == "ring":
            inner = mask("circle", size, x, y, radius * 0.88)
            inner.paste(0, (0, 0), mask("circle", size, x, y, radius * 0.64))
        picture.paste(mix(colour, PAPER, 0.12), (0, 0), inner)


def _ink(item: Item, colour: Colour, size: int) -> Image.Image:
    """What shows through the shape's mask: flat, or the pattern."""
    light = mix(colour, PAPER, 0.75 if sum(colour) < 600 else 0.0)
    if light == colour:
        light = mix(colour, (60, 60, 70), 0.5)
    if item.pattern == "outlined":
        dark = mix(colour, (0, 0, 0), 0.75) if sum(colour) > 150 else (235, 235, 235)
        return Image.new("RGB", (size, size), dark)
    ink = Image.new("RGB", (size, size), colour)
    draw = ImageDraw.Draw(ink)
    pitch = size / 9
    if item.pattern == "striped":
        for i in range(9):
            top = i * pitch
            draw.rectangle([0, top, size, top + pitch * 0.4], fill=light)
    if item.pattern == "dotted":
        for i in range(10):
            for j in range(10):
                x, y, dot = i * pitch, j * pitch, pitch * 0.27
                draw.ellipse([x - dot, y - dot, x + dot, y + dot], fill=light)
    return ink


def wash(picture: Image.Image, seed: int) -> Image.Image:
    """Watercolour: paler, and uneven in soft patches."""
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (7, 7)).astype(np.float32)
    patches = Image.fromarray(noise).resize(picture.size, Image.Resampling.BICUBIC)
    pixels = np.asarray(picture, dtype=np.float32)
    pale = pixels + (np.array(PAPER, dtype=np.float32) - pixels) * 0.3
    uneven = pale + np.asarray(patches)[..., None] * 11.0
    return Image.fromarray(uneven.clip(0, 255).astype(np.uint8))
