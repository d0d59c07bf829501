"""Predictions: what a denoiser says for each row of its conditioning, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from engine import Field, NodeError, Value, node


@dataclass(frozen=True, eq=False)
class Prediction(Value):
    """`samples` [R*B,C,H,W], rows outermost; `labels` names the R rows (uncond, cond, ...)."""

    samples: Tensor
    labels: tuple[str, ...]

    @property
    def rows(self) -> tuple[Tensor, ...]:
        """One [B,C,H,W] tensor a label."""
        return self.samples.chunk(len(self.labels))


@node("CFGCombine", category="sampling", aliases=("CFG", "Guidance", "CFGGuider"))
def cfg_combine(
    prediction: Prediction,
    uncond: Prediction | None = None,
    scale: Annotated[float, Field(ge=-1000, le=1000)] = 7.5,
    rescale: Annotated[float, Field(ge=0, le=1)] = 0.0,
) -> Prediction:
    """Classifier-free guidance: away from the `uncond` row, past the `cond` row, by `scale`.

    `uncond + scale * (cond - uncond)`; a prediction of one row passes untouched, which is guidance
    off. uncond: takes the place of that row, from a second model for instance. rescale: how much
    of the result is brought back to the spread of the `cond` row (0 to 1).
    Gives one row [B,C,H,W]. Errors: rows that are not uncond and cond; different sizes.
    Source: Ho and Salimans 2022; rescale: Lin et al. 2023, section 3.4 (`rescale_noise_cfg`).
    """
    rows = dict(zip(prediction.labels, prediction.rows, strict=True))
    if uncond is not None:
        rows = {"uncond": _row(uncond, "uncond"), "cond": _row(prediction, "cond")}
    if len(rows) == 1:
        return prediction
    if set(rows) != {"uncond", "cond"}:
        raise NodeError(
            f"Guidance wants the rows uncond and cond; these are {', '.join(prediction.labels)}.",
            port="prediction",
            fix="Wire a PairConditioning into the UNetDenoise before it.",
        )
    return Prediction(_guided(rows["cond"], rows["uncond"], scale, rescale), ("guided",))


def _guided(cond: Tensor, uncond: Tensor, scale: float, rescale: float) -> Tensor:
    if cond.shape != uncond.shape:
        raise NodeError(
            f"The two predictions have different shapes, {list(cond.shape)} and "
            f"{list(uncond.shape)}.",
            port="uncond",
        )
    guided = uncond + scale * (cond - uncond)
    return rescaled(guided, cond, rescale) if rescale > 0 else guided


def rescaled(guided: Tensor, cond: Tensor, amount: float) -> Tensor:
    """`guided` [B,C,H,W] mixed with itself at the spread of `cond`, image by image.

    Source: diffusers' `rescale_noise_cfg`, operation by operation.
    """
    every = list(range(1, cond.ndim))
    matched = guided * (cond.std(dim=every, keepdim=True) / guided.std(dim=every, keepdim=True))
    return amount * matched + (1 - amount) * guided


def _row(prediction: Prediction, label: str) -> Tensor:
    """The row of that label, or the only one."""
    if len(prediction.labels) == 1:
        return prediction.samples
    if label not in prediction.labels:
        raise NodeError(
            f"There is no row '{label}' among {', '.join(prediction.labels)}.",
            port="uncond" if label == "uncond" else "prediction",
        )
    return prediction.rows[prediction.labels.index(label)]
