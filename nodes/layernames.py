"""One name for each layer, whatever a file calls it: diffusers' name with `_` for every dot.

Weight files and LoRA files write diffusers' or the original names, with dots or without.
"""

from __future__ import annotations

import re

BLOCK = re.compile(r"(input|output)_blocks_(\d+)_(\d+)_(.+)")
MIDDLE = re.compile(r"middle_block_(\d+)_(.+)")
OPEN_CLIP_LAYER = re.compile(r"transformer_resblocks_(\d+)_(.+)")
RESNET = {
    "in_layers_0": "norm1",
    "in_layers_2": "conv1",
    "out_layers_0": "norm2",
    "out_layers_3": "conv2",
    "emb_layers_1": "time_emb_proj",
    "skip_connection": "conv_shortcut",
}
SINGLE = {
    "time_embed_0": "time_embedding_linear_1",
    "time_embed_2": "time_embedding_linear_2",
    "label_emb_0_0": "add_embedding_linear_1",
    "label_emb_0_2": "add_embedding_linear_2",
    "input_blocks_0_0": "conv_in",
    "out_0": "conv_norm_out",
    "out_2": "conv_out",
}
CLIP = {
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp_c_fc": "mlp_fc1",
    "mlp_c_proj": "mlp_fc2",
    "attn_out_proj": "self_attn_out_proj",
}


def unet_layer(name: str, blocks: int) -> str:
    """A UNet's layer; `blocks` is its `layers_per_block`.

    The original numbers all blocks of a side in one row: `input_blocks_4_1_proj_in` of a UNet with
    two blocks a level is `down_blocks_1_attentions_0_proj_in`.
    """
    name = name.replace(".", "_")
    if name in SINGLE:
        return SINGLE[name]
    if match := MIDDLE.fullmatch(name):
        number, rest = int(match[1]), match[2]
        if number == 1:
            return f"mid_block_attentions_0_{rest}"
        return f"mid_block_resnets_{number // 2}_{RESNET.get(rest, rest)}"
    if match := BLOCK.fullmatch(name):
        return _side(match[1], int(match[2]), int(match[3]), match[4], blocks + 1)
    return name


def _side(side: str, number: int, part: int, rest: str, row: int) -> str:
    level, index = divmod(number - (side == "input"), row)
    place = f"{'down' if side == 'input' else 'up'}_blocks_{level}"
    if rest == "op":
        return f"{place}_downsamplers_0_conv"
    if rest == "conv":
        return f"{place}_upsamplers_0_conv"
    if part == 0:
        return f"{place}_resnets_{index}_{RESNET.get(rest, rest)}"
    return f"{place}_attentions_{index}_{rest}"


def text_layer(name: str) -> str:
    """A CLIP text encoder's layer, as `encoder_layers_0_self_attn_q_proj`."""
    name = name.replace(".", "_").removeprefix("text_model_")
    if match := OPEN_CLIP_LAYER.fullmatch(name):
        return f"encoder_layers_{match[1]}_{CLIP.get(match[2], match[2])}"
    return name
