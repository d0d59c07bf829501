"""Prompts encoded: against the encoders themselves, long, skipped, weighted and in pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Context, NodeError
from nodes.conditioning import Conditioning, Entry
from nodes.models import load_model
from nodes.recipes import TextEncoder
from nodes.text import text_encode

TinyModel = Callable[[str], Path]


@pytest.fixture
def encoder(ctx: Context, tiny_model: TinyModel) -> TextEncoder:
    tiny_model("sd15")
    return load_model(ctx, "sd15").text_encoder


@pytest.fixture
def encoder_xl(ctx: Context, tiny_model: TinyModel) -> TextEncoder:
    tiny_model("sdxl")
    return load_model(ctx, "sdxl").text_encoder


def only(conditioning: Conditioning) -> Entry:
    return conditioning.rows[0].entries[0]


def states(ctx: Context, encoder: TextEncoder, index: int, text: str) -> Any:
    """What transformers gives for a text that fits one chunk."""
    with ctx.pool.use(encoder) as model:
        words = model.tokenizers[index]
        ids = words(text, padding="max_length", max_length=77, return_tensors="pt").input_ids
        return model.encoders[index](ids, output_hidden_states=True)


def test_one_row_of_one_chunk(ctx: Context, encoder: TextEncoder) -> None:
    conditioning = text_encode(ctx, encoder, "a red cat")
    entry = only(conditioning)
    assert conditioning.labels == ("cond",)
    assert entry.embedding.shape == (1, 77, 16)
    assert entry.pooled is None
    assert torch.equal(entry.embedding, states(ctx, encoder, 0, "a red cat")[0])


def test_skipped_layers_are_normed_as_the_last_is(ctx: Context, encoder: TextEncoder) -> None:
    output = states(ctx, encoder, 0, "a red cat")
    with ctx.pool.use(encoder) as model:
        expected = model.encoders[0].final_layer_norm(output.hidden_states[-2])
    assert torch.equal(
        only(text_encode(ctx, encoder, "a red cat", skip_layers=1)).embedding, expected
    )


def test_more_layers_than_there_are(ctx: Context, encoder: TextEncoder) -> None:
    text_encode(ctx, encoder, "a", skip_layers=3)
    with pytest.raises(NodeError, match="at most 3 can be skipped") as caught:
        text_encode(ctx, encoder, "a", skip_layers=4)
    assert (caught.value.code, caught.value.port) == ("out_of_range", "skip_layers")


def test_a_long_text_is_encoded_chunk_by_chunk(ctx: Context, encoder: TextEncoder) -> None:
    entry = only(text_encode(ctx, encoder, "red " * 75 + "blue cat"))
    assert entry.embedding.shape == (1, 154, 16)
    assert torch.equal(entry.embedding[:, 77:], states(ctx, encoder, 0, "blue cat")[0])


def test_the_row_carries_the_empty_chunk(ctx: Context, encoder: TextEncoder) -> None:
    empty = only(text_encode(ctx, encoder, ""))
    entry = only(text_encode(ctx, encoder, "red"))
    assert entry.padding is not None
    assert torch.equal(entry.padding, empty.embedding)
    assert not torch.equal(entry.embedding, empty.embedding)


@pytest.mark.parametrize("weighting", ["a1111", "comfy"])
def test_a_weight_changes_the_embedding(ctx: Context, encoder: TextEncoder, weighting: Any) -> None:
    plain = only(text_encode(ctx, encoder, "a red cat", weighting=weighting))
    heavy = only(text_encode(ctx, encoder, "a (red:1.5) cat", weighting=weighting))
    assert not torch.equal(plain.embedding, heavy.embedding)
    same = only(text_encode(ctx, encoder, "a (red:1) cat", weighting=weighting))
    assert torch.equal(plain.embedding, same.embedding)


def test_sdxl_reads_both_encoders(ctx: Context, encoder_xl: TextEncoder) -> None:
    entry = only(text_encode(ctx, encoder_xl, "a red cat"))
    first, second = (states(ctx, encoder_xl, index, "a red cat") for index in (0, 1))
    expected = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
    assert torch.equal(entry.embedding, expected)
    assert entry.pooled is not None
    assert torch.equal(entry.pooled, second[0])


def test_sdxl_takes_a_text_for_the_second_encoder(ctx: Context, encoder_xl: TextEncoder) -> None:
    entry = only(text_encode(ctx, encoder_xl, "a red cat", "blue dog"))
    other = states(ctx, encoder_xl, 1, "blue dog")
    assert torch.equal(entry.embedding[..., 16:], other.hidden_states[-2])
    assert entry.pooled is not None
    assert torch.equal(entry.pooled, other[0])
    alike = only(text_encode(ctx, encoder_xl, "a red cat", ""))
    assert torch.equal(alike.embedding, only(text_encode(ctx, encoder_xl, "a red cat")).embedding)


def test_sdxl_texts_of_two_lengths_are_filled_up(ctx: Context, encoder_xl: TextEncoder) -> None:
    entry = only(text_encode(ctx, encoder_xl, "red " * 80, "blue"))
    empty = only(text_encode(ctx, encoder_xl, ""))
    assert entry.embedding.shape == (1, 154, 32)
    assert torch.equal(entry.embedding[:, 77:, 16:], empty.embedding[..., 16:])


def test_sd_ignores_a_second_text(ctx: Context, encoder: TextEncoder) -> None:
    assert torch.equal(
        only(text_encode(ctx, encoder, "red", "blue")).embedding,
        only(text_encode(ctx, encoder, "red")).embedding,
    )


def test_half_precision(ctx: Context, encoder: TextEncoder) -> None:
    half = replace(encoder, dtype="bfloat16")
    assert only(text_encode(ctx, half, "red")).embedding.dtype == torch.bfloat16
