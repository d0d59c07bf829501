"""What adapters add inside a UNet: ControlNet residuals and T2I-Adapter features, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine import NodeError, Value


@dataclass(frozen=True, eq=False)
class Residuals(Value):
    """A ControlNet's output: `down` and `mid`, each [R*B,C,h,w], for the rows of `labels`."""

    down: tuple[Tensor, ...]
    mid: Tensor
    labels: tuple[str, ...]

    def for_rows(self, labels: Sequence[str]) -> list[Tensor]:
        """`down` and then `mid` for these rows in this order; rows not held are zeros."""
        return [_for_rows(tensor, self.labels, labels) for tensor in (*self.down, self.mid)]


@dataclass(frozen=True, eq=False)
class AdapterFeatures(Value):
    """A T2I-Adapter's output: one [B,C,h,w] a level, the same for every row."""

    port = "features"

    levels: tuple[Tensor, ...]


def summed(residuals: Sequence[Residuals], labels: Sequence[str]) -> list[Tensor] | None:
    """All residuals added in wire order, as MultiControlNetModel does; None where there are none.

    Raises NodeError where they belong to UNets of different shapes.
    """
    if not residuals:
        return None
    return _added([each.for_rows(labels) for each in residuals], "residuals")


def stacked(features: Sequence[AdapterFeatures], rows: int) -> list[Tensor] | None:
    """All features added in wire order and repeated for each row; None where there are none."""
    if not features:
        return None
    total = _added([list(each.levels) for each in features], "features")
    return [torch.cat([level] * rows) for level in total]


def _for_rows(tensor: Tensor, held: Sequence[str], wanted: Sequence[str]) -> Tensor:
    if tuple(held) == tuple(wanted):
        return tensor
    rows = dict(zip(held, tensor.chunk(len(held)), strict=True))
    blank = torch.zeros_like(next(iter(rows.values())))
    return torch.cat([rows.get(label, blank) for label in wanted])


def _added(lists: Sequence[list[Tensor]], port: str) -> list[Tensor]:
    total = lists[0]
    for other in lists[1:]:
        if [tensor.shape for tensor in total] != [tensor.shape for tensor in other]:
            raise NodeError(
                f"The {port} have different shapes, so they belong to different models.",
                port=port,
                fix="Use adapters made for the family of this UNet.",
            )
        total = [one + two for one, two in zip(total, other, strict=True)]
    return total
