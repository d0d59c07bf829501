"""Guides lie where the picture's things are, and their captions leave the shape open."""

import numpy as np

from nodes.demo.train.blueprint import PAPER, draw_blueprints, with_word
from nodes.demo.train.captions import write
from nodes.demo.train.guides import draw_guided, edges, picture
from nodes.demo.train.pictures import SIZE
from nodes.demo.train.wish import PLACES, SHAPES, held_out


def test_silhouettes_cover_the_things_and_nothing_else() -> None:
    drawn = draw_guided(40, 7)
    for pixels, inside in zip(drawn.pixels.astype(int), drawn.masks, strict=True):
        away = np.abs(pixels - pixels[0, 0]).max(-1) > 20
        assert (away & inside).sum() / (away | inside).sum() > 0.85
    again = draw_guided(40, 7)
    assert np.array_equal(again.pixels, drawn.pixels)
    assert np.array_equal(again.masks, drawn.masks)


def test_captions_say_neither_shape_nor_place() -> None:
    wishes = draw_guided(200, 8).wishes
    text = " ".join(write(wish).replace("next to", "") for wish in wishes)
    assert not any(shape in text for shape in SHAPES)
    assert not any(f" the {place}" in text for place in PLACES if place not in ("left", "right"))
    assert "on the left" not in text
    assert not any(held_out(wish) for wish in wishes)


def test_edges_are_thin_and_follow_the_rim() -> None:
    whole = np.zeros((2, SIZE, SIZE), bool)
    whole[0, 20:60, 30:70] = True
    found = edges(whole)
    assert not found[1].any()
    assert found[0, 20, 50]
    assert not found[0, 40, 50]
    assert not found[0, 10, 50]
    thickness = int(found[0, :40, 50].sum())
    assert thickness == 3
    assert picture(found[0]).getpixel((50, 20)) == (255, 255, 255)


def test_blueprints_lie_on_blue_paper_and_have_their_word() -> None:
    wishes, pixels = draw_blueprints(20, 3)
    assert all(tuple(int(v) for v in page[0, 0]) == PAPER for page in pixels)
    bright = (pixels.min(-1) > 180).mean((1, 2))
    assert (bright > 0.005).all()
    captions = with_word([write(wish) for wish in wishes], 4)
    assert all("blueprint" in caption for caption in captions)
