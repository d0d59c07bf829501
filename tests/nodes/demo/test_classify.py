"""The pixel classifier reads true drawings, and is not fooled by other ones."""

import random

import numpy as np
from PIL import Image

from nodes.demo.train.blueprint import draw_blueprints, is_blueprint
from nodes.demo.train.classify import read_picture
from nodes.demo.train.draw import paint
from nodes.demo.train.judge import judge
from nodes.demo.train.pictures import draw_many
from nodes.demo.train.sample import sample
from nodes.demo.train.scene import resolve
from nodes.demo.train.wish import Thing, Wish


def _picture(wish: Wish, seed: int = 0) -> Image.Image:
    return paint(resolve(wish, random.Random(seed)), 96)


def test_reads_true_drawings() -> None:
    rng = random.Random(11)
    right = []
    for kind in ("single", "placed", "pair", "count"):
        for _ in range(100):
            wish = sample(rng, kind)
            if not wish.watercolour:
                right.append(all(judge(wish, read_picture(_picture(wish))).values()))
    assert sum(right) / len(right) >= 0.97


def test_another_picture_is_wrong() -> None:
    shown = _picture(Wish((Thing("star", "red"),), background="blue"))
    asked = Wish((Thing("heart", "green"),), count=2, background="white")
    assert not any(judge(asked, read_picture(shown)).values())


def test_relation_knows_which_side() -> None:
    things = (Thing("star", "red"), Thing("ring", "blue"))
    shown = read_picture(_picture(Wish(things, relation="above", background="white")))
    assert judge(Wish(things, relation="above"), shown)["relation"]
    assert judge(Wish(things[::-1], relation="below"), shown)["relation"]
    assert not judge(Wish(things, relation="below"), shown)["relation"]
    assert not judge(Wish(things, relation="left of"), shown)["relation"]


def test_noise_and_flats_show_nothing() -> None:
    flat = Image.new("RGB", (96, 96), (40, 90, 210))
    assert read_picture(flat).items == ()
    noise = np.random.default_rng(0).integers(0, 255, (96, 96, 3), np.uint8)
    asked = Wish((Thing("star", "red"),), background="blue")
    assert not all(judge(asked, read_picture(Image.fromarray(noise))).values())


def test_tells_blueprints_from_ordinary_drawings() -> None:
    def share(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
        return float(np.mean([is_blueprint(Image.fromarray(each)) for each in pixels]))

    assert share(draw_blueprints(60, 5)[1]) == 1.0
    assert share(draw_many(200, 6)[1]) < 0.03
