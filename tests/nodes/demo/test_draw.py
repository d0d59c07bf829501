"""Pictures: the same for the same seed, and each wish gets what it names."""

import random

import numpy as np
import pytest

from nodes.demo.train.draw import paint
from nodes.demo.train.outline import mask
from nodes.demo.train.sample import KINDS, sample
from nodes.demo.train.scene import resolve
from nodes.demo.train.wish import COLOURS, SHAPES, TERRAINS, TIMES, Thing, Wish, held_out


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_picture(kind: str) -> None:
    def draw(seed: int) -> bytes:
        rng = random.Random(seed)
        return paint(resolve(sample(rng, kind), rng), 96).tobytes()

    assert draw(3) == draw(3)
    assert draw(3) != draw(4)


@pytest.mark.parametrize("shape", SHAPES)
def test_masks_fill_their_box_and_differ(shape: str) -> None:
    drawn = np.asarray(mask(shape, 100, 50, 50, 40)) > 127
    rows, columns = np.nonzero(drawn)
    assert 60 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 84
    others = [np.asarray(mask(name, 100, 50, 50, 40)) > 127 for name in SHAPES if name != shape]
    overlaps = [(drawn & other).sum() / (drawn | other).sum() for other in others]
    assert max(overlaps) < 0.92


def test_background_colour_reaches_the_corner() -> None:
    for colour, levels in COLOURS.items():
        wish = Wish((Thing("circle", "red" if colour != "red" else "blue"),), background=colour)
        corner = paint(resolve(wish, random.Random(1)), 96).getpixel((0, 0))
        assert isinstance(corner, tuple)
        assert max(abs(a - b) for a, b in zip(corner, levels, strict=True)) <= 4


def test_landscapes_differ_by_terrain_and_time() -> None:
    seen = set()
    for terrain in TERRAINS:
        for time in TIMES:
            scene = resolve(Wish(terrain=terrain, time=time), random.Random(2))
            seen.add(paint(scene, 96).tobytes())
    assert len(seen) == len(TERRAINS) * len(TIMES)


def test_training_never_draws_what_is_held_out() -> None:
    rng = random.Random(5)
    assert not any(held_out(sample(rng)) for _ in range(2000))
    every = [Wish((Thing(shape, colour),)) for shape in SHAPES for colour in COLOURS]
    assert 0.02 < sum(map(held_out, every)) / len(every) < 0.2
