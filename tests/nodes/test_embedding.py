"""Textual inversion: the bits of diffusers' load_textual_inversion; the encoder as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine import Context, Files, NodeError
from nodes.embedding import Embedding, textual_inversion
from nodes.models import load_model
from nodes.recipes import TextEncoder
from nodes.text import text_encode

TinyModel = Callable[[str], Path]
WIDTH = 16


@pytest.fixture
def at(ctx: Context, models_root: Path, tmp_path: Path, tiny_model: TinyModel) -> Context:
    tiny_model("sd15")
    return replace(ctx, files=Files({"models": [models_root, tmp_path]}))


@pytest.fixture
def encoder(at: Context) -> TextEncoder:
    return load_model(at, "sd15").text_encoder


def save(tmp_path: Path, name: str = "style", **tensors: Tensor) -> Tensor:
    """Saves an embedding; without tensors, three vectors as A1111 writes them."""
    vectors = torch.randn((3, WIDTH), generator=torch.Generator().manual_seed(2))
    (tmp_path / "embeddings").mkdir(exist_ok=True)
    save_file(tensors or {"emb_params": vectors}, tmp_path / "embeddings" / f"{name}.safetensors")
    return vectors


def embedded(ctx: Context, encoder: TextEncoder, text: str, **more: Any) -> Tensor:
    return text_encode(ctx, encoder, text, **more).rows[0].entries[0].embedding


def oracle(folder: Path, text: str, vectors: Tensor, token: str) -> Tensor:
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipe.load_textual_inversion({token: vectors}, token=token)
    with torch.no_grad():
        return pipe.encode_prompt(text, "cpu", 1, False)[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize("count", [1, 3])
def test_words_have_the_bits_of_diffusers(
    at: Context, encoder: TextEncoder, tiny_model: TinyModel, tmp_path: Path, count: int
) -> None:
    vectors = save(tmp_path)[:count].contiguous()
    save(tmp_path, "word", **{"<cat-toy>": vectors})
    taught = textual_inversion(at, encoder, [Embedding("word.safetensors", "<cat-toy>")])
    text = "a photo of a <cat-toy> , red"
    found = embedded(at, taught, text)
    assert torch.equal(found, oracle(tiny_model("sd15"), text, vectors, "<cat-toy>"))
    assert not torch.equal(found, embedded(at, encoder, text))


def test_the_encoder_stays_as_it_was(at: Context, encoder: TextEncoder, tmp_path: Path) -> None:
    save(tmp_path)
    before = embedded(at, encoder, "a style cat")
    taught = textual_inversion(at, encoder, [Embedding("style.safetensors")])
    assert taught.weight_set() == encoder.weight_set()
    assert taught.digest() != encoder.digest()
    assert not torch.equal(embedded(at, taught, "a style cat"), before)
    assert torch.equal(embedded(at, encoder, "a style cat"), before)
    assert torch.equal(embedded(at, taught, "a red cat"), embedded(at, encoder, "a red cat"))


def test_a_token_is_a_word_and_no_part_of_one(
    at: Context, encoder: TextEncoder, tmp_path: Path
) -> None:
    save(tmp_path)
    taught = textual_inversion(at, encoder, [Embedding("style.safetensors")])
    for text in ("lifestyle", "styled", "a style_less cat"):
        assert torch.equal(embedded(at, taught, text), embedded(at, encoder, text))
    assert torch.equal(embedded(at, taught, "a STYLE"), embedded(at, taught, "a style"))


def test_words_may_be_weighted_and_long(at: Context, encoder: TextEncoder, tmp_path: Path) -> None:
    save(tmp_path)
    taught = textual_inversion(at, encoder, [Embedding("style.safetensors")])
    plain, strong = (embedded(at, taught, text) for text in ("a style", "a (style:1.4)"))
    assert plain.shape == strong.shape
    assert not torch.equal(plain, strong)
    assert embedded(at, taught, "style " * 40).shape == (1, 154, WIDTH)


def test_two_files_and_chained_nodes(at: Context, encoder: TextEncoder, tmp_path: Path) -> None:
    save(tmp_path)
    save(tmp_path, "other", emb_params=torch.ones(2, WIDTH))
    one, two = Embedding("style.safetensors"), Embedding("other.safetensors", "thing")
    both = textual_inversion(at, encoder, [one, two])
    assert textual_inversion(at, textual_inversion(at, encoder, [one]), [two]) == both
    assert embedded(at, both, "a style thing").shape == (1, 77, WIDTH)
    with pytest.raises(NodeError, match="name of two embeddings"):
        textual_inversion(at, both, [one])


def test_sdxl_has_vectors_for_each_encoder(
    ctx: Context, tmp_path: Path, models_root: Path, tiny_model: TinyModel
) -> None:
    tiny_model("sdxl")
    at = replace(ctx, files=Files({"models": [models_root, tmp_path]}))
    encoder = load_model(at, "sdxl").text_encoder
    vectors = save(tmp_path)
    save(tmp_path, "xl", clip_l=vectors, clip_g=vectors + 1)
    taught = textual_inversion(at, encoder, [Embedding("xl.safetensors")])
    pipe = diffusers.StableDiffusionXLPipeline.from_pretrained(
        tiny_model("sdxl"), local_files_only=True
    )
    pipe.load_textual_inversion(
        {"xl": vectors}, token="xl", text_encoder=pipe.text_encoder, tokenizer=pipe.tokenizer
    )
    pipe.load_textual_inversion(
        {"xl": vectors + 1},
        token="xl",
        text_encoder=pipe.text_encoder_2,
        tokenizer=pipe.tokenizer_2,
    )
    with torch.no_grad():
        wanted = pipe.encode_prompt("a photo of a xl", device="cpu", num_images_per_prompt=1)
    assert torch.equal(embedded(at, taught, "a photo of a xl"), wanted[0])
    with pytest.raises(NodeError, match=r"this model has two \(clip_l and clip_g\)"):
        textual_inversion(at, encoder, [Embedding("style.safetensors")])


@pytest.mark.parametrize(
    ("tensors", "match"),
    [
        ({"a": torch.ones(2, 20)}, r"\[2, 20\].*reads vectors 16 wide"),
        ({"a": torch.ones(2, 3, 4, 4)}, "a textual inversion embedding is wanted"),
        ({"x.lora_up.weight": torch.ones(2, 3)}, "is a LoRA"),
    ],
)
def test_files_that_do_not_fit(
    at: Context, encoder: TextEncoder, tmp_path: Path, tensors: dict[str, Tensor], match: str
) -> None:
    save(tmp_path, "bad", **tensors)
    with pytest.raises(NodeError, match=match) as caught:
        textual_inversion(at, encoder, [Embedding("bad.safetensors")])
    assert (caught.value.code, caught.value.port) == ("bad_model_file", "embeddings")


@pytest.mark.parametrize("token", ["two words", "(cat)", "a:b"])
def test_tokens_that_are_no_word(
    at: Context, encoder: TextEncoder, tmp_path: Path, token: str
) -> None:
    save(tmp_path)
    with pytest.raises(NodeError, match="is no single word"):
        textual_inversion(at, encoder, [Embedding("style.safetensors", token)])


def test_a_word_that_the_tokenizer_knows(at: Context, encoder: TextEncoder, tmp_path: Path) -> None:
    save(tmp_path)
    taught = textual_inversion(at, encoder, [Embedding("style.safetensors", "<|endoftext|>")])
    with pytest.raises(NodeError, match="knows already") as caught:
        embedded(at, taught, "a")
    assert caught.value.code == "bad_value"


def test_vectors_that_are_not_finite(at: Context, encoder: TextEncoder, tmp_path: Path) -> None:
    save(tmp_path, "nan", a=torch.full((2, WIDTH), float("nan")))
    taught = textual_inversion(at, encoder, [Embedding("nan.safetensors")])
    with pytest.raises(NodeError, match="not finite"):
        embedded(at, taught, "a nan")
