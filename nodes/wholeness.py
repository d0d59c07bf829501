"""Whether a single file holds every tensor of its module, in shape: told by its header alone.

A module is made without weights, the file's names go through diffusers' own conversion, and both
are compared. So what would fail when the module is built is told before anything runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import torch

from .recipes import FilePart, FileSource
from .weightfile import Shape, WeightFile

BROKEN = (KeyError, IndexError, ValueError, RuntimeError, TypeError, AttributeError)
CONVERTERS = {
    "UNet2DConditionModel": "convert_ldm_unet_checkpoint",
    "AutoencoderKL": "convert_ldm_vae_checkpoint",
}
REMEMBERED = 64


@lru_cache(REMEMBERED)
def fault(source: FileSource) -> str:
    """What is wrong with the source's UNet or autoencoder, as "lacks ..."; empty if nothing is.

    Other kinds are not judged. Remembered by the file's content. Raises NodeError where the file
    cannot be read.
    """
    for part in source.parts:
        if part.kind in CONVERTERS:
            try:
                said = difference(wanted(part.kind, part.config), _given(part))
            except BROKEN as broken:
                said = f"holds tensors that make no {part.kind} ({reason(broken)})"
            if said:
                return said
    return ""


def difference(
    wanted: Mapping[str, Shape], given: Mapping[str, Shape], whose: str = " (diffusers' name)"
) -> str:
    """What is wrong with the tensors given, as "lacks ..."; empty if nothing is.

    whose: what is said of a tensor's name where the file has another for it.
    """
    lacking = [name for name in wanted if name not in given]
    if lacking:
        return f"lacks {len(lacking)} of the tensors wanted, as {lacking[0]}{whose}"
    for name, shape in wanted.items():
        if given[name] != shape:
            found = list(given[name])
            return f"has the tensor {name}{whose} as {found}, and {list(shape)} is wanted"
    return ""


@lru_cache(8)
def wanted(kind: str, config: str) -> Mapping[str, Shape]:
    """The tensors of a class of diffusers, by the JSON of its config."""
    import diffusers

    return shapes_of(lambda: getattr(diffusers, kind).from_config(json.loads(config)))


def shapes_of(make: Callable[[], Any]) -> dict[str, Shape]:
    """The weights of a module by name, which is made without them."""
    with torch.device("meta"):
        module = make()
    return {name: tuple(weight.shape) for name, weight in module.named_parameters()}


def reason(broken: Exception) -> str:
    """What a library says is wrong, in a line for a sentence."""
    return str(broken).partition("\n")[0][:120] or type(broken).__name__


def _given(part: FilePart) -> Mapping[str, Shape]:
    """The part's tensors under diffusers' names."""
    from diffusers.loaders import single_file_utils

    file = WeightFile.open(part.path, part.file, "")
    state = {
        part.put + name: torch.empty(shape, device="meta")
        for name, shape in file.under(part.prefix).items()
    }
    convert = getattr(single_file_utils, CONVERTERS[part.kind])
    found: Mapping[str, Any] = convert(state, json.loads(part.config))
    return {name: tuple(tensor.shape) for name, tensor in found.items() if tensor is not None}
