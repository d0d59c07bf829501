"""What is worked out once of a text gives the bits of working it out each time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from unittest import mock
from weakref import ref

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from nodes.conditioning import Entry
from nodes.demo import MODEL_DIR
from nodes.structure import cloned
from nodes.textmemory import TextProjection, remembering, told


def demo() -> Any:
    unet = UNet2DConditionModel.from_pretrained(
        MODEL_DIR / "unet", local_files_only=True, torch_dtype=torch.float32
    )
    return unet.eval()


@pytest.fixture(autouse=True)
def _no_grad() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(scope="module")
def plain() -> Any:
    return demo()


@pytest.fixture
def unet() -> Any:
    return remembering(demo())


def text(seed: int) -> Tensor:
    return torch.randn(1, 77, 128, generator=torch.Generator().manual_seed(seed))


def projection(model: Any) -> TextProjection:
    return next(layer for layer in model.modules() if isinstance(layer, TextProjection))


def seen(model: Any, states: Tensor) -> Tensor:
    latent = torch.randn(len(states), 8, 12, 12, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        sample: Tensor = model(latent, 500, encoder_hidden_states=states, return_dict=False)[0]
    return sample


def test_steps_with_the_same_texts_project_them_once_and_to_the_same_bits(
    unet: Any, plain: Any
) -> None:
    entries = [Entry(text(1)), Entry(text(2))]
    layers = [layer for layer in unet.modules() if isinstance(layer, TextProjection)]
    assert len(layers) == 14
    with mock.patch.object(nn.Linear, "forward", autospec=True, side_effect=nn.Linear.forward) as f:
        states = [told(unet, entries, 1, "cpu", torch.float32) for _ in range(3)]
        out = [seen(unet, each) for each in states]
        asked = [call.args[0] for call in f.call_args_list]
    assert [asked.count(layer) for layer in layers] == [1] * 14
    whole = torch.cat([text(1), text(2)])
    assert all(torch.equal(each, whole) for each in states)
    assert all(torch.equal(each, seen(plain, whole)) for each in out)


def test_texts_in_turn_and_texts_changed_in_place_are_never_mistaken(unet: Any, plain: Any) -> None:
    texts = [text(seed) for seed in range(4)]
    for turn in (0, 1, 0, 1, 2, 3, 2, 0, 0):
        states = told(unet, [Entry(texts[turn])], 1, "cpu", torch.float32)
        assert torch.equal(seen(unet, states), seen(plain, texts[turn]))
    texts[0].mul_(2)
    states = told(unet, [Entry(texts[0])], 1, "cpu", torch.float32)
    assert torch.equal(seen(unet, states), seen(plain, texts[0]))
    states.neg_()
    assert torch.equal(seen(unet, states), seen(plain, states))


def test_a_batch_is_told_its_own_texts(unet: Any) -> None:
    entries = [Entry(text(1)), Entry(text(2))]
    one = told(unet, entries, 1, "cpu", torch.float32)
    three = told(unet, entries, 3, "cpu", torch.float32)
    assert torch.equal(three, one.repeat_interleave(3, dim=0))
    assert told(unet, entries, 3, "cpu", torch.float16).dtype == torch.float16


def test_a_clone_with_a_weight_of_its_own_has_answers_of_its_own(unet: Any, plain: Any) -> None:
    variant, other = cloned(unet), deepcopy(plain)
    name = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
    changed = nn.Parameter(plain.get_submodule(name).weight * 1.5, requires_grad=False)
    variant.get_submodule(name).weight = changed
    other.get_submodule(name).weight = changed
    states = text(1)
    for _ in range(2):
        assert torch.equal(seen(unet, states), seen(plain, states))
        assert torch.equal(seen(variant, states), seen(other, states))
    assert not torch.equal(seen(variant, states), seen(unet, states))


def test_a_weight_changed_in_place_is_seen(unet: Any, plain: Any) -> None:
    states = text(1)
    before = seen(unet, states)
    layer = projection(unet)
    layer.weight.mul_(2)
    assert not torch.equal(seen(unet, states), before)


def test_nothing_is_held_once_the_text_is_gone(unet: Any) -> None:
    entry = Entry(text(1))
    states = told(unet, [entry], 1, "cpu", torch.float32)
    seen(unet, states)
    layer = projection(unet)
    key = layer.answers.find((states, layer.weight))
    assert key is not None
    held = [ref(states), ref(key)]
    del states, key, entry
    gc.collect()
    assert [each() for each in held] == [None, None]


def test_a_model_gone_is_freed_without_the_garbage_collector() -> None:
    model = remembering(demo())
    states = text(1)
    seen(model, states)
    weight = ref(projection(model).weight)
    gc.disable()
    try:
        model = None
        assert weight() is None
    finally:
        gc.enable()


def test_training_is_left_alone(unet: Any) -> None:
    layer = projection(unet)
    states = text(1)
    layer(states)
    with torch.enable_grad():
        assert layer(states).requires_grad
