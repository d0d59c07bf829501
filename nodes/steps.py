"""Steps: what one turn of the denoising loop needs to know, and the nodes that read and cut them.

Knows the place of a step in its schedule as data; no scheduler object and no model.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, ClassVar, Literal, NamedTuple

from torch import Tensor

from engine import Field, NodeError, Value, node

Place = Annotated[int, Field(ge=0, le=20_000)]
ScaleOp = Literal["none", "divide", "multiply"]


@dataclass(frozen=True, eq=False)
class Step(Value):
    """One model call of a schedule; every tensor is 0-d and on the CPU.

    index, count: turn `index` of `count` in its pass, from 0. position: its place in the
    scheduler's own list of timesteps, whatever part of it this pass makes.
    timestep: what the model is told, in the scheduler's dtype.
    sigma, alpha: at this step a latent is alpha*x0 + sigma*noise; alpha None is exactly 1.
    input_scale: what the scheduler class divides or multiplies (`input_op`) the model's input by,
    the class's own fp32 tensor, as a Python number in its stead changes the bits.
    prediction_type: epsilon, v_prediction, sample or flow_prediction.
    """

    port: ClassVar[str] = "step"
    index: int
    count: int
    position: int
    timestep: Tensor
    sigma: Tensor
    alpha: Tensor | None = None
    input_scale: Tensor | None = None
    input_op: ScaleOp = "none"
    prediction_type: str = "epsilon"

    def digest(self) -> str:
        """Content key, from the exact numbers."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        numbers = (self.timestep, self.sigma, self.alpha, self.input_scale)
        words = [self.input_op, self.prediction_type, *map(_exact, numbers)]
        words += [str(self.index), str(self.count), str(self.position)]
        return hashlib.blake2b("|".join(words).encode(), digest_size=16).hexdigest()

    @property
    def noise_ratio(self) -> float:
        """Noise against signal, sigma/alpha: k-diffusion's sigma, comparable between solvers."""
        sigma = self.sigma if self.alpha is None else self.sigma / self.alpha
        return float(sigma)

    def scale_input(self, sample: Tensor) -> Tensor:
        """A latent [B,C,H,W] as the model wants it: the bits of `scale_model_input`."""
        if self.input_scale is None:
            return sample
        if self.input_op == "divide":
            return sample / self.input_scale
        return sample * self.input_scale

    def estimate_clean(self, sample: Tensor, output: Tensor) -> Tensor:
        """The clean latent x0 [B,C,H,W] that the model's `output` for `sample` amounts to.

        sample: the latent at this step, unscaled. output: [B,C,H,W], or [B,2C,H,W] of a model
        that learned variances too. No clipping and no thresholding, which some schedulers add.
        Source: the `pred_original_sample` of diffusers' schedulers; v is that of Salimans & Ho
        2022, arXiv 2202.00512. Errors: a prediction type that is none of the four.
        """
        if output.shape[1] == 2 * sample.shape[1]:
            output = output[:, : sample.shape[1]]
        match self.prediction_type:
            case "epsilon":
                clean = sample - self.sigma * output
                return clean if self.alpha is None else clean / self.alpha
            case "v_prediction":
                return self._clean_of_velocity(sample, output)
            case "sample" | "original_sample":
                return output
            case "flow_prediction":
                return sample - self.sigma * output
        raise NodeError(
            f"The scheduler file says that the model predicts '{self.prediction_type}'; "
            "known are epsilon, v_prediction, sample and flow_prediction."
        )

    def _clean_of_velocity(self, sample: Tensor, output: Tensor) -> Tensor:
        if self.alpha is not None:
            return self.alpha * sample - self.sigma * output
        norm = self.sigma**2 + 1
        return output * (-self.sigma / norm**0.5) + sample / norm


def _exact(number: Tensor | None) -> str:
    return "-" if number is None else f"{number.dtype}:{number.item()!r}"


class Info(NamedTuple):
    """Outputs of `StepInfo`."""

    index: int  # type: ignore[assignment]
    count: int  # type: ignore[assignment]
    fraction: float
    timestep: float
    sigma: float


class Part(NamedTuple):
    """Outputs of `StepRange`."""

    steps: tuple[Step, ...]


@node(
    "StepInfo",
    category="sampling",
    static=True,
    aliases=("StepIndex", "CurrentStep", "Timestep"),
)
def step_info(step: Step) -> Info:
    """The numbers of a step, to steer other nodes by.

    index: the turn, counted from 0. count: turns in the pass. fraction: index/count, the share
    already done: 0 at the first turn, below 1 at the last. timestep: what the model is told
    (1000 to 0 for most models). sigma: noise against signal as k-diffusion counts it, the same
    for every solver at the same noise.
    """
    return Info(
        step.index,
        step.count,
        step.index / step.count,
        float(step.timestep),
        step.noise_ratio,
    )


@node("StepRange", category="sampling", static=True, aliases=("SplitSigmas", "KSamplerAdvanced"))
def step_range(steps: list[Step], first: Place = 0, last: Place | None = None) -> Part:
    """A part of the steps, for a pass of its own.

    first: the first turn taken, counted from 0. last: the first one not taken, so that two parts
    meet at one number; None takes the rest. `index` and `count` are renumbered within the part,
    as in a pipeline with a truncated schedule; the noise levels stay. Past the end there are
    no steps, which makes no turns.
    Go on with the solver of the part before, or begin a part with a fresh one.
    Errors: `last` below `first`.
    """
    if last is not None and last < first:
        raise NodeError(
            f"The part ends at {last}, before it begins at {first}.",
            code="out_of_range",
            port="last",
            fix=f"Set last to {first} or more.",
        )
    part = steps[first:last]
    count = len(part)
    renumbered = (replace(step, index=index, count=count) for index, step in enumerate(part))
    return Part(tuple(renumbered))
