"""Attacks by LoRAs: of another shape, of another rank, for another model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from .book import Attack
from .deeds import deed
from .field import Field
from .modelfiles import DEMO, LORA, UNET, emptied, fails, listed

Json = Any
State = dict[str, np.ndarray[Any, np.dtype[np.float32]]]
SDXL = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q"
FLUX = "transformer.single_transformer_blocks.0.attn.to_q"
DEEP = "unet.down_blocks.9.attentions.7.transformer_blocks.0.attn1.to_q"


@deed("F004", proves=["names the first bad tensor, expected and found shape"])
def wrong_shape(field: Field, attack: Attack) -> None:
    layer, (out, into) = a_layer()
    fits = run_with(field, "fits", pair(f"unet.{layer}", out, into))
    assert fits["status"] == "completed", fits
    wrong = {
        "wide": (pair(f"unet.{layer}", out, into + 1), "lora_A", (4, into), (4, into + 1)),
        "rank": (pair(f"unet.{layer}", out, into, other=2), "lora_B", (out, 4), (out, 2)),
    }
    for name, (state, part, wanted, found) in wrong.items():
        save(field, name, state)
        (problem, *_) = fails(field, attack, f"{name}.safetensors", LORA)["problems"]
        assert f"{layer}.{part}" in problem["message"], problem
        for shape in (wanted, found):
            assert str(list(shape)) in problem["message"], problem
        assert problem["path"] == "lora"
    emptied(field)


@deed("F005", proves=["silent no-op"])
def other_model(field: Field, attack: Attack) -> None:
    _, (out, into) = a_layer()
    for name, layer in (("sdxl", SDXL), ("flux", FLUX), ("deep", DEEP)):
        save(field, name, pair(layer, out, into, kohya=layer is SDXL))
        run = fails(field, attack, f"{name}.safetensors", LORA)
        assert run["problems"][0]["fix"], run
    emptied(field)


def a_layer() -> tuple[str, tuple[int, int]]:
    """A linear layer of the demo model's UNet, and its shape."""
    end = "attn1.to_q.weight"
    found = {name: tensor.shape for name, tensor in load_file(DEMO / UNET).items()}
    name = min(name for name in found if name.endswith(end))
    out, into = found[name]
    return name.removesuffix(".weight"), (out, into)


def pair(layer: str, out: int, into: int, *, other: int = 4, kohya: bool = False) -> State:
    """A low-rank pair of rank 4; `other`: the rank that the second of them has."""
    first, second = ("lora_down", "lora_up") if kohya else ("lora_A", "lora_B")
    draw = np.random.default_rng(4)
    return {
        f"{layer}.{first}.weight": draw.standard_normal((4, into), np.float32),
        f"{layer}.{second}.weight": draw.standard_normal((out, other), np.float32),
    }


def save(field: Field, name: str, state: Mapping[str, Any]) -> None:
    folder = field.serving.models / "loras"
    folder.mkdir(exist_ok=True)
    save_file(dict(state), folder / f"{name}.safetensors")


def run_with(field: Field, name: str, state: Mapping[str, Any]) -> dict[str, Json]:
    """The base graph with such a LoRA, once it is listed."""
    save(field, name, state)
    listed(field, "loras", f"{name}.safetensors")
    return field.serving.run(LORA.graph(field.base, f"{name}.safetensors"))
