"""Configs made from shapes: the published models, in their true sizes, without their weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import diffusers
import pytest
import torch
import transformers

from nodes.modelconfigs import clip_config, open_clip_config, unet_config, vae_config
from tests.nodes import ldm

CROSS, PLAIN = "CrossAttnDownBlock2D", "DownBlock2D"
LARGE = {"addition_embed_type": "text_time", "addition_time_embed_dim": 256}
UNETS: dict[str, tuple[dict[str, Any], int]] = {
    "sd1": (
        {
            "block_out_channels": (320, 640, 1280, 1280),
            "down_block_types": (CROSS, CROSS, CROSS, PLAIN),
            "attention_head_dim": 8,
            "cross_attention_dim": 768,
        },
        859_520_964,
    ),
    "sd2": (
        {
            "block_out_channels": (320, 640, 1280, 1280),
            "down_block_types": (CROSS, CROSS, CROSS, PLAIN),
            "attention_head_dim": (5, 10, 20, 20),
            "cross_attention_dim": 1024,
            "use_linear_projection": True,
        },
        865_910_724,
    ),
    "sdxl": (
        {
            "block_out_channels": (320, 640, 1280),
            "down_block_types": (PLAIN, CROSS, CROSS),
            "transformer_layers_per_block": (1, 2, 10),
            "attention_head_dim": (5, 10, 20),
            "cross_attention_dim": 2048,
            "projection_class_embeddings_input_dim": 2816,
            "use_linear_projection": True,
            **LARGE,
        },
        2_567_463_684,
    ),
    "sdxl_refiner": (
        {
            "block_out_channels": (384, 768, 1536, 1536),
            "down_block_types": (PLAIN, CROSS, CROSS, PLAIN),
            "transformer_layers_per_block": 4,
            "attention_head_dim": (6, 12, 24, 24),
            "cross_attention_dim": 1280,
            "projection_class_embeddings_input_dim": 2560,
            "use_linear_projection": True,
            **LARGE,
        },
        0,
    ),
}
TEXTS = {  # hidden size, layers, heads, activation, parameters
    "CLIP-L": (768, 12, 12, "quick_gelu", 123_060_480),
    "OpenCLIP-bigG": (1280, 32, 20, "gelu", 694_659_840),
}
Shapes = dict[str, tuple[int, ...]]


def shapes_of(state: Mapping[str, torch.Tensor]) -> Shapes:
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def on_meta(kind: Any, config: Mapping[str, Any]) -> Any:
    """The model without its weights."""
    with torch.device("meta"):
        return kind.from_config(dict(config))


def count(module: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


@pytest.mark.parametrize("family", UNETS)
def test_unets(family: Any) -> None:
    published, parameters = UNETS[family]
    ups = [name.replace("Down", "Up") for name in reversed(published["down_block_types"])]
    unet = diffusers.UNet2DConditionModel
    original = on_meta(unet, {**published, "up_block_types": ups})
    assert not parameters or count(original) == parameters
    config = unet_config(family, shapes_of(ldm.unet_names(original.state_dict())))
    found = on_meta(unet, config)
    assert shapes_of(found.state_dict()) == shapes_of(original.state_dict())
    heads = found.config.attention_head_dim
    assert (tuple(heads) if isinstance(heads, list) else heads) == published["attention_head_dim"]
    assert found.config.down_block_types == list(published["down_block_types"])


def test_an_autoencoder() -> None:
    published = {
        "block_out_channels": (128, 256, 512, 512),
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
        "layers_per_block": 2,
    }
    original = on_meta(diffusers.AutoencoderKL, published)
    assert count(original) == 83_653_863
    config = vae_config("sd1", shapes_of(ldm.vae_names(original.state_dict())))
    found = on_meta(diffusers.AutoencoderKL, config)
    assert shapes_of(found.state_dict()) == shapes_of(original.state_dict())


def text_encoder(width: int, layers: int, heads: int, projected: bool) -> Any:
    config = transformers.CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=4 * width,
        num_attention_heads=heads,
        num_hidden_layers=layers,
        projection_dim=width,
    )
    with torch.device("meta"):
        if projected:
            return transformers.CLIPTextModelWithProjection(config)
        return transformers.CLIPTextModel(config)


@pytest.mark.parametrize("name", TEXTS)
def test_text_encoders(name: str) -> None:
    width, layers, heads, activation, parameters = TEXTS[name]
    original = text_encoder(width, layers, heads, name != "CLIP-L")
    assert count(original) == parameters
    state = ldm.wrapped(original.state_dict())
    config = clip_config(shapes_of(state))
    assert (config["num_attention_heads"], config["hidden_act"]) == (heads, activation)
    found = text_encoder(width, config["num_hidden_layers"], heads, name != "CLIP-L")
    assert shapes_of(found.state_dict()) == shapes_of(original.state_dict())
    if name != "CLIP-L":
        named = ldm.open_clip_names(original.state_dict())
        again = open_clip_config(shapes_of(named), penultimate=False)
        assert {k: config[k] for k in again} == again


def test_the_text_encoder_of_sd2_leaves_out_its_last_layer() -> None:
    """23 of OpenCLIP-H's 24 layers: 340,387,840 parameters."""
    whole = ldm.open_clip_names(text_encoder(1024, 24, 16, projected=True).state_dict())
    config = open_clip_config(shapes_of(whole), penultimate=True)
    assert config["num_hidden_layers"] == 23
    assert count(text_encoder(1024, 23, config["num_attention_heads"], False)) == 340_387_840
