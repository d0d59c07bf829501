"""Configs of ControlNetModel and T2IAdapter, made from a file's tensor shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .modelconfigs import HEAD, UnfitError, bundled
from .recipes import Family
from .weightfile import Shape

Layers = Mapping[str, Shape]
DEPTH = r"{}_attentions_0_transformer_blocks_(\d+)_"
UNSHUFFLED = {192: (3, 8), 64: (1, 8), 768: (3, 16), 256: (1, 16)}
"""Channels of the picture and pixels a cell on a side, by the product that the file shows."""
UNET_ALONE = ("_class_name", "center_input_sample", "sample_size")


def control_family(layers: Layers) -> Family:
    """SDXL has size embeddings; SD 2 has linear projections where SD 1 has convolutions."""
    if "add_embedding_linear_1" in layers:
        return "sdxl"
    projections = [shape for name, shape in layers.items() if name.endswith("_proj_in")]
    return "sd2" if projections and len(projections[0]) == 2 else "sd1"


def control_config(layers: Layers) -> dict[str, Any]:
    """The ControlNetModel of weights by layer (see `controlnames`). Raises UnfitError."""
    family = control_family(layers)
    blocks = [f"down_blocks_{i}" for i in range(_count(layers, r"down_blocks_(\d+)_resnets_0_"))]
    if not blocks:
        raise UnfitError("has no blocks of a ControlNet")
    widths = [_shape(layers, f"{block}_resnets_0_conv1")[0] for block in blocks]
    depths = [_count(layers, DEPTH.format(block)) for block in blocks]
    middle = _count(layers, DEPTH.format("mid_block"))
    config = {
        **{k: v for k, v in bundled(family, "unet").items() if k not in UNET_ALONE},
        **_hint(layers),
        "in_channels": _shape(layers, "conv_in")[1],
        "block_out_channels": widths,
        "layers_per_block": _count(layers, r"down_blocks_0_resnets_(\d+)_"),
        "down_block_types": ["CrossAttnDownBlock2D" if each else "DownBlock2D" for each in depths],
        "mid_block_type": "UNetMidBlock2DCrossAttn" if middle else "UNetMidBlock2D",
        "transformer_layers_per_block": [*(max(d, 1) for d in depths[:-1]), max(middle, 1)],
        "use_linear_projection": family != "sd1",
    }
    if depths[-1]:
        config["transformer_layers_per_block"][-1] = depths[-1]
    if family != "sd1":
        config["attention_head_dim"] = [max(1, width // HEAD) for width in widths]
    cross = [name for name in sorted(layers) if name.endswith("_attn2_to_k")]
    config["cross_attention_dim"] = layers[cross[0]][-1] if cross else 2048
    if family == "sdxl":
        embedded = _shape(layers, "add_embedding_linear_1")[1]
        config["projection_class_embeddings_input_dim"] = embedded
    return config


def adapter_config(layers: Layers) -> dict[str, Any]:
    """The T2IAdapter of weights by layer (see `controlnames`). Raises UnfitError."""
    count = _count(layers, r"adapter_body_(\d+)_")
    blocks = [f"adapter_body_{i}" for i in range(count)]
    light = f"{blocks[0]}_out_conv" in layers if blocks else False
    first = _shape(layers, f"{blocks[0]}_in_conv" if light else "adapter_conv_in")[1]
    if first not in UNSHUFFLED:
        raise UnfitError(f"reads {first} numbers a cell, as no known T2I adapter does")
    channels, factor = UNSHUFFLED[first]
    ends = "out_conv" if light else "resnets_0_block1"
    widths = [_shape(layers, f"{block}_{ends}")[0] for block in blocks]
    large = "full_adapter_xl" if factor == 16 else "full_adapter"
    return {
        "in_channels": channels,
        "channels": widths[:-1] if light else widths,
        "num_res_blocks": _count(layers, r"adapter_body_0_resnets_(\d+)_"),
        "downscale_factor": factor,
        "adapter_type": "light_adapter" if light else large,
    }


def _hint(layers: Layers) -> dict[str, Any]:
    """The convolutions that bring the picture to the size of the latent."""
    place = "controlnet_cond_embedding"
    first = _shape(layers, f"{place}_conv_in")
    halves = range(1, _count(layers, rf"{place}_blocks_(\d+)"), 2)
    widths = [first[0], *(_shape(layers, f"{place}_blocks_{i}")[0] for i in halves)]
    return {"conditioning_channels": first[1], "conditioning_embedding_out_channels": widths}


def _count(layers: Layers, pattern: str) -> int:
    matcher = re.compile(pattern)
    return max((int(match[1]) + 1 for name in layers if (match := matcher.match(name))), default=0)


def _shape(layers: Layers, name: str) -> Shape:
    shape = layers.get(name)
    if shape is None:
        raise UnfitError(f"lacks the layer '{name}'")
    if len(shape) < 2 or not all(0 < size <= 1 << 20 for size in shape):
        raise UnfitError(f"has a layer '{name}' of the shape {list(shape)}")
    return shape
