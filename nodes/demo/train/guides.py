"""Drawings that a ControlNet follows: filled silhouettes and thick edges, with their pictures."""

import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from nodes.demo.train.draw import paint
from nodes.demo.train.outline import mask
from nodes.demo.train.pictures import SIZE, Pixels
from nodes.demo.train.sample import Mix, sample
from nodes.demo.train.scene import Item, Scene, resolve
from nodes.demo.train.wish import Wish, held_out

MIX = Mix({"single": 0.45, "placed": 0.25, "pair": 0.15, "count": 0.15}, alone=0.97, background=0.9)
RADIUS = (0.13, 0.38)  # of lone things, which lie anywhere
EDGE = 3  # pixels
Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class Guided:
    """Captions that say neither shape nor place, their pictures, and the silhouettes [N, S, S]."""

    wishes: list[Wish]
    pixels: Pixels
    masks: Bits


def silhouette(scene: Scene, size: int = SIZE) -> Bits:
    """[size, size], true where a thing is."""
    whole = np.zeros((size, size), np.uint8)
    for item in scene.items:
        drawn = mask(item.shape, 2 * size, *(2 * size * v for v in (item.x, item.y, item.radius)))
        whole = np.maximum(whole, np.asarray(drawn.reduce(2)))
    return whole > 127


def edges(masks: Bits) -> Bits:
    """The outlines of [N, S, S] silhouettes, `EDGE` pixels thick."""
    ball = ndimage.generate_binary_structure(3, 1)
    ball[0] = ball[2] = False  # across the picture, not from picture to picture
    outer = ndimage.binary_dilation(masks, ball, iterations=EDGE // 2)
    inner = ndimage.binary_erosion(masks, ball, iterations=EDGE - EDGE // 2, border_value=1)
    found: Bits = outer & ~inner
    return found


def unsaid(wish: Wish) -> Wish:
    """The wish without what the guide shows: shapes, sizes and the place."""
    things = tuple(replace(thing, shape=None, size=None) for thing in wish.things)
    return replace(wish, things=things, place=None)


def draw_guided(count: int, seed: int) -> Guided:
    """`count` pictures, the same for the same seed; patterns and watercolour are left out."""
    rng = random.Random(seed)
    wishes: list[Wish] = []
    pixels = np.empty((count, SIZE, SIZE, 3), np.uint8)
    masks = np.empty((count, SIZE, SIZE), np.bool_)
    while len(wishes) < count:
        wish = _plain(sample(rng, mix=MIX))
        told = unsaid(wish)
        if held_out(wish) or held_out(told):
            continue
        scene = resolve(wish, rng)
        if len(scene.items) == 1:
            scene = replace(scene, items=(_anywhere(scene.items[0], rng),))
        pixels[len(wishes)] = np.asarray(paint(scene, SIZE))
        masks[len(wishes)] = silhouette(scene)
        wishes.append(told)
    return Guided(wishes, pixels, masks)


def _plain(wish: Wish) -> Wish:
    things = tuple(replace(thing, pattern=None) for thing in wish.things)
    return replace(wish, things=things, watercolour=False)


def _anywhere(item: Item, rng: random.Random) -> Item:
    radius = rng.uniform(*RADIUS)
    x, y = (rng.uniform(radius + 0.02, 0.98 - radius) for _ in "xy")
    return replace(item, x=x, y=y, radius=radius)


def picture(bits: Bits) -> Image.Image:
    """One guide as the RGB picture that the ControlNet takes: white on black."""
    return Image.fromarray(bits.astype(np.uint8) * 255).convert("RGB")
