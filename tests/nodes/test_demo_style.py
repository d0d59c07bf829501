"""The demo model's own LoRA in the stock graph: a style to be seen, and taken away exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphs
from engine.packs import find_packs, load_packs
from engine.session import Engine
from nodes.demo.train.blueprint import PAPER

PROMPTS = ("a star, blueprint", "a green ring, blueprint", "a moon, blueprint")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(registry=load_packs(find_packs()), device="cpu")


def picture(engine: Engine, name: str, **asked: Any) -> Any:
    text = (Path(graphs.__file__).parent / f"{name}.json").read_text(encoding="utf-8")
    result = engine.run(engine.parse(text), {"steps": 10, **asked}, want=["image"]).check()
    return np.asarray(result.values["image"].pixels)[0]


def styled(engine: Engine, prompt: str, strength: float) -> Any:
    stack = [{"file": "demo/blueprint", "unet": strength, "text": strength}]
    return picture(engine, "lora-stack", prompt=prompt, loras=stack)


def from_paper(found: Any) -> float:
    """How far the background's colour is from the style's paper, 0 to 1."""
    edge = np.concatenate([found[:6].reshape(-1, 3), found[-6:].reshape(-1, 3)])
    return float(np.abs(np.median(edge, axis=0) - np.array(PAPER) / 255).mean())


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_style_is_seen_at_full_strength(engine: Engine, prompt: str) -> None:
    plain, half, full = (styled(engine, prompt, strength) for strength in (0.0, 0.5, 1.0))
    assert from_paper(full) < 0.12
    assert from_paper(full) < from_paper(half) or from_paper(half) < 0.12
    assert from_paper(full) < 0.6 * from_paper(plain)


def test_at_no_strength_it_is_the_model_itself(engine: Engine) -> None:
    prompt = PROMPTS[0]
    plain = picture(engine, "txt2img", prompt=prompt)
    assert np.array_equal(styled(engine, prompt, 0.0), plain)
    assert not np.array_equal(styled(engine, prompt, 1.0), plain)
    assert np.array_equal(picture(engine, "txt2img", prompt=prompt, seed=8), plain)


def test_the_stock_graph_has_it_at_full_strength(engine: Engine) -> None:
    raw = json.loads((Path(graphs.__file__).parent / "lora-stack.json").read_text())
    prompt = raw["nodes"]["positive"]["params"]["text"]
    assert np.array_equal(picture(engine, "lora-stack"), styled(engine, prompt, 1.0))
