"""Conditioning: what a denoiser is told, as labelled rows that it sees in one forward pass."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine import NodeError, Value, node

from .textkind import TextKind


@dataclass(frozen=True, eq=False)
class Entry(Value):
    """One text of a row: `embedding` [1,L,C], or [B,L,C] for a text an image.

    `pooled` [1,P] is SDXL's pooled text. `size` are its size ids (original height and width,
    crop top and left, target height and width); None in them stands for the latent's own, and
    for all of them: its own size, no crop. `aesthetic` is the score that SDXL's refiner is told.
    `padding` [1,77,C] is the same encoder's chunk for an empty text, which makes rows equally long.
    """

    embedding: Tensor
    pooled: Tensor | None = None
    size: tuple[int | None, ...] | None = None
    padding: Tensor | None = None
    aesthetic: float | None = None

    def lengthened(self, length: int) -> Entry:
        """The same text with empty chunks appended up to `length` tokens."""
        missing = length - self.embedding.shape[1]
        if missing == 0:
            return self
        if self.padding is None or missing % self.padding.shape[1]:
            raise NodeError(
                f"One text is {self.embedding.shape[1]} tokens long and the other {length}, "
                "and the shorter one cannot be filled up.",
                fix="Encode both with the same text encoder.",
            )
        count = missing // self.padding.shape[1]
        filler = self.padding.expand(len(self.embedding), -1, -1)
        return replace(self, embedding=torch.cat([self.embedding, *[filler] * count], dim=1))


@dataclass(frozen=True, eq=False)
class Row(Value):
    """A labelled row (`cond`, `uncond`) of a denoiser's batch. So far it has one entry."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class Conditioning(Value):
    """Rows in the order in which they are stacked."""

    rows: tuple[Row, ...]

    @classmethod
    def single(cls, entry: Entry) -> Conditioning:
        """One row, labelled `cond`."""
        return cls((Row("cond", (entry,)),))

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(row.label for row in self.rows)

    @property
    def kind(self) -> TextKind:
        """What a check asks of it."""
        return TextKind(self.rows[0].entries[0].embedding.shape[2])


@node(
    "PairConditioning",
    category="conditioning",
    keeps={"conditioning": "cond"},
    aliases=("Negative prompt", "CFG"),
)
def pair_conditioning(cond: Conditioning, uncond: Conditioning) -> Conditioning:
    """Stack what is wanted and what is not into two rows, `uncond` first, as diffusers does.

    A shorter text is filled up with its encoder's chunks for an empty text.
    Errors: an input that has more than one row, or texts of different encoders.
    """
    wanted, unwanted = _only(cond, "cond"), _only(uncond, "uncond")
    _check_alike(wanted, unwanted)
    length = max(wanted.embedding.shape[1], unwanted.embedding.shape[1])
    pairs = (("uncond", unwanted), ("cond", wanted))
    return Conditioning(tuple(Row(label, (entry.lengthened(length),)) for label, entry in pairs))


@node(
    "ZeroConditioning",
    category="conditioning",
    keeps={"conditioning": "conditioning"},
    aliases=("ConditioningZeroOut",),
)
def zero_conditioning(conditioning: Conditioning) -> Conditioning:
    """The same shapes with every number zero: SDXL's negative when none is given.

    This is what StableDiffusionXLPipeline uses for `negative_prompt=None`; an empty text is
    encoded instead (wire a `TextEncode`). Size ids stay.
    """
    return Conditioning(
        tuple(
            replace(row, entries=tuple(_zeroed(entry) for entry in row.entries))
            for row in conditioning.rows
        )
    )


def _zeroed(entry: Entry) -> Entry:
    return replace(
        entry,
        embedding=torch.zeros_like(entry.embedding),
        pooled=None if entry.pooled is None else torch.zeros_like(entry.pooled),
        padding=None if entry.padding is None else torch.zeros_like(entry.padding),
    )


def _only(conditioning: Conditioning, port: str) -> Entry:
    if len(conditioning.rows) != 1 or len(conditioning.rows[0].entries) != 1:
        raise NodeError(
            f"This conditioning has the rows {', '.join(conditioning.labels)}; one row is wanted.",
            port=port,
            fix="Wire a TextEncode or ZeroConditioning.",
        )
    return conditioning.rows[0].entries[0]


def _check_alike(one: Entry, other: Entry) -> None:
    widths = one.embedding.shape[2], other.embedding.shape[2]
    pooled = one.pooled is not None, other.pooled is not None
    if widths[0] != widths[1] or pooled[0] != pooled[1]:
        raise NodeError(
            f"The two texts come from different text encoders ({widths[0]} and {widths[1]} wide).",
            port="uncond",
            fix="Encode both with the text encoder of the same model.",
        )
