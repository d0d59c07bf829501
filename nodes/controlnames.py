"""ControlNets' and T2I adapters' tensors by one name each, whatever a file calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .layernames import unet_layer
from .weightfile import Shape

LDM = "control_model."
DOWNSAMPLE = re.compile(r"input_blocks\.(\d+)\.0\.op\.weight")
HINT = re.compile(r"input_hint_block_(\d+)")
ZERO = re.compile(r"zero_convs_(\d+)_0")
LAST_HINT = 14
"""The hint's convolutions are 0, 2, ... 14 in every file in the original names."""
BODY = re.compile(r"body\.(\d+)\.(.+)")
LIGHT = re.compile(r"body\.(\d+)\.body\.(\d+)\.(.+)")
RESNETS = 2
"""Residual blocks a level, of every full T2I adapter published in the original names."""


def control_names(names: Iterable[str]) -> dict[str, str]:
    """diffusers' names of a ControlNet's tensors, `_` for every dot, by the file's names.

    The file's are those of diffusers or the original ones, without `control_model.`.
    """
    names = list(names)
    blocks = _blocks(names)
    found = {}
    for name in names:
        layer, _, end = name.rpartition(".")
        found[name] = f"{_control_layer(layer, blocks)}_{end}"
    return found


def adapter_names(names: Iterable[str]) -> dict[str, str]:
    """diffusers' names of a T2I adapter's tensors, `_` for every dot, by the file's names."""
    bare = {name: name.removeprefix("adapter.") for name in names}
    old = _as_they_are
    if not any(".resnets." in name for name in bare.values()):
        old = _light if any(map(LIGHT.fullmatch, bare.values())) else _full
    return {name: f"adapter.{old(inner)}".replace(".", "_") for name, inner in bare.items()}


def renamed(shapes: Mapping[str, Shape], names: Mapping[str, str]) -> dict[str, Shape]:
    """The shapes of weights by layer, in the names of `control_names` or `adapter_names`."""
    return {
        names[name].removesuffix("_weight"): shape
        for name, shape in shapes.items()
        if name.endswith(".weight")
    }


def _blocks(names: Iterable[str]) -> int:
    """`layers_per_block` of a file in the original names: a level ends with its downsampling."""
    ends = [int(match[1]) for name in names if (match := DOWNSAMPLE.fullmatch(name))]
    return min(ends) - 1 if ends else 2


def _control_layer(layer: str, blocks: int) -> str:
    flat = layer.replace(".", "_")
    if match := HINT.fullmatch(flat):
        number = int(match[1])
        ends = {0: "conv_in", LAST_HINT: "conv_out"}
        return f"controlnet_cond_embedding_{ends.get(number) or f'blocks_{number // 2 - 1}'}"
    if match := ZERO.fullmatch(flat):
        return f"controlnet_down_blocks_{match[1]}"
    if flat == "middle_block_out_0":
        return "controlnet_mid_block"
    return unet_layer(flat, blocks)


def _as_they_are(name: str) -> str:
    return name


def _light(name: str) -> str:
    match = LIGHT.fullmatch(name)
    return f"body.{match[1]}.resnets.{match[2]}.{match[3]}" if match else name


def _full(name: str) -> str:
    match = BODY.fullmatch(name)
    if match is None:
        return name
    level, block = divmod(int(match[1]), RESNETS)
    rest = match[2]
    if rest.startswith("in_conv"):
        return f"body.{level}.{rest}"
    return f"body.{level}.resnets.{block}.{rest}"
