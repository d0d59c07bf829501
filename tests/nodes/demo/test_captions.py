"""Captions say what the wish says, no more and no less, in every wording."""

import random

import pytest

from nodes.demo.train.captions import read, write
from nodes.demo.train.sample import sample
from nodes.demo.train.wish import COLOURS, EXTRAS, PATTERNS, PLACES, SHAPES, TERRAINS, TIMES, Wish


def test_round_trip() -> None:
    rng = random.Random(8)
    for _ in range(3000):
        wish = sample(rng)
        assert read(write(wish)) == wish
        caption = write(wish, rng)
        assert read(caption) == wish, caption


@pytest.mark.parametrize(
    ("caption", "shape", "colour", "background"),
    [
        ("a red circle on a blue background", "circle", "red", "blue"),
        ("A Grey Star on white", "star", "gray", "white"),
        ("hexagon, cyan background", "hexagon", None, "cyan"),
        ("red", None, "red", None),
    ],
)
def test_reads(caption: str, shape: str, colour: str, background: str) -> None:
    wish = read(caption)
    assert (wish.things[0].shape, wish.things[0].colour) == (shape, colour)
    assert wish.background == background


def test_every_word_of_the_vocabulary_is_used() -> None:
    rng = random.Random(9)
    text = " ".join(write(sample(rng), rng).lower() for _ in range(4000))
    for word in (*COLOURS, *SHAPES, *PATTERNS, *PLACES, *TERRAINS, *TIMES, *EXTRAS):
        assert word in text, word
    for word in (
        "small",
        "big",
        "large",
        "two",
        "three",
        "four",
        "above",
        "next to",
        "watercolour",
    ):
        assert word in text, word


def test_empty_wish_is_the_empty_caption() -> None:
    assert write(Wish()) == ""
    assert read("") == Wish()
