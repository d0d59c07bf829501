"""The clean picture that a prediction implies, before the schedule has come to it."""

from __future__ import annotations

from engine import NodeError, node

from .latent import Latent
from .prediction import Prediction
from .steps import Step


@node(
    "EstimateClean",
    category="sampling",
    keeps={"latent": "latent"},
    aliases=("Denoised", "Preview latent"),
)
def estimate_clean(latent: Latent, prediction: Prediction, step: Step) -> Latent:
    """The model's estimate of the finished latent at this step: what previews show.

    latent: the one that the prediction was made for, [B,C,H,W]. prediction: one row, so wire
    `CFGCombine`. Gives [B,C,H,W]. Follows the model's prediction type (epsilon, v_prediction,
    sample), as the schedulers' `pred_original_sample`.
    Errors: a prediction of several rows.
    """
    if len(prediction.labels) != 1:
        raise NodeError(
            f"One row is wanted, and these are {', '.join(prediction.labels)}.",
            port="prediction",
            fix="Wire CFGCombine between UNetDenoise and this node.",
        )
    return latent.with_samples(step.estimate_clean(latent.samples, prediction.samples))
