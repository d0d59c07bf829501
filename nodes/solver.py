"""Solvers: a scheduler's state and its random stream as one value, and the nodes that move it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import torch
from torch import Generator, Tensor

from engine import Field, NodeError, Packed, Value, node

from .latent import Latent
from .noise import Random
from .prediction import Prediction
from .steps import Step
from .timetable import Timetable, fork

Eta = Annotated[float, Field(ge=0, le=1)]


class NoStream:
    """Stands where a generator would; the first use of it, for a draw, is an error."""

    @property
    def device(self) -> torch.device:
        raise no_stream()


def no_stream() -> NodeError:
    return NodeError(
        "This solver draws noise in its steps, and there is no random stream to draw from.",
        port="solver",
        fix="Wire AddNoise.solver into the loop, or put a SeedSolver before it.",
    )


@dataclass(frozen=True, eq=False)
class State(Value):
    """What a solver's steps have changed since its timetable, taken apart for a file."""

    table: Timetable
    changed: Mapping[str, Any]
    random: Random | None
    due: int | None


@dataclass(frozen=True, eq=False)
class Solver(Value):
    """A diffusers scheduler between two steps. A value: a step gives a new one.

    table: what the scheduler is made from. state: the scheduler, never stepped itself; None
    before the first step. random: the stream that steps draw from, None if there is none yet.
    due: the position of the step to come, None before the first.
    """

    port: ClassVar[str] = "solver"
    table: Timetable
    state: Any = None
    random: Random | None = None
    due: int | None = None

    @property
    def scheduler(self) -> Any:
        """The diffusers scheduler as it stands. Read it, or step a `fork` of it."""
        return self.table.scheduler if self.state is None else self.state

    def changed(self) -> dict[str, Any]:
        """The scheduler's attributes that differ from those it was made with."""
        if self.state is None:
            return {}
        first = vars(self.table.scheduler)
        missing = object()
        return {
            name: value
            for name, value in vars(self.state).items()
            if value is not (was := first.get(name, missing)) and not _same(value, was)
        }

    @cached_property
    def _taken_apart(self) -> State:
        return State(self.table, self.changed(), self.random, self.due)

    def tensors(self) -> Iterator[Tensor]:
        """The history and the stream; not the tables, which all turns of a schedule share."""
        return self._taken_apart.tensors()

    def pack(self) -> Packed:
        """The timetable as JSON and the state as tensors and numbers."""
        return self._taken_apart.pack()

    @classmethod
    def unpack(cls, packed: Packed) -> Solver:
        """Makes the scheduler again from its timetable and lays the state over it."""
        saved = State.unpack(packed)
        scheduler = None
        if saved.changed:
            scheduler = saved.table.fork()
            vars(scheduler).update(saved.changed)
        return cls(saved.table, scheduler, saved.random, saved.due)

    def step(self, step: Step, sample: Tensor, output: Tensor, eta: float) -> tuple[Tensor, Solver]:
        """The sample [B,C,H,W] after `step`, given the model's output for it, and the solver.

        Raises NodeError where the step is not the one due, or must draw and has no stream.
        """
        scheduler = fork(self.scheduler)
        self._place(scheduler, step)
        spec, stream = self.table.spec, self.random
        options: dict[str, Any] = {}
        made: Generator | list[Generator] | None = None
        if stream is not None:
            stream.check(len(sample))
        if spec.tree:
            stream = _seed_tree(scheduler, stream)
        if spec.generator:
            made = stream.generators() if stream else None
            options["generator"] = made or NoStream()
        if spec.eta:
            options["eta"] = eta
        arguments = (output, step.timestep, sample)
        try:
            with _growing_tree(scheduler) if spec.tree else nullcontext():
                moved = scheduler.step(*arguments, return_dict=False, **options)[0]
        except (NotImplementedError, ValueError) as error:
            raise NodeError(f"{spec.class_name} cannot make this step: {error}") from error
        random = Random.after(made) if made else stream
        return moved, Solver(self.table, scheduler, random, step.position + 1)

    def _place(self, scheduler: Any, step: Step) -> None:
        """Puts the scheduler at the step, if this solver can be there."""
        timesteps = scheduler.timesteps
        if step.position >= len(timesteps) or timesteps[step.position] != step.timestep:
            raise NodeError(
                f"Step {step.index + 1} of {step.count} (timestep {float(step.timestep):g}) is "
                "none of this solver's.",
                port="step",
                fix="Wire steps and solver from the same Schedule.",
            )
        if self.table.spec.memory and self.due is not None and step.position != self.due:
            raise NodeError(
                f"The solver has come to step {self.due + 1} of its schedule and was given step "
                f"{step.position + 1}; {self.table.spec.class_name} builds on the steps before.",
                port="step",
                fix="Carry the solver along with the latent, from each step into the next.",
            )
        self._set_index(scheduler, step)

    def _set_index(self, scheduler: Any, step: Step) -> None:
        if self.due is None and scheduler.order == 2 and step.position % 2:
            raise NodeError(
                f"A solver cannot begin at step {step.position + 1}: "
                f"{self.table.spec.class_name} makes its steps in pairs.",
                port="step",
                fix="Begin the part one step earlier or later.",
            )
        if self.due is None and hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(step.position)
        elif self.due not in {None, step.position} and hasattr(scheduler, "_step_index"):
            scheduler._step_index = step.position


