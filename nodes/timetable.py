"""Timetables: from a scheduler file and a few choices to a scheduler with its timesteps.

The only place that makes diffusers schedulers. Steps nothing and draws nothing.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from torch import Tensor

from engine import NodeError, Value

from .config import SchedulerConfig
from .solvers import ALL_SIGMAS, SolverSpec, names_with, solver_spec
from .steps import Step

REFUSALS = (ValueError, TypeError, NotImplementedError, IndexError, ArithmeticError)


@dataclass(frozen=True, eq=False)
class Timetable(Value):
    """All that a scheduler is made from, so that it can be made again, bit for bit.

    The fields are the inputs of `Schedule`; `custom` holds noise levels instead of `steps`.
    """

    config: SchedulerConfig
    solver: str
    steps: int
    sigmas: str = "model"
    spacing: str = "model"
    strength: float = 1.0
    start: float = 0.0
    end: float = 1.0
    custom: tuple[float, ...] = ()

    @cached_property
    def spec(self) -> SolverSpec:
        """The row of the table of solvers."""
        return solver_spec(self.solver, self.config.class_name)[0]

    @cached_property
    def scheduler(self) -> Any:
        """The diffusers scheduler before its first step, at its first timestep. Never step it:
        it is shared by every solver value of this timetable; step a `fork`.
        """
        spec = self.spec
        self._check_window()
        try:
            scheduler = fork(_untimed(self.config, self.solver, self.sigmas, self.spacing))
            self._set_timesteps(scheduler)
        except REFUSALS as error:
            raise NodeError(
                f"{spec.class_name} refuses this schedule: {error}", port="steps"
            ) from error
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(self._first(scheduler))
        if hasattr(scheduler, "is_scale_input_called"):
            scheduler.is_scale_input_called = True
        return scheduler

    @cached_property
    def window(self) -> tuple[int, int]:
        """The part of the scheduler's timesteps to be made: first, and the one after the last."""
        first = self._first(self.scheduler)
        timesteps = self.scheduler.timesteps[first:]
        if self.end >= 1:
            return first, first + len(timesteps)
        kept = int((timesteps >= self._cutoff(self.scheduler, self.end)).sum())
        return first, first + kept

    def fork(self) -> Any:
        """A scheduler that stands at the beginning and may be stepped."""
        return fork(self.scheduler)

    def make_steps(self) -> tuple[Step, ...]:
        """One Step a model call, in order; none where the window is empty."""
        first, last = self.window
        count = last - first
        return tuple(self._step(first + index, index, count) for index in range(count))

    def _step(self, position: int, index: int, count: int) -> Step:
        scheduler = self.scheduler
        sigma, alpha = _levels(self.spec, scheduler, position)
        scale = (sigma**2 + 1) ** 0.5 if self.spec.space == "sigma" else None
        return Step(
            index=index,
            count=count,
            position=position,
            timestep=scheduler.timesteps[position],
            sigma=sigma,
            alpha=alpha,
            input_scale=scale,
            input_op="none" if scale is None else "divide",
            prediction_type=getattr(scheduler.config, "prediction_type", "epsilon"),
        )

    def untimed(self) -> Any:
        """The scheduler of the file, the solver and its options, before its timesteps are set."""
        return self.spec.scheduler_class.from_config(self._raw(), **self._overrides())

    def _raw(self) -> dict[str, Any]:
        raw = self.config.to_dict()
        return raw if self.solver == "model" else {**self.spec.defaults, **raw}

    def _overrides(self) -> dict[str, Any]:
        spec, overrides = solver_spec(self.solver, self.config.class_name)
        raw = self.config.to_dict()
        if spec.algorithms and raw.get("algorithm_type", spec.algorithms[0]) not in spec.algorithms:
            overrides["algorithm_type"] = spec.algorithms[0]
        if self.spacing != "model":
            self._check(self.spacing, spec.spacings, "spacing", "spacings")
            overrides["timestep_spacing"] = self.spacing
        if self.sigmas != "model":
            overrides |= self._sigma_flags(spec, raw)
        return overrides

    def _sigma_flags(self, spec: SolverSpec, raw: dict[str, Any]) -> dict[str, bool]:
        if self.sigmas != "uniform":
            self._check(self.sigmas, spec.sigmas, "sigmas", "sigmas")
        flags = {f"use_{kind}_sigmas": kind == self.sigmas for kind in ALL_SIGMAS & spec.sigmas}
        return flags | ({"use_lu_lambdas": False} if raw.get("use_lu_lambdas") else {})

    def _check(self, wanted: str, known: frozenset[str], port: str, column: str) -> None:
        if wanted not in known:
            raise NodeError(
                f"{self.spec.class_name} takes no {port} '{wanted}'; these solvers do: "
                f"{names_with(column, wanted)}.",
                code="out_of_choices",
                port=port,
                fix=f"Set {port} to 'model', or choose another solver.",
            )

    def _set_timesteps(self, scheduler: Any) -> None:
        if self.custom:
            self._check_custom()
            scheduler.set_timesteps(sigmas=np.array(self.custom), device="cpu")
            return
        trained = scheduler.config.num_train_timesteps
        spacing = getattr(scheduler.config, "timestep_spacing", "")
        if spacing == "leading" and self.steps > trained:
            raise ValueError(
                f"{self.steps} steps do not fit into the {trained} that the model was trained on."
            )
        scheduler.set_timesteps(self.steps, device="cpu")

    def _check_custom(self) -> None:
        if not self.spec.custom_sigmas:
            raise NodeError(
                f"{self.spec.class_name} takes no noise levels of your own; these solvers do: "
                f"{names_with('custom_sigmas')}.",
                port="custom",
                fix="Unwire them, or choose another solver.",
            )
        if self.sigmas != "model":
            raise NodeError(
                f"Noise levels of your own and '{self.sigmas}' ones exclude each other.",
                port="sigmas",
                fix="Set sigmas to 'model'.",
            )

    def _check_window(self) -> None:
        if self.spec.space == "angle" and (self.start > 0 or self.end < 1):
            raise NodeError(
                f"{self.spec.class_name} counts its time from 1 to 0 and has no place in the "
                "model's timesteps for start and end.",
                port="start" if self.start > 0 else "end",
                fix="Leave start at 0 and end at 1, or choose another solver.",
            )

    def _first(self, scheduler: Any) -> int:
        length = len(scheduler.timesteps)
        if self.start > 0:
            return length - self._left_from_start(scheduler)
        steps = length if self.custom else self.steps
        skipped = steps - min(int(steps * self.strength), steps)
        return min(skipped * int(scheduler.order), length)

    def _left_from_start(self, scheduler: Any) -> int:
        left = int((scheduler.timesteps < self._cutoff(scheduler, self.start)).sum())
        return left + 1 if scheduler.order == 2 and left % 2 == 0 else left

    def _cutoff(self, scheduler: Any, share: float) -> int:
        trained: int = scheduler.config.num_train_timesteps
        return round(trained - share * trained)


