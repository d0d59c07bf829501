"""Configs of diffusers and transformers classes, made from a file's tensor shapes.

What shapes do not say (activations, heads, scaling) stands in `configs/`, a folder a family.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .recipes import Family
from .weightfile import Shape

CONFIGS = Path(__file__).parent / "configs"
HEAD = 64
DEPTH = re.compile(r"\.1\.transformer_blocks\.(\d+)\.")
Shapes = Mapping[str, Shape]


class UnfitError(Exception):
    """Tensors that make no model of the family; the text says which is missing or odd."""


def bundled(family: Family, name: str) -> dict[str, Any]:
    """A bundled config; numbers in it are those of the published model."""
    config: dict[str, Any] = json.loads((CONFIGS / family / f"{name}.json").read_text("utf-8"))
    return config


def scheduler_config(family: Family, prediction: str) -> dict[str, Any]:
    """The family's scheduler file for a prediction type (`epsilon`, `v`, `v_zero_snr`)."""
    return with_prediction(bundled(family, "scheduler"), prediction)


def with_prediction(raw: Mapping[str, Any], prediction: str) -> dict[str, Any]:
    """A scheduler file for another prediction type.

    Zero-SNR: Lin et al., "Common diffusion noise schedules and sample steps are flawed" (2023).
    """
    kind = "v_prediction" if prediction.startswith("v") else prediction
    config = {**raw, "prediction_type": kind}
    if prediction == "v_zero_snr":
        config |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
        if config.get("_class_name") == "PNDMScheduler":  # it knows no zero-SNR
            config["_class_name"] = "DDIMScheduler"
            config.pop("skip_prk_steps", None)
    return config


