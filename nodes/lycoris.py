"""LyCORIS' ways to write a change of a whole weight: LoHa, LoKr and full differences.

Source: Yeh et al., "Navigating Text-To-Image Customization" (2023). The layer's weight becomes
W + strength * dW, as a tensor of its own.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import torch
from torch import Tensor, nn

Parts = dict[str, Tensor]


def folded(base: Any, parts: Parts, strength: float) -> Any:
    """A layer of its own with the change folded into its weight; `base` stays as it is.

    Raises RuntimeError or KeyError where the tensors do not make a weight of the layer's shape.
    """
    layer = copy(base)
    layer._parameters = dict(base._parameters)
    weight = base.weight
    change = _change(parts, weight)
    if change is not None:
        layer.weight = nn.Parameter(weight + strength * change.to(weight), requires_grad=False)
    if "diff_b" in parts and base.bias is not None:
        moved = base.bias + strength * parts["diff_b"].to(base.bias)
        layer.bias = nn.Parameter(moved, requires_grad=False)
    return layer


def is_folded(parts: Parts) -> bool:
    """Whether these tensors say a change of the weight, and no low-rank branch.

    A low-rank pair with LyCORIS' `dora_scale` of one number an input is one: peft's DoRA has one
    an output.
    """
    scale = parts.get("dora_scale")
    return "down" not in parts or (scale is not None and scale.shape[0] == 1 != scale.numel())


def _change(parts: Parts, weight: Tensor) -> Tensor | None:
    change = delta(parts, weight)
    if change is None or "dora_scale" not in parts:
        return change
    return _decomposed(weight.float(), change, parts["dora_scale"].float())


def delta(parts: Parts, weight: Tensor) -> Tensor | None:
    """dW in float32 and the weight's shape, alpha over rank included; None for a bias alone."""
    parts = {name: part.float() for name, part in parts.items()}
    if "diff" in parts:
        return parts["diff"].reshape(weight.shape)
    if "hada_w1_a" in parts:
        return _loha(parts).reshape(weight.shape)
    if "lokr_w1" in parts or "lokr_w1_a" in parts:
        return _lokr(parts).reshape(weight.shape)
    if "down" in parts:
        rank = parts["down"].shape[0]
        product = parts["up"].flatten(1) @ parts["down"].flatten(1)
        return _scale(parts, rank) * product.reshape(weight.shape)
    return None


def _loha(parts: Parts) -> Tensor:
    """(w1_a w1_b) * (w2_a w2_b), element by element."""
    rank = parts["hada_w1_b"].shape[0]
    if "hada_t1" in parts:
        halves = [
            torch.einsum(
                "ijkl,jr,ip->prkl",
                parts[f"hada_t{n}"],
                parts[f"hada_w{n}_b"],
                parts[f"hada_w{n}_a"],
            )
            for n in "12"
        ]
    else:
        halves = [parts[f"hada_w{n}_a"] @ parts[f"hada_w{n}_b"] for n in "12"]
    return halves[0] * halves[1] * _scale(parts, rank)


def _lokr(parts: Parts) -> Tensor:
    """w1 (x) w2, the Kronecker product; alpha counts where a factor is itself a product."""
    first, rank_1 = _factor(parts, "lokr_w1")
    second, rank_2 = _factor(parts, "lokr_w2")
    if second.ndim == 4:
        first = first[:, :, None, None]
    rank = rank_2 or rank_1
    return torch.kron(first, second.contiguous()) * (_scale(parts, rank) if rank else 1.0)


def _factor(parts: Parts, name: str) -> tuple[Tensor, int]:
    if name in parts:
        return parts[name], 0
    first, second = parts[f"{name}_a"], parts[f"{name}_b"]
    rank = second.shape[0]
    if "lokr_t2" in parts and name == "lokr_w2":
        return torch.einsum("ijkl,ip,jr->prkl", parts["lokr_t2"], first, second), rank
    if second.ndim == 4:
        return (first.flatten(1) @ second.flatten(1)).reshape(-1, *second.shape[1:]), rank
    return first @ second, rank


def _scale(parts: Parts, rank: int) -> float:
    return float(parts["alpha"]) / rank if "alpha" in parts else 1.0


def _decomposed(weight: Tensor, change: Tensor, magnitude: Tensor) -> Tensor:
    """DoRA over a whole weight: its columns (or rows, as the magnitudes lie) scaled to length."""
    moved = weight + change
    rows = magnitude.shape[0] == weight.shape[0] and magnitude.numel() == weight.shape[0]
    flat = moved.flatten(1) if rows else moved.transpose(0, 1).flatten(1)
    norm = flat.norm(dim=1).reshape(magnitude.shape)
    scaled: Tensor = moved * (magnitude / norm)
    return scaled - weight