def _same(value: Any, first: Any) -> bool:
    if value is first:
        return True
    if isinstance(value, list) and isinstance(first, list):
        return len(value) == len(first) and all(map(_same, value, first))
    return type(value) is type(first) and isinstance(value, int | float | str) and value == first


@contextmanager
def _growing_tree(scheduler: Any) -> Iterator[None]:
    """A step that grows a Brownian tree, which is dropped after it.

    torchsde warns that the last sigma is below the tree's end, by the rounding of one float.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Should have t[ab]", UserWarning)
        yield
    scheduler.noise_sampler = None


def _seed_tree(scheduler: Any, stream: Random | None) -> Random | None:
    """Seeds the Brownian tree of DPMSolverSDE, once, from the stream; the file's seed goes first.

    The tree is made anew for each step: it is a function of its seed alone, so the noise is that
    of one tree for all steps, and the solver stays a value that can be kept in a file.
    """
    if scheduler.noise_sampler_seed is not None:
        return stream
    if stream is None:
        raise no_stream()
    seeds, after = stream.draw_seeds()
    scheduler.noise_sampler_seed = seeds
    return after


class Stepped(NamedTuple):
    """Outputs of `SchedulerStep`."""

    latent: Latent
    solver: Solver


@node(
    "SchedulerStep",
    category="sampling",
    keeps={"latent": "latent"},
    aliases=("KSampler", "SamplerStep", "SamplerCustom", "DenoiseStep"),
)
def scheduler_step(
    solver: Solver, step: Step, latent: Latent, prediction: Prediction, eta: Eta = 0.0
) -> Stepped:
    """Move the latent one step towards the image.

    prediction: one row [B,C,H,W], as `CFGCombine` gives it. eta: how much noise ddim (Song et
    al. 2020, arXiv 2010.02502) and tcd add in a step, 0 to 1; other solvers have no such choice.
    Gives the latent [B,C,H,W] and the solver for the next step: carry both. Source: `step` of
    the diffusers scheduler, bit for bit.
    Errors: a prediction of several rows, a step that is not the solver's next one, a solver that
    draws noise and has no random stream.
    """
    if len(prediction.labels) != 1:
        raise NodeError(
            f"The prediction has {len(prediction.labels)} rows ({', '.join(prediction.labels)}); "
            "a step takes one.",
            port="prediction",
            fix="Put a CFGCombine before it.",
        )
    sample, output = latent.samples, prediction.samples
    if (len(sample), *sample.shape[2:]) != (len(output), *output.shape[2:]):
        raise NodeError(
            f"The prediction is of shape {tuple(output.shape)}, the latent of "
            f"{tuple(sample.shape)}.",
            port="prediction",
            fix="Wire both from the same pass.",
        )
    moved, after = solver.step(step, sample, output, eta)
    return Stepped(latent.with_samples(moved), after)