def unet_config(family: Family, shapes: Shapes) -> dict[str, Any]:
    """The UNet2DConditionModel of tensors in the original names. Raises UnfitError."""
    levels = _levels(shapes)
    firsts = [f"input_blocks.{first}" for first, _ in levels]
    widths = [_shape(shapes, f"{block}.0.out_layers.3.weight")[0] for block in firsts]
    depths = [_depth(shapes, block) for block in firsts]
    cross = [name for name in sorted(shapes) if name.endswith(".attn2.to_k.weight")]
    if not cross:
        raise UnfitError("has no attention to a text")
    down = ["CrossAttnDownBlock2D" if depth else "DownBlock2D" for depth in depths]
    layers = [max(depth, 1) for depth in depths]
    if not depths[-1]:
        layers[-1] = max(_depth(shapes, "middle_block"), 1)
    heads = [max(1, width // HEAD) for width in widths]
    config = {
        **bundled(family, "unet"),
        "in_channels": _shape(shapes, "input_blocks.0.0.weight")[1],
        "out_channels": _shape(shapes, "out.2.weight")[0],
        "block_out_channels": widths,
        "layers_per_block": levels[0][1],
        "down_block_types": down,
        "up_block_types": [
            "CrossAttnUpBlock2D" if depth else "UpBlock2D" for depth in reversed(depths)
        ],
        "transformer_layers_per_block": layers,
        "cross_attention_dim": shapes[cross[0]][-1],
        "use_linear_projection": family != "sd1",
    }
    if family != "sd1":
        config["attention_head_dim"] = heads
    if config.get("addition_embed_type"):
        width = _shape(shapes, "label_emb.0.0.weight")[1]
        config["projection_class_embeddings_input_dim"] = width
    return config


def vae_config(family: Family, shapes: Shapes) -> dict[str, Any]:
    """The AutoencoderKL of tensors in the original names. Raises UnfitError."""
    count = _count(shapes, r"encoder\.down\.(\d+)\.")
    widths = [_shape(shapes, f"encoder.down.{i}.block.0.conv2.weight")[0] for i in range(count)]
    if not widths:
        raise UnfitError("holds no autoencoder (VAE)")
    return {
        **bundled(family, "vae"),
        "block_out_channels": widths,
        "layers_per_block": _count(shapes, r"encoder\.down\.0\.block\.(\d+)\."),
        "down_block_types": ["DownEncoderBlock2D"] * count,
        "up_block_types": ["UpDecoderBlock2D"] * count,
        "latent_channels": _shape(shapes, "decoder.conv_in.weight")[1],
    }


def clip_config(shapes: Shapes) -> dict[str, Any]:
    """The CLIP text encoder of tensors in the names of transformers. Raises UnfitError."""
    prefix = "text_model."
    vocabulary, width = _shape(shapes, f"{prefix}embeddings.token_embedding.weight")[:2]
    layers = _count(shapes, r"text_model\.encoder\.layers\.(\d+)\.")
    projection = shapes.get("text_projection.weight")
    quick = width < 1024  # OpenAI's CLIP-L; OpenCLIP's H and bigG use the exact GELU
    return {
        **json.loads((CONFIGS / "clip" / f"{'quick_gelu' if quick else 'gelu'}.json").read_text()),
        "vocab_size": vocabulary,
        "hidden_size": width,
        "num_attention_heads": max(1, width // HEAD),
        "num_hidden_layers": layers,
        "intermediate_size": _shape(shapes, f"{prefix}encoder.layers.0.mlp.fc1.weight")[0],
        "max_position_embeddings": _shape(shapes, f"{prefix}embeddings.position_embedding.weight")[
            0
        ],
        "projection_dim": projection[0] if projection else width,
    }


def open_clip_config(shapes: Shapes, *, penultimate: bool) -> dict[str, Any]:
    """The CLIP text encoder of tensors in OpenCLIP's names. Raises UnfitError.

    penultimate: the last layer is left out, as in SD 2, which reads the one before.
    """
    vocabulary, width = _shape(shapes, "token_embedding.weight")[:2]
    projection = shapes.get("text_projection")
    return {
        **json.loads((CONFIGS / "clip" / "gelu.json").read_text("utf-8")),
        "vocab_size": vocabulary,
        "hidden_size": width,
        "num_attention_heads": max(1, width // HEAD),
        "num_hidden_layers": _count(shapes, r"transformer\.resblocks\.(\d+)\.") - penultimate,
        "intermediate_size": _shape(shapes, "transformer.resblocks.0.mlp.c_fc.weight")[0],
        "max_position_embeddings": _shape(shapes, "positional_embedding")[0],
        "projection_dim": projection[1] if projection and len(projection) == 2 else width,
    }


def _levels(shapes: Shapes) -> list[tuple[int, int]]:
    """For each level of the UNet its first residual block and how many there are."""
    found: list[tuple[int, int]] = []
    first = index = 1
    while f"input_blocks.{index}.0.in_layers.2.weight" in shapes or (
        f"input_blocks.{index}.0.op.weight" in shapes
    ):
        if f"input_blocks.{index}.0.op.weight" in shapes:
            found.append((first, index - first))
            first = index + 1
        index += 1
    found.append((first, index - first))
    if any(blocks != found[0][1] or blocks < 1 for _, blocks in found):
        raise UnfitError("has a UNet whose levels differ in their number of blocks")
    return found


def _depth(shapes: Shapes, block: str) -> int:
    depths = [
        int(match[1]) + 1
        for name in shapes
        if name.startswith(f"{block}.") and (match := DEPTH.search(name))
    ]
    return max(depths, default=0)


def _count(shapes: Shapes, pattern: str) -> int:
    matcher = re.compile(pattern)
    return max((int(match[1]) + 1 for name in shapes if (match := matcher.match(name))), default=0)


def _shape(shapes: Shapes, name: str) -> Shape:
    shape = shapes.get(name)
    if shape is None:
        raise UnfitError(f"lacks the tensor '{name}'")
    if len(shape) < 2 or not all(0 < size <= 1 << 20 for size in shape):
        raise UnfitError(f"has a tensor '{name}' of the shape {list(shape)}")
    return shape
