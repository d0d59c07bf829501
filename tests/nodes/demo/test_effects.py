"""The textbook effects of guidance on the embedded model, run by the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import graphs
from engine import Engine, load
from engine.bind import with_params
from engine.graph import Graph
from nodes.demo.train.classify import read_picture
from nodes.solvers import SOLVERS

STEPS, BATCH = 12, 25
PROMPTS = (
    ("a red circle on a white background", "red", "circle", "white"),
    ("a green square on a black background", "green", "square", "black"),
    ("a blue triangle on a yellow background", "blue", "triangle", "yellow"),
    ("a yellow cross on a purple background", "yellow", "cross", "purple"),
    ("a white ring on a blue background", "white", "ring", "blue"),
    ("an orange moon on a black background", "orange", "moon", "black"),
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(device="cpu")


@pytest.fixture(scope="module")
def graph() -> Graph:
    """Text to image with 25 pictures at once, each from a seed of its own."""
    stock = load(Path(graphs.__file__).parent / "txt2img.json")
    return with_params(stock, {"empty": {"batch": BATCH}, "noise": {"per_image": True}})


def pictures(engine: Engine, graph: Graph, **inputs: Any) -> list[Image.Image]:
    result = engine.run(graph, {"steps": STEPS} | inputs, want=["image"]).check()
    found: list[Image.Image] = result.values["image"].to_pil()
    return found


def shows(picture: Image.Image, colour: str) -> bool:
    return any(seen.colour == colour for seen in read_picture(picture).items)


def test_a_negative_keeps_its_colour_out(engine: Engine, graph: Graph) -> None:
    """With the negative "red", at most 10% of 50 circles are red."""
    red = 0
    for seed in (0, BATCH):
        made = pictures(engine, graph, prompt="a circle", negative="red", seed=seed)
        red += sum(shows(picture, "red") for picture in made)
    assert red <= 5


def test_guidance_makes_pictures_follow_the_prompt(engine: Engine, graph: Graph) -> None:
    """Of 60 pictures more are right at scale 5 than at scale 1."""
    small = with_params(graph, {"empty": {"batch": 10}})
    right = {1.0: 0, 5.0: 0}
    for scale in right:
        for prompt, colour, shape, background in PROMPTS:
            for picture in pictures(engine, small, prompt=prompt, guidance=scale, seed=100):
                seen = read_picture(picture)
                things = [(item.colour, item.shape) for item in seen.items]
                right[scale] += seen.background == background and things == [(colour, shape)]
    assert right[5.0] > right[1.0]


@pytest.mark.parametrize("solver", [name for name in SOLVERS if name != "ipndm"])
def test_every_solver_draws_the_prompt(engine: Engine, graph: Graph, solver: str) -> None:
    one = with_params(graph, {"empty": {"batch": 1}, "schedule": {"solver": solver}})
    prompt, colour, shape, background = PROMPTS[0]
    (picture,) = pictures(engine, one, prompt=prompt, seed=8, steps=20)
    seen = read_picture(picture)
    assert [(item.colour, item.shape) for item in seen.items] == [(colour, shape)]
    assert seen.background == background


def test_the_seed_decides_the_picture(engine: Engine, graph: Graph) -> None:
    """The same seed gives the same bits; another one differs in more than 1% of the pixels."""
    import numpy as np

    one = with_params(graph, {"empty": {"batch": 1}})
    first, other = (np.asarray(pictures(engine, one, prompt="a star", seed=s)[0]) for s in (1, 2))
    fresh = np.asarray(pictures(Engine(device="cpu"), one, prompt="a star", seed=1)[0])
    assert np.array_equal(first, fresh)
    apart = np.abs(first.astype(int) - other.astype(int)).max(-1) > 8
    assert apart.mean() > 0.01
