"""What adapters add inside a UNet: ControlNet residuals and T2I-Adapter features, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine import NodeError, Value

from .latent import Latent
from .steps import Step


@dataclass(frozen=True, eq=False)
class Residuals(Value):
    """A ControlNet's output: `down` and `mid`, each [R*B,C,h,w], for the rows of `labels`.

    `mid` None: the ControlNet is not in force, and nothing is added.
    """

    down: tuple[Tensor, ...]
    mid: Tensor | None
    labels: tuple[str, ...]

    def for_rows(self, labels: Sequence[str]) -> list[Tensor]:
        """`down` and then `mid` for these rows in this order; rows not held are zeros."""
        tensors = self.down if self.mid is None else (*self.down, self.mid)
        return [_for_rows(tensor, self.labels, labels) for tensor in tensors]


NOTHING = Residuals((), None, ())


@dataclass(frozen=True, eq=False)
class AdapterFeatures(Value):
    """A T2I-Adapter's output: one [B,C,h,w] a level, the same for every row.

    `size` is the (width, height) in pixels that they were made of; `end` the share of the turns
    in which they are added, from the first.
    """

    port = "features"

    levels: tuple[Tensor, ...]
    size: tuple[int, int] | None = None
    end: float = 1.0

    def in_force(self, step: Step) -> bool:
        """As StableDiffusionXLAdapterPipeline counts: the turns below int(N * end)."""
        return step.index < int(step.count * self.end)


def summed(
    residuals: Sequence[Residuals], labels: Sequence[str], config: Any
) -> list[Tensor] | None:
    """All residuals added in wire order, as MultiControlNetModel does; None where there are none.

    config: of the UNet. Raises NodeError where they belong to UNets of another shape.
    """
    active = [each.for_rows(labels) for each in residuals if each.mid is not None]
    if not active:
        return None
    total = _added(active, "residuals")
    wanted = _channels(config)
    found = [tensor.shape[1] for tensor in total]
    if found != wanted:
        raise NodeError(
            f"The residuals have {_listed(found)} channels, and this UNet takes "
            f"{_listed(wanted)}: the ControlNet was made for another model.",
            code="incompatible_control",
            port="residuals",
            fix="Use a ControlNet made for the family of this UNet.",
        )
    return total


def stacked(
    features: Sequence[AdapterFeatures], step: Step, latent: Latent, rows: int, config: Any
) -> list[Tensor] | None:
    """All features in force, added in wire order, for each picture and row; None without any.

    config: of the UNet. Raises NodeError where they were made for UNets of another shape, or of
    pictures of another size than the latent's.
    """
    active = [each for each in features if each.in_force(step)]
    if not active:
        return None
    batch = len(latent.samples)
    for each in active:
        _check_size(each, latent)
        _check_levels(each, list(config.block_out_channels))
    total = _added([[_for_images(level, batch) for level in each.levels] for each in active])
    return [torch.cat([level] * rows) for level in total]


def _check_size(features: AdapterFeatures, latent: Latent) -> None:
    if features.size not in {None, (latent.width, latent.height)}:
        wide, high = features.size or (0, 0)
        raise NodeError(
            f"The features were made of a picture of {wide}x{high} pixels, and the latent has "
            f"{latent.width}x{latent.height}.",
            port="features",
            fix="Put an ImageResize to the latent's size before the T2IAdapter.",
        )


def _check_levels(features: AdapterFeatures, wanted: list[int]) -> None:
    found = [level.shape[1] for level in features.levels]
    if found[: len(wanted)] != wanted:
        raise NodeError(
            f"The features have {_listed(found)} channels, and this UNet has {_listed(wanted)}: "
            "the T2I adapter was made for another model.",
            code="incompatible_control",
            port="features",
            fix="Use a T2I adapter made for the family of this UNet.",
        )


def _for_images(level: Tensor, batch: int) -> Tensor:
    if len(level) not in {1, batch}:
        raise NodeError(
            f"The features are of {len(level)} pictures, and the latent has {batch}.",
            port="features",
            fix="Give one picture, or one for each of the latent's batch.",
        )
    return level if len(level) == batch else level.repeat(batch, 1, 1, 1)


def _channels(config: Any) -> list[int]:
    """Those of the residuals that a UNet takes: first layer, each block, middle."""
    widths = list(config.block_out_channels)
    counts = config.layers_per_block
    counts = [counts] * len(widths) if isinstance(counts, int) else list(counts)
    found = [widths[0]]
    for level, (width, count) in enumerate(zip(widths, counts, strict=True)):
        down = level < len(widths) - 1
        found += [width] * (count + down)
    return [*found, widths[-1]]


def _listed(counts: Sequence[int]) -> str:
    return ", ".join(map(str, counts))


def _for_rows(tensor: Tensor, held: Sequence[str], wanted: Sequence[str]) -> Tensor:
    if tuple(held) == tuple(wanted):
        return tensor
    rows = dict(zip(held, tensor.chunk(len(held)), strict=True))
    blank = torch.zeros_like(next(iter(rows.values())))
    return torch.cat([rows.get(label, blank) for label in wanted])


def _added(lists: Sequence[list[Tensor]], port: str = "features") -> list[Tensor]:
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
