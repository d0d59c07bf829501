"""LoRAs: the bits of diffusers and peft; the base model as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine import Context
from engine.pool import Pool
from nodes.lora import Lora, apply_loras
from nodes.models import Model
from nodes.text import text_encode
from tests.nodes.lora.loras import (
    UNET_LAYERS,
    State,
    bits,
    oracle,
    same,
    save,
)

TinyModel = Callable[[str], Path]


@pytest.mark.parametrize("strength", [1.0, 0.7, -1.5])
def test_one_file_gives_the_bits_of_diffusers(
    at: Context, model: Model, two: State, tiny_model: TinyModel, tmp_path: Path, strength: float
) -> None:
    found = bits(at, model, [Lora("a.safetensors", strength, strength)])
    assert same(found, oracle(tiny_model("sd15"), tmp_path, {"a": strength}))
    assert not any(map(torch.equal, found, bits(at, model, [])))


def test_a_stack_gives_the_bits_of_diffusers(
    at: Context, model: Model, two: State, tiny_model: TinyModel, tmp_path: Path
) -> None:
    stack = [Lora("b.safetensors", 0.5, 0.25), Lora("a.safetensors", 1.25, 2.0)]
    strengths = {
        "b": {"unet": 0.5, "text_encoder": 0.25},
        "a": {"unet": 1.25, "text_encoder": 2.0},
    }
    wanted = oracle(tiny_model("sd15"), tmp_path, strengths)
    assert same(bits(at, model, stack), wanted)


def test_strengths_of_blocks(
    at: Context, model: Model, two: State, tiny_model: TinyModel, tmp_path: Path
) -> None:
    """Of attention alone: diffusers gives resnets the strength 1 where blocks have their own."""
    attention = {name: tensor for name, tensor in two.items() if "resnets" not in name}
    save(attention, tmp_path / "loras" / "a.safetensors")
    lora = Lora("a.safetensors", blocks="down=0.5, mid = 0.25,up=0.75, up.1=1.5")
    blocks = {"down": 0.5, "mid": 0.25, "up": {"block_1": 1.5, "block_2": 0.75, "block_3": 0.75}}
    wanted = oracle(tiny_model("sd15"), tmp_path, {"a": {"unet": blocks, "text_encoder": 1.0}})
    assert same(bits(at, model, [lora]), wanted)


def test_the_base_is_bit_identical_afterwards(at: Context, model: Model, two: State) -> None:
    with at.pool.use(model.unet) as unet:
        kept = {name: weight.clone() for name, weight in unet.state_dict().items()}
    before = bits(at, model, [])
    weak, strong = ([Lora("a.safetensors", s, s)] for s in (0.3, 1.0))
    first = bits(at, model, weak)
    assert not torch.equal(first[0], bits(at, model, strong)[0])
    assert same(bits(at, model, weak), first)
    assert same(bits(at, model, []), before)
    with at.pool.use(model.unet) as unet:
        assert unet.state_dict().keys() == kept.keys()
        assert all(torch.equal(weight, kept[name]) for name, weight in unet.state_dict().items())


def test_variants_share_the_base_tensors(at: Context, model: Model, two: State) -> None:
    adapted = apply_loras(at, model.unet, None, [Lora("a.safetensors")]).unet
    assert adapted.weight_set() == model.unet.weight_set()
    with at.pool.use(model.unet) as base, at.pool.use(adapted) as variant:
        theirs = {weight.data_ptr() for weight in base.parameters()}
        own = [weight for weight in variant.parameters() if weight.data_ptr() not in theirs]
        assert len(own) == 2 * len(UNET_LAYERS)


def test_no_strength_is_the_base_itself(at: Context, model: Model, two: State) -> None:
    adapted = apply_loras(at, model.unet, model.text_encoder, [Lora("a.safetensors", 0, 0)])
    assert adapted.unet.digest() == model.unet.digest()
    assert adapted.text_encoder.digest() == model.text_encoder.digest()
    zeros = [Lora("a.safetensors", 1, 0, blocks="down=0, mid=0, up=0")]
    assert same(bits(at, model, zeros), bits(at, model, []))


def test_chained_nodes_are_one_stack(at: Context, model: Model, two: State) -> None:
    one, other = Lora("a.safetensors", 0.5), Lora("b.safetensors")
    stack = apply_loras(at, model.unet, model.text_encoder, [one, other])
    first = apply_loras(at, model.unet, model.text_encoder, [one])
    assert apply_loras(at, first.unet, first.text_encoder, [other]) == stack
    turned = apply_loras(at, model.unet, model.text_encoder, [other, one])
    assert turned.unet.digest() != stack.unet.digest()


def test_the_text_strength_changes_no_unet(at: Context, model: Model, two: State) -> None:
    one, other = ([Lora("a.safetensors", 1.0, s)] for s in (0.5, 1.0))
    first, second = (apply_loras(at, model.unet, model.text_encoder, each) for each in (one, other))
    assert first.unet == second.unet
    assert first.text_encoder.digest() != second.text_encoder.digest()


def test_a_variant_keeps_nothing_that_the_base_has_said(
    at: Context, model: Model, two: State
) -> None:
    """An empty text is encoded once for each text encoder, and never for another one's weights."""
    stack = [Lora("a.safetensors", 1.0, 1.0)]
    texts = apply_loras(at, model.unet, model.text_encoder, stack).text_encoder
    of_base = text_encode(at, model.text_encoder, "").rows[0].entries[0]
    found = text_encode(at, texts, "a cat").rows[0].entries[0]
    alone = replace(at, pool=Pool("cpu"))
    wanted = text_encode(alone, texts, "").rows[0].entries[0]
    assert found.padding is not None
    assert torch.equal(found.padding, wanted.embedding)
    assert not torch.equal(found.padding, of_base.embedding)
