"""Prompt syntax read into weights and chunks, and weights applied to embeddings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.promptweights import Chunk, apply, chunks, pieces


def rounded(text: str, weighting: Any = "a1111") -> list[tuple[str, float]]:
    return [(part, round(weight, 4)) for part, weight in pieces(text, weighting)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("", 1.0)]),
        ("a red cat", [("a red cat", 1.0)]),
        ("a (red) cat", [("a ", 1.0), ("red", 1.1), (" cat", 1.0)]),
        ("((red))", [("red", 1.21)]),
        ("(red:1.5) cat", [("red", 1.5), (" cat", 1.0)]),
        ("(a (b:2) c:0.5)", [("a ", 0.5), ("b", 1.0), (" c", 0.5)]),
        ("[red] cat", [("red", round(1 / 1.1, 4)), (" cat", 1.0)]),
        (r"\(red\) cat", [("(red) cat", 1.0)]),
        ("12:30) (", [("12:30) ", 1.0)]),
        ("a (red, blue", [("a ", 1.0), ("red, blue", 1.1)]),
        ("ratio 3:4", [("ratio 3:4", 1.0)]),
        ("(x:-.5)", [("x", -0.5)]),
    ],
)
def test_a1111_syntax(text: str, expected: list[tuple[str, float]]) -> None:
    found = [pair for pair in rounded(text) if pair[0]] or [("", 1.0)]
    assert found == expected


def test_comfy_has_no_square_brackets_and_none_has_no_syntax() -> None:
    assert rounded("[red] (cat:2)", "comfy") == [("[red] ", 1.0), ("cat", 2.0)]
    assert rounded("[red] (cat:2)", "none") == [("[red] (cat:2)", 1.0)]


def test_weights_stay_finite_however_deep_the_brackets() -> None:
    assert rounded("(" * 5000 + "x") == [("x", 100.0)]


@settings(deadline=None)
@given(st.text(alphabet="ab ()[]:1.5\\,-", max_size=40))
def test_any_text_is_read(text: str) -> None:
    found = pieces(text, "a1111")
    assert all(abs(weight) <= 100 for _, weight in found)
    letters = "".join(part for part, _ in found)
    assert letters.count("a") == text.count("a")


@pytest.fixture
def words(tiny_model: Callable[[str], Path]) -> Any:
    from transformers import CLIPTokenizer

    return CLIPTokenizer.from_pretrained(tiny_model("sd15") / "tokenizer", local_files_only=True)


def test_a_short_text_has_the_tokenizers_own_ids(words: Any) -> None:
    for text in ("", "a photo of a red circle, (dog)", "x\0 é 👍 \n"):
        own = words(text, padding="max_length", max_length=77, truncation=True).input_ids
        assert [chunk.ids for chunk in chunks(words, text, "none")] == [tuple(own)]


def test_weights_fall_on_their_tokens(words: Any) -> None:
    (chunk,) = chunks(words, "a (red:1.5) cat", "a1111")
    assert chunk.weights[:5] == (1.0, 1.0, 1.5, 1.0, 1.0)
    assert len(chunk.ids) == len(chunk.weights) == 77


def test_no_token_of_a_long_text_is_lost(words: Any) -> None:
    text = "red " * 70 + "elephant " * 10
    found = chunks(words, text, "a1111")
    assert len(found) > 1
    assert {len(chunk.ids) for chunk in found} == {77}
    special = {words.bos_token_id, words.eos_token_id}
    kept = [token for chunk in found for token in chunk.ids if token not in special]
    assert kept == words(text, add_special_tokens=False, verbose=False).input_ids


def test_a_word_is_not_cut_between_chunks(words: Any) -> None:
    first, second = chunks(words, "red " * 70 + "elephant", "a1111")
    assert words.decode(first.ids, skip_special_tokens=True).split() == ["red"] * 70
    assert words.decode(second.ids, skip_special_tokens=True) == "elephant"


def test_a_word_longer_than_a_chunk_is_cut(words: Any) -> None:
    assert [len(chunk.ids) for chunk in chunks(words, "x" * 100, "a1111")] == [77, 77]


def test_weight_one_touches_nothing() -> None:
    embedding, empty = torch.randn(1, 3, 2), torch.randn(1, 3, 2)
    plain = Chunk((1, 2, 3), (1.0, 1.0, 1.0))
    assert apply(embedding, empty, plain, "a1111") is embedding


def test_a1111_multiplies_and_restores_the_mean() -> None:
    embedding = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    moved = apply(embedding, embedding, Chunk((1, 2), (1.0, 2.0)), "a1111")
    assert torch.allclose(moved.mean(), embedding.mean())
    ratio = moved / embedding
    assert torch.allclose(ratio[0, 1] / ratio[0, 0], torch.tensor([2.0, 2.0]))


def test_comfy_moves_away_from_the_empty_prompt() -> None:
    embedding, empty = torch.tensor([[[3.0], [5.0]]]), torch.tensor([[[1.0], [1.0]]])
    moved = apply(embedding, empty, Chunk((1, 2), (1.0, 2.0)), "comfy")
    assert moved.tolist() == [[[3.0], [9.0]]]
