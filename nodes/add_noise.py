"""How a solver gets its start: noise on the latent, and a random stream for its steps."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from engine import NodeError, node

from .latent import Latent
from .noise import Random, Seed, stream_for
from .solver import Solver
from .timetable import fork


class Noised(NamedTuple):
    """Outputs of `AddNoise`."""

    latent: Latent
    noise: Latent
    solver: Solver


@node(
    "AddNoise",
    category="sampling",
    keeps={"latent": ("latent", "noise"), "noise": ("latent", "noise")},
    aliases=("KSampler", "LatentNoise"),
)
def add_noise(
    latent: Latent,
    solver: Solver,
    seed: Seed = 0,
    per_image: bool = False,
    noise: Latent | None = None,
    random: Random | None = None,
) -> Noised:
    """Bring a latent to the noise level of the first step, and give the solver its stream.

    An empty latent [B,C,H,W] becomes noise times `init_noise_sigma`; any other gets noise by the
    scheduler's `add_noise` at the first timestep, at full strength too. A schedule without steps
    leaves the latent as it is.
    seed, per_image: the stream that the noise is drawn from, one, or one an image (seed+i); the
    steps of the solver draw on from there. random: a stream to go on with instead.
    noise: noise [B,C,H,W] of your own: nothing is drawn, and the solver's stream is `random`,
    else `seed` from its start, as diffusers does with `latents=`. So wire `RandomNoise.random`
    along with its noise.
    Gives the latent, the noise used, and the solver.
    Errors: noise of another shape; a solver that has made steps; ipndm with an image, as its
    class cannot add noise to one.
    """
    if solver.due is not None:
        raise NodeError(
            f"The solver has made {solver.due} steps already.",
            port="solver",
            fix="Wire the solver of a Schedule.",
        )
    stream = stream_for(latent, seed, per_image, random)
    if noise is None:
        drawn, stream = stream.draw(latent.samples.shape)
        noise = latent.with_samples(drawn.to(latent.samples))
    elif noise.samples.shape != latent.samples.shape:
        raise NodeError(
            f"The noise is of shape {tuple(noise.samples.shape)}, the latent of "
            f"{tuple(latent.samples.shape)}.",
            port="noise",
            fix="Draw it with a RandomNoise from this latent.",
        )
    noisy, ready = _noisy(latent, noise, solver)
    return Noised(noisy, noise, replace(ready, random=stream))


@node("SeedSolver", category="sampling", aliases=("Seed", "DisableNoise"))
def seed_solver(
    solver: Solver,
    latent: Latent,
    seed: Seed = 0,
    per_image: bool = False,
    random: Random | None = None,
) -> Solver:
    """Give a solver a random stream without adding noise, for a pass that takes over a latent.

    latent: the one to be denoised; only its batch size matters. seed, per_image, random: as in
    `AddNoise`. Gives the solver; only solvers that draw in their steps need this.
    """
    return replace(solver, random=stream_for(latent, seed, per_image, random))


def _noisy(latent: Latent, noise: Latent, solver: Solver) -> tuple[Latent, Solver]:
    first, last = solver.table.window
    if first == last:
        return latent, solver
    if latent.empty:
        return noise.with_samples(noise.samples * solver.scheduler.init_noise_sigma), solver
    if not solver.table.spec.adds_noise:
        raise NodeError(
            f"{solver.table.spec.class_name} cannot add noise to an image; it only starts from "
            "an EmptyLatent.",
            port="solver",
            fix="Choose another solver.",
        )
    # Some classes move their tables to the latent's device here, and go on from there.
    scheduler = fork(solver.scheduler)
    timestep = scheduler.timesteps[first : first + 1].repeat(len(latent.samples))
    samples = scheduler.add_noise(latent.samples, noise.samples, timestep)
    return latent.with_samples(samples), replace(solver, state=scheduler)
