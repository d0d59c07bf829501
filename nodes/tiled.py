"""Large pictures passed through a network in overlapping tiles, joined without a seam.

Knows no network: whatever makes planes `scale` times as large, and looks no further than it must.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Spans = list[tuple[int, int]]


def spans(length: int, tile: int, overlap: int) -> Spans:
    """First and last of equally long tiles that cover a side, each meeting the next by `overlap`
    at least."""
    if length <= tile:
        return [(0, length)]
    count = math.ceil((length - overlap) / (tile - overlap))
    starts = [round(index * (length - tile) / (count - 1)) for index in range(count)]
    return [(start, start + tile) for start in starts]


def tiled(
    planes: Tensor,
    run: Callable[[Tensor], Tensor],
    *,
    tile: int,
    overlap: int,
    scale: int,
    channels: int = 3,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Tensor:
    """`run` over [B,C,H,W] tile by tile: [B,channels,H*scale,W*scale], float32 on the CPU.

    Where two tiles meet, an outer quarter of the overlap of each is dropped, as what it saw ended
    there, and the inner half fades from one into the other. So a network that looks no further
    than a quarter of the overlap gives what it gives for the whole.
    """
    rows, columns = (spans(side, tile, overlap) for side in planes.shape[-2:])
    high, wide = (side * scale for side in planes.shape[-2:])
    weights = [_weights(each, scale) for each in (rows, columns)]
    made = torch.zeros(len(planes), channels, high, wide)
    total = len(rows) * len(columns)
    for done, (row, column) in enumerate(_places(len(rows), len(columns))):
        progress(done, total)
        (top, bottom), (left, right) = rows[row], columns[column]
        part = run(planes[..., top:bottom, left:right]).float().cpu()
        share = weights[0][row][:, None] * weights[1][column][None]
        made[..., top * scale : bottom * scale, left * scale : right * scale] += part * share
    return made


def _places(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(rows) for column in range(columns))


def _weights(along: Spans, scale: int) -> list[Tensor]:
    """How much each tile counts at each of its pixels; together 1 everywhere."""
    found = [torch.ones((stop - start) * scale) for start, stop in along]
    for index in range(len(along) - 1):
        shared = (along[index][1] - along[index + 1][0]) * scale
        place = (torch.arange(shared) + 0.5 - shared / 4) / (shared / 2)
        rising = place.clamp(0, 1)
        found[index][-shared:] *= 1 - rising
        found[index + 1][:shared] *= rising
    total = torch.zeros(along[-1][1] * scale)
    for (start, stop), weight in zip(along, found, strict=True):
        total[start * scale : stop * scale] += weight
    return [
        weight / total[start * scale : stop * scale]
        for (start, stop), weight in zip(along, found, strict=True)
    ]
