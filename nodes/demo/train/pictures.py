"""Captioned pictures in bulk, the same for the same seed. Knows no model."""

import random

import numpy as np
from numpy.typing import NDArray

from nodes.demo.train.captions import write
from nodes.demo.train.draw import paint
from nodes.demo.train.sample import EVEN, Mix, sample
from nodes.demo.train.scene import resolve
from nodes.demo.train.wish import Wish

Pixels = NDArray[np.uint8]
SIZE = 96


def draw_many(count: int, seed: int, mix: Mix = EVEN) -> tuple[list[Wish], Pixels]:
    """`count` wishes that training may see, and their pictures as [N, SIZE, SIZE, 3]."""
    rng = random.Random(seed)
    pixels = np.empty((count, SIZE, SIZE, 3), np.uint8)
    wishes = []
    for i in range(count):
        wish = sample(rng, mix=mix)
        wishes.append(wish)
        pixels[i] = np.asarray(paint(resolve(wish, rng), SIZE))
    return wishes, pixels


def word(wishes: list[Wish], seed: int) -> list[str]:
    """One caption a wish, each in one of its many wordings."""
    rng = random.Random(seed)
    return [write(wish, rng) for wish in wishes]
