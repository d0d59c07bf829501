"""LoRA files attached to a clone of a built module (see `structure`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from engine import NodeError

from .layernames import text_layer
from .lorafile import Group, LoraFile
from .lowrank import LowRank, branched
from .lycoris import folded, is_folded
from .recipes import Adapter
from .weightfile import unreadable

BROKEN = (SafetensorError, RuntimeError, ValueError, KeyError, IndexError)


def adapt(module: nn.Module, place: int, adapters: Sequence[Adapter], blocks: int = 2) -> None:
    """Attaches adapters, in order, to a clone. place: 0 the UNet, 1 and 2 text encoders.

    Raises NodeError (`incompatible_lora`, `non_finite`, `model_missing`, ...).
    """
    modules = dict(module.named_modules())
    names = {_flat(name, place): name for name in modules}
    for adapter in adapters:
        lora = LoraFile.open(adapter.path, adapter.name, blocks)
        groups = [group for group in lora.groups if group.place == place]
        for group, parts in _read(adapter.path, lora, groups):
            if group.layer not in names:
                raise lora.unfit(f"there is no layer '{group.layer}'")
            strength = adapter.strength(place, group.layer)
            if strength != 0.0:
                name = names[group.layer]
                modules[name] = _changed(modules[name], name, parts, strength, lora)
                parent, _, leaf = name.rpartition(".")
                setattr(modules[parent], leaf, modules[name])


def _changed(
    layer: Any, name: str, parts: dict[str, Tensor], strength: float, lora: LoraFile
) -> nn.Module:
    """The layer with one more change. Raises NodeError where the tensors make none."""
    held = None
    base = layer
    while isinstance(base, LowRank):
        held, base = base, base.base
    try:
        with torch.no_grad():
            if not is_folded(parts):
                return branched(base, layer, parts, strength)
            changed: nn.Module = folded(base, parts, strength)
    except BROKEN as unfit:
        reason = str(unfit).partition("\n")[0][:120]
        what = f"its tensors for '{name}' make no change of that layer ({reason})"
        raise lora.unfit(what) from unfit
    if held is None:
        return changed
    held.base = changed
    whole: nn.Module = layer
    return whole


def _read(
    path: Path, lora: LoraFile, groups: Sequence[Group]
) -> Iterator[tuple[Group, dict[str, Tensor]]]:
    try:
        with safe_open(path, framework="pt") as opened:
            for group in groups:
                parts = {
                    part: opened.get_tensor(name).clone() for part, name in group.parts.items()
                }
                _check_finite(parts, group, lora)
                alpha = lora.alpha(group)
                if alpha is not None:
                    parts.setdefault("alpha", torch.tensor(alpha, dtype=torch.float64))
                yield group, parts
    except OSError as refused:
        raise unreadable(lora.file.name, refused) from None
    except SafetensorError as broken:
        raise lora.file.bad(f"cannot be read ({str(broken)[:100]})") from None


def _check_finite(parts: dict[str, Tensor], group: Group, lora: LoraFile) -> None:
    for part, tensor in parts.items():
        if not bool(tensor.sum(dtype=torch.float32).isfinite()):
            raise NodeError(
                f"The file '{lora.file.name}' has weights that are not finite, as "
                f"'{group.parts[part]}'.",
                code="non_finite",
                port="loras",
                fix="Download it again, or leave it out.",
            )


def _flat(name: str, place: int) -> str:
    return text_layer(name) if place else name.replace(".", "_")