@lru_cache(maxsize=32)
def _untimed(config: SchedulerConfig, solver: str, sigmas: str, spacing: str) -> Any:
    """Made once, as reading a config takes a class longer than making its timesteps: fork it."""
    return Timetable(config, solver, 1, sigmas, spacing).untimed()


def fork(scheduler: Any) -> Any:
    """A copy that may be stepped while the first stays as it was.

    Shallow, with the lists copied, and PNDM's running sum cloned, as the class adds to it in
    place; all else a class replaces and never changes. Some 10 us instead of deepcopy's 10 ms.
    """
    twin = copy.copy(scheduler)
    for name, value in vars(twin).items():
        if isinstance(value, list):
            setattr(twin, name, list(value))
    if isinstance(getattr(twin, "cur_model_output", None), Tensor):
        twin.cur_model_output = twin.cur_model_output.clone()
    return twin


def _levels(spec: SolverSpec, scheduler: Any, position: int) -> tuple[Tensor, Tensor | None]:
    """sigma and alpha of a timestep, as the class itself gets them."""
    match spec.space:
        case "sigma":
            return _sigma(scheduler, position), None
        case "alpha_sigma":
            alpha, sigma = scheduler._sigma_to_alpha_sigma_t(scheduler.sigmas[position])
            return sigma, alpha
        case "angle":
            return scheduler.betas[position], scheduler.alphas[position]
    product = scheduler.alphas_cumprod[int(scheduler.timesteps[position])]
    return (1 - product) ** 0.5, product**0.5


def _sigma(scheduler: Any, position: int) -> Tensor:
    """The noise level that the model is asked about: second-order classes have one between."""
    sigma: Tensor = scheduler.sigmas[position]
    if position % 2 == 0 or scheduler.order == 1:
        return sigma
    match type(scheduler).__name__:
        case "KDPM2DiscreteScheduler":
            sigma = scheduler.sigmas_interpol[position]
        case "KDPM2AncestralDiscreteScheduler":
            sigma = scheduler.sigmas_interpol[position - 1]
        case "DPMSolverSDEScheduler":
            time, after = -scheduler.sigmas[position - 1].log(), -sigma.log()
            sigma = (time + (after - time) * 0.5).neg().exp()
    return sigma
