"""Schedule: from a model's scheduler file to the steps of the loop and a solver to make them."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from engine import Field, NodeError, node

from .config import SchedulerConfig
from .sigmas import Sigmas
from .solver import Solver
from .solvers import SolverName
from .steps import Step
from .timetable import Timetable

__all__ = ["Schedule", "SchedulerConfig", "Step", "schedule"]

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=10_000)]


class Schedule(NamedTuple):
    """Outputs of the node `Schedule`."""

    steps: tuple[Step, ...]
    solver: Solver


@node(
    "Schedule",
    category="sampling",
    static=True,
    aliases=(
        "BasicScheduler",
        "KSampler",
        "KSamplerSelect",
        "KarrasScheduler",
        "ExponentialScheduler",
        "BetaSamplingScheduler",
        "SDTurboScheduler",
        "SplitSigmasDenoise",
        "sampler_name",
        "dpm++",
        "uni_pc",
        "euler_ancestral",
    ),
)
def schedule(
    config: SchedulerConfig,
    solver: Literal["model", SolverName] = "model",
    steps: Count = 20,
    sigmas: Literal["model", "uniform", "karras", "exponential", "beta"] = "model",
    spacing: Literal["model", "linspace", "leading", "trailing"] = "model",
    strength: Share = 1.0,
    start: Share = 0.0,
    end: Share = 1.0,
    custom: Sigmas | None = None,
) -> Schedule:
    """Plan the denoising: which noise levels, in which steps, by which solver.

    config: the model's scheduler file. solver: a diffusers scheduler class made from that file;
    "model" is the class that the file names. steps: 1 to 10,000. One step of the loop is one
    model call: solvers of second order (heun, dpm2, dpm2_a, dpmpp_sde) make 2N-1, pndm N+1.
    sigmas: how noise levels are spread (karras: Karras et al. 2022, arXiv 2206.00364; beta:
    arXiv 2407.12173; uniform: evenly by timestep), where the class offers it.
    ipndm: its class goes by a schedule of its own, whatever the file says, as Dance Diffusion was
    trained; models trained on another draw nothing with it.
    spacing: linspace, leading or trailing, table 2 of arXiv 2305.08891.
    strength: the share of the steps that is made, the last ones, as image-to-image does.
    start, end: a window in the noise schedule from 0 (all noise) to 1 (none), as the hand-off
    between a base model and a refiner (`denoising_start`, `denoising_end`). A hand-off adds no
    noise: wire `solver` straight into the loop, through `SeedSolver` if the solver draws noise.
    custom: noise levels instead of `steps`, where `set_timesteps` takes them (euler, unipc).
    Gives the steps, none where nothing is left to do, and the solver before its first step.
    Errors: what the class does not take, by name; start together with strength.
    """
    if start > 0 and strength < 1:
        raise NodeError(
            f"start is {start:g} and strength is {strength:g}; both say where to begin.",
            port="start",
            fix="Leave start at 0 or strength at 1.",
        )
    levels = custom.levels if custom is not None else ()
    table = Timetable(config, solver, steps, sigmas, spacing, strength, start, end, levels)
    return Schedule(table.make_steps(), Solver(table))
