"""Tiny random models in the diffusers layout, and a context to run nodes in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Context, Files
from engine.pool import Pool

WORDS = "a red green blue circle square on the photo of cat dog , ( ) word"
SPECIALS = ("<|startoftext|>", "<|endoftext|>")
TEXT = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_attention_heads": 2,
    "num_hidden_layers": 3,
    "max_position_embeddings": 77,
}
UNET = {
    "sample_size": 8,
    "layers_per_block": 1,
    "norm_num_groups": 4,
    "attention_head_dim": 4,
}
VAE_WIDTHS = (8, 8, 8, 8)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Results change in the last bits with the number of threads."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def models_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which models are found by name; `tiny_model` fills it."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def tiny_model(models_root: Path) -> Callable[[str], Path]:
    """A model folder by name, built at its first use: `sd15`, `sd15-2`, `sd15-lcm`, `sdxl`.

    `sd15` and `sdxl` have an autoencoder of factor 8, `sd15-2` one of factor 2; `sd15-lcm` has
    an embedded guidance scale.
    """

    @cache
    def built(name: str) -> Path:
        torch.manual_seed(sum(name.encode()))
        folder = models_root / name
        (_pipeline_xl() if name == "sdxl" else _pipeline(name)).save_pretrained(folder)
        return folder

    return built


@pytest.fixture(scope="session")
def pool() -> Pool:
    """Built models, shared by all tests."""
    return Pool("cpu")


@pytest.fixture
def ctx(models_root: Path, pool: Pool, tmp_path: Path) -> Context:
    """What a node is handed: the tiny models by name, and `images` in the test's folder."""
    files = Files({"models": [models_root], "images": [tmp_path]}, tmp_path / "uploads")
    return Context(pool=pool, files=files)


def tokenizer(pad: str = SPECIALS[1]) -> Any:
    """CLIP's tokenizer with single bytes and a few whole words."""
    from tokenizers import pre_tokenizers
    from transformers import CLIPTokenizer

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = dict.fromkeys([*letters, *(letter + "</w>" for letter in letters)])
    merges = []
    for word in WORDS.split():
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            joined = parts[0] + parts[1]
            if joined not in vocabulary:
                merges.append((parts[0], parts[1]))
                vocabulary[joined] = None
            parts = [joined, *parts[2:]]
    tokens = [*vocabulary, *SPECIALS]
    return CLIPTokenizer(
        vocab={token: index for index, token in enumerate(tokens)},
        merges=merges,
        pad_token=pad,
        model_max_length=77,
    )


def _text_encoder(size: int, projection: int = 0) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    extra = {"projection_dim": projection} if projection else {}
    ids = {"bos_token_id": size - 2, "eos_token_id": size - 1, "pad_token_id": size - 1}
    config = CLIPTextConfig(vocab_size=size, **TEXT, **ids, **extra)
    return (CLIPTextModelWithProjection if projection else CLIPTextModel)(config).eval()


def _vae(widths: tuple[int, ...], scaling: float) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=widths,
        down_block_types=("DownEncoderBlock2D",) * len(widths),
        up_block_types=("UpDecoderBlock2D",) * len(widths),
        norm_num_groups=4,
        sample_size=64,
        scaling_factor=scaling,
    ).eval()


def _scheduler() -> Any:
    from diffusers import PNDMScheduler

    return PNDMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        skip_prk_steps=True,
        steps_offset=1,
        set_alpha_to_one=False,
    )


def _pipeline(name: str) -> Any:
    from diffusers import StableDiffusionPipeline, UNet2DConditionModel

    unet = UNet2DConditionModel(
        block_out_channels=(8, 16, 16, 16),
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        cross_attention_dim=16,
        time_cond_proj_dim=32 if name == "sd15-lcm" else None,
        **UNET,
    )
    words = tokenizer()
    return StableDiffusionPipeline(
        vae=_vae(VAE_WIDTHS[:2] if name == "sd15-2" else VAE_WIDTHS, 0.18215),
        text_encoder=_text_encoder(len(words)),
        tokenizer=words,
        unet=unet.eval(),
        scheduler=_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _pipeline_xl() -> Any:
    from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel

    unet = UNet2DConditionModel(
        block_out_channels=(8, 16, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32,
        transformer_layers_per_block=(1, 1, 2),
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 12,
        use_linear_projection=True,
        **UNET,
    )
    words, other_words = tokenizer(), tokenizer(pad="!")
    return StableDiffusionXLPipeline(
        vae=_vae(VAE_WIDTHS, 0.13025),
        text_encoder=_text_encoder(len(words)),
        text_encoder_2=_text_encoder(len(words), projection=12),
        tokenizer=words,
        tokenizer_2=other_words,
        unet=unet.eval(),
        scheduler=_scheduler(),
        add_watermarker=False,
    )
