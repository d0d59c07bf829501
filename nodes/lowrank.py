"""Low-rank branches beside a layer: LoRA and DoRA as peft computes them, to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

Settings = dict[str, Any] | None
"""Stride, padding and dilation of a convolution; None for a linear layer."""


class LowRank(nn.Module):
    """`base(x) + up(down(x)) * scale`, `base` being the layer or one with a branch already.

    `down` [r,in] or [r,in,k,k], `up` [out,r], perhaps `mid` [r,r,k,k] between them (then `down`
    has no kernel). Source: Hu et al., "LoRA" (2021); peft's lora.Linear and lora.Conv2d.
    """

    down: nn.Parameter
    up: nn.Parameter
    mid: nn.Parameter | None

    def __init__(
        self, base: nn.Module, parts: Mapping[str, Tensor], scale: float, settings: Settings
    ):
        super().__init__()
        self.base, self.scale, self.settings = base, scale, settings
        for name in ("down", "mid", "up"):
            held = parts.get(name)
            self.register_parameter(
                name, None if held is None else nn.Parameter(held.contiguous(), False)
            )

    @property
    def weight(self) -> Any:
        return self.base.weight

    @property
    def bias(self) -> Any:
        return self.base.bias

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.base(x)
        return result + self.change(x) * self.scale

    def change(self, x: Tensor) -> Tensor:
        """What the branch makes of the layer's input, before its scale."""
        if self.settings is None:
            return nn.functional.linear(nn.functional.linear(x, self.down), self.up)
        if self.mid is None:
            low = nn.functional.conv2d(x, self.down, **self.settings)
        else:
            low = nn.functional.conv2d(x, self.down)
            low = nn.functional.conv2d(low, self.mid, **self.settings)
        return nn.functional.conv2d(low, self.up)


class Dora(LowRank):
    """The layer's direction moved as by a LoRA, its magnitude learnt.

    Source: Liu et al., "DoRA" (2024); peft's DoraLinearLayer. The norm of the moved weight does
    not change with the input, so it is computed once.
    """

    ratio: Tensor

    def learn(self, magnitude: Tensor) -> None:
        """Sets the ratio of the learnt magnitude [out] to the norm of the moved weight."""
        weight: Tensor = self.weight
        self.register_buffer("ratio", self._ratio(weight, magnitude.to(weight).flatten()))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.base(x)
        change = self.change(x)
        before = result
        if self.bias is not None:
            before = result - (self.bias.view(1, -1, 1, 1) if result.ndim == 4 else self.bias)
        return result + ((self.ratio - 1) * before + self.ratio * change * self.scale)

    def _ratio(self, weight: Tensor, magnitude: Tensor) -> Tensor:
        if self.settings is None:
            eye = torch.eye(weight.shape[1], device=weight.device, dtype=weight.dtype)
            moved = weight + self.scale * self.change(eye).T
            norm: Tensor = torch.linalg.norm(moved, dim=1)
            return (magnitude / norm).view(1, -1)
        delta = torch.mm(self.up.flatten(1), self.down.flatten(1)).reshape(weight.shape)
        moved = weight + self.scale * delta
        lengths: Tensor = moved.flatten(1).norm(p=2, dim=1)
        return magnitude.view(1, -1, 1, 1) / lengths.view(1, -1, 1, 1)


def branched(base: Any, layer: Any, parts: dict[str, Tensor], strength: float) -> LowRank:
    """`layer` with the branch of `down`, `up` and perhaps `mid`, `alpha`, `dora`, `dora_scale`.

    base: the bare layer, which says its kind. The scale is strength * alpha / rank, alpha being
    the rank where the file names none.
    """
    rank = parts["down"].shape[0]
    alpha = float(parts["alpha"]) if "alpha" in parts else float(rank)
    scale = strength * alpha / rank
    weight, settings = base.weight, _settings(base)
    names = ("down", "mid", "up")
    tensors: dict[str, Tensor] = {name: parts[name].to(weight) for name in names if name in parts}
    shape = (lambda t: t.flatten(1)) if settings is None else _kernel
    tensors = {name: shape(tensor) for name, tensor in tensors.items()}
    magnitude = parts.get("dora", parts.get("dora_scale"))
    if magnitude is None:
        return LowRank(layer, tensors, scale, settings)
    moved = Dora(layer, tensors, scale, settings)
    moved.learn(magnitude)
    return moved


def _settings(base: Any) -> Settings:
    if isinstance(base, nn.Conv2d):
        return {"stride": base.stride, "padding": base.padding, "dilation": base.dilation}
    if isinstance(base, nn.Linear):
        return None
    raise ValueError(f"a {type(base).__name__} takes no low-rank change")


def _kernel(tensor: Tensor) -> Tensor:
    return tensor if tensor.ndim == 4 else tensor[:, :, None, None]
