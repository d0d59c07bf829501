"""The ControlNet graph on the embedded model: the drawing decides where the shapes are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import graphs
from engine.files import Files
from engine.packs import find_packs, load_packs
from engine.session import Engine
from nodes.demo.train.captions import write
from nodes.demo.train.classify import NEAR
from nodes.demo.train.guides import Guided, draw_guided, picture

CASES, STEPS = 4, 12
Bits = NDArray[np.bool_]


@pytest.fixture(scope="module")
def cases() -> Guided:
    return draw_guided(CASES, 77_000)


@pytest.fixture(scope="module")
def engine(cases: Guided, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("images")
    for index, bits in enumerate(cases.masks):
        picture(bits).save(folder / f"{index}.png")
    files = Files({"images": [folder]})
    return Engine(registry=load_packs(find_packs()), device="cpu", files=files)


def stock(name: str) -> dict[str, Any]:
    doc: dict[str, Any] = json.loads((Path(graphs.__file__).parent / f"{name}.json").read_text())
    return doc


def overlaps(engine: Engine, cases: Guided, doc: dict[str, Any], **inputs: Any) -> float:
    """The mean of intersection over union, of what was drawn with what was asked for."""
    graph = engine.parse(json.dumps(doc))
    found = []
    for index, (wish, bits) in enumerate(zip(cases.wishes, cases.masks, strict=True)):
        asked = {"image": f"{index}.png", "prompt": write(wish), "seed": index, "steps": STEPS}
        asked |= inputs
        made = engine.run(graph, asked, want=["image"]).check().values["image"]
        drawn = _drawn(made.to_bytes()[0].numpy())
        found.append(float((drawn & bits).sum() / (drawn | bits).sum()))
    return float(np.mean(found))


def _drawn(pixels: NDArray[np.uint8]) -> Bits:
    """Where a picture differs from the median colour of its border."""
    border = [pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:]]
    ground = np.median(np.concatenate([part.reshape(-1, 3) for part in border]), axis=0)
    found: Bits = np.linalg.norm(pixels - ground, axis=-1) > NEAR
    return found


def test_the_silhouette_decides_the_shape(engine: Engine, cases: Guided) -> None:
    followed = overlaps(engine, cases, stock("controlnet"))
    alone = overlaps(engine, cases, stock("controlnet"), strength=0.0)
    assert followed > 0.7
    assert followed > alone + 0.25


def test_two_halves_are_as_one(engine: Engine, cases: Guided) -> None:
    """The same drawing by two nets at half strength each."""
    doc = stock("controlnet-two")
    graph = engine.parse(json.dumps(doc))
    asked = {"prompt": write(cases.wishes[0]), "image": "0.png", "seed": 1, "steps": STEPS}
    two = engine.run(
        graph, asked | {"image_2": "0.png", "strength": 0.5, "strength_2": 0.5}, want=["image"]
    )
    one = engine.run(engine.parse(json.dumps(stock("controlnet"))), asked, want=["image"])
    pixels = [each.check().values["image"].pixels.numpy() for each in (one, two)]
    assert np.abs(pixels[0] - pixels[1]).max() < 0.02
