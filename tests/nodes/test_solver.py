"""Every solver against its diffusers class in a hand-written loop: the same bits."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from diffusers.utils.torch_utils import randn_tensor
from safetensors.torch import load, save
from torch import Generator, Tensor

from engine import NodeError, Packed
from nodes.add_noise import add_noise, seed_solver
from nodes.latent import Latent
from nodes.noise import SEEDS, Random
from nodes.prediction import Prediction
from nodes.schedule import SchedulerConfig, Step, schedule
from nodes.sigmas import Sigmas
from nodes.solver import Solver, scheduler_step
from nodes.solvers import SOLVERS
from nodes.steps import step_range

pytestmark = [
    # Inside diffusers: numpy 2 on how torch tensors become arrays.
    pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning"),
    # Inside torchsde: the last sigma is below the tree's end by the rounding of one float.
    pytest.mark.filterwarnings("ignore:Should have t[ab]:UserWarning"),
]

RAW: dict[str, Any] = {
    "_class_name": "PNDMScheduler",
    "_diffusers_version": "0.6.0",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
}
CONFIG = SchedulerConfig.from_dict(RAW)
ALL = list(SOLVERS)
WITH_SIGMAS = [(name, kind) for name, spec in SOLVERS.items() for kind in sorted(spec.sigmas)]
WITH_ETA = [name for name, spec in SOLVERS.items() if spec.eta]
ADDING = [name for name, spec in SOLVERS.items() if spec.adds_noise]
DRAWING = ["euler_a", "dpm2_a", "ddpm", "dpmpp_2m_sde", "dpmpp_sde", "lcm", "sa_solver"]
# What the name of a solver says beyond its class; written down again, as the table is on trial.
OVERRIDES: dict[str, dict[str, Any]] = {
    "dpmpp_2m": {"algorithm_type": "dpmsolver++"},
    "dpmpp_2m_sde": {"algorithm_type": "sde-dpmsolver++"},
}
KERNEL = torch.randn(4, 4, 3, 3, generator=Generator().manual_seed(1)) / 6


def model(sample: Tensor, timestep: Tensor) -> Tensor:
    """A fixed function of input and time, in place of a UNet."""
    mixed = torch.nn.functional.conv2d(sample, KERNEL.to(sample.dtype), padding=1)
    return torch.tanh(mixed + timestep.to(sample.dtype) / 1000)


def picture(batch: int = 1, seed: int = 5) -> Latent:
    samples = torch.randn(batch, 4, 6, 6, generator=Generator().manual_seed(seed))
    return Latent(samples, "sd", 8)


def blank(batch: int = 1) -> Latent:
    return Latent(torch.zeros(batch, 4, 6, 6), "sd", 8, empty=True)


def streams(seed: int, batch: int, per_image: bool) -> Any:
    if per_image:
        return [Generator().manual_seed(seed + index) for index in range(batch)]
    return Generator().manual_seed(seed)


def scheduler_of(name: str, steps: int, raw: dict[str, Any] | None = None, **extra: Any) -> Any:
    overrides = OVERRIDES.get(name, {}) | extra
    scheduler = SOLVERS[name].scheduler_class.from_config(raw or RAW, **overrides)
    scheduler.set_timesteps(steps)
    return scheduler


def seed_tree(scheduler: Any, generator: Any) -> None:
    """DPMSolverSDE knows no generator: its seed is the stream's next whole number."""
    if not hasattr(scheduler, "noise_sampler_seed"):
        return
    if isinstance(generator, list) and len(generator) > 1:
        draws = [torch.randint(0, SEEDS, (), generator=one).item() for one in generator]
        scheduler.noise_sampler_seed = draws
    else:
        one = generator[0] if isinstance(generator, list) else generator
        scheduler.noise_sampler_seed = torch.randint(0, SEEDS, (), generator=one).item()


def hand_loop(
    scheduler: Any, sample: Tensor, generator: Any, eta: float = 0.0, first: int = 0, last: int = 99
) -> Tensor:
    """The loop of the diffusers pipelines."""
    takes = inspect.signature(scheduler.step).parameters
    options: dict[str, Any] = {"eta": eta} if "eta" in takes else {}
    if "generator" in takes:
        options["generator"] = generator
    seed_tree(scheduler, generator)
    for timestep in scheduler.timesteps[first:last]:
        output = model(scheduler.scale_model_input(sample, timestep), timestep)
        sample = scheduler.step(output, timestep, sample, return_dict=False, **options)[0]
    return sample


def by_hand(
    scheduler: Any,
    latent: Latent,
    seed: int = 3,
    per_image: bool = False,
    eta: float = 0.0,
    first: int = 0,
) -> Tensor:
    """Noise, then the loop, as text-to-image and image-to-image do it."""
    generator = streams(seed, len(latent.samples), per_image)
    noise = randn_tensor(latent.samples.shape, generator=generator)
    if latent.empty:
        sample = noise * scheduler.init_noise_sigma
    else:
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
        timestep = scheduler.timesteps[first : first + 1].repeat(len(noise))
        sample = scheduler.add_noise(latent.samples, noise, timestep)
    return hand_loop(scheduler, sample, generator, eta, first)


def by_nodes(
    steps: tuple[Step, ...],
    solver: Solver,
    latent: Latent,
    eta: float = 0.0,
    between: Callable[[Solver], Solver] = lambda solver: solver,
) -> Latent:
    for step in steps:
        output = model(step.scale_input(latent.samples), step.timestep)
        moved = scheduler_step(solver, step, latent, Prediction(output, ("guided",)), eta)
        latent, solver = moved.latent, between(moved.solver)
    return latent


def run(
    name: str,
    latent: Latent,
    steps: int = 5,
    seed: int = 3,
    per_image: bool = False,
    eta: float = 0.0,
    config: SchedulerConfig = CONFIG,
    **options: Any,
) -> Tensor:
    plan = schedule(config, name, steps, **options)
    noisy = add_noise(latent, plan.solver, seed, per_image)
    return by_nodes(plan.steps, noisy.solver, noisy.latent, eta).samples


def through_a_file(solver: Solver) -> Solver:
    packed = solver.pack()
    tensors = {name: tensor.clone() for name, tensor in packed.tensors.items()}
    data = json.loads(json.dumps(packed.data, allow_nan=False))
    return Solver.unpack(Packed(load(save(tensors)), data))


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("name", ALL)
def test_text_to_image_has_the_bits_of_diffusers(name: str, batch: int, per_image: bool) -> None:
    wanted = by_hand(scheduler_of(name, 5), blank(batch), per_image=per_image)
    assert torch.equal(run(name, blank(batch), per_image=per_image), wanted)


@pytest.mark.parametrize("steps", [1, 2, 3, 8])
@pytest.mark.parametrize("name", ALL)
def test_any_number_of_steps(name: str, steps: int) -> None:
    wanted = by_hand(scheduler_of(name, steps), blank())
    assert torch.equal(run(name, blank(), steps), wanted)


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("strength", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("name", ADDING)
def test_image_to_image_has_the_bits_of_diffusers(
    name: str, strength: float, per_image: bool
) -> None:
    scheduler = scheduler_of(name, 7)
    first = (7 - min(int(7 * strength), 7)) * scheduler.order
    wanted = by_hand(scheduler, picture(2), per_image=per_image, first=first)
    made = run(name, picture(2), 7, per_image=per_image, strength=strength)
    assert torch.equal(made, wanted)


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("eta", [0.4, 1.0])
@pytest.mark.parametrize("name", WITH_ETA)
def test_eta_has_the_bits_of_diffusers(name: str, eta: float, per_image: bool) -> None:
    wanted = by_hand(scheduler_of(name, 5), blank(2), per_image=per_image, eta=eta)
    made = run(name, blank(2), per_image=per_image, eta=eta)
    assert torch.equal(made, wanted)
    assert not torch.equal(made, run(name, blank(2), per_image=per_image))


@pytest.mark.parametrize(("name", "kind"), WITH_SIGMAS)
def test_other_sigmas_have_the_bits_of_diffusers(name: str, kind: str) -> None:
    scheduler = scheduler_of(name, 5, **{f"use_{kind}_sigmas": True})
    made = run(name, blank(), sigmas=kind)
    assert torch.equal(made, by_hand(scheduler, blank()))
    assert not torch.equal(made, run(name, blank()))


PREDICTIONS = [
    (name, prediction)
    for name in ("euler", "euler_a", "ddim", "dpmpp_2m", "unipc", "lcm")
    for prediction in ("v_prediction", "sample")
    if (name, prediction) != ("euler_a", "sample")  # the class has no such prediction
]


@pytest.mark.parametrize(("name", "prediction"), PREDICTIONS)
def test_other_prediction_types(name: str, prediction: str) -> None:
    raw = RAW | {"prediction_type": prediction}
    made = run(name, blank(), config=SchedulerConfig.from_dict(raw))
    assert torch.equal(made, by_hand(scheduler_of(name, 5, raw), blank()))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", [name for name in ALL if SOLVERS[name].adds_noise])
def test_half_precision_has_the_bits_of_diffusers(name: str, dtype: torch.dtype) -> None:
    scheduler, half = scheduler_of(name, 4), picture()
    half = half.with_samples(half.samples.to(dtype))
    generator = Generator().manual_seed(3)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)
    noise = torch.randn(half.samples.shape, generator=generator, dtype=dtype)
    noisy = scheduler.add_noise(half.samples, noise, scheduler.timesteps[:1])
    wanted = hand_loop(scheduler, noisy, generator)
    assert torch.equal(run(name, half, 4), wanted)


def test_a_prediction_type_that_the_class_lacks_is_a_sentence() -> None:
    config = SchedulerConfig.from_dict(RAW | {"prediction_type": "sample"})
    with pytest.raises(NodeError, match="EulerAncestralDiscreteScheduler cannot make this step"):
        run("euler_a", blank(), config=config)


def test_pndm_with_its_runge_kutta_start() -> None:
    raw = RAW | {"skip_prk_steps": False}
    plan = schedule(SchedulerConfig.from_dict(raw), "pndm", 8)
    noisy = add_noise(blank(), plan.solver, 3)
    wanted = by_hand(scheduler_of("pndm", 8, raw), blank())
    assert len(plan.steps) == 17
    assert torch.equal(by_nodes(plan.steps, noisy.solver, noisy.latent).samples, wanted)
    kept = by_nodes(plan.steps, noisy.solver, noisy.latent, between=through_a_file)
    assert torch.equal(kept.samples, wanted)


def test_custom_sigmas_have_the_bits_of_diffusers() -> None:
    levels = [14.6, 6.5, 2.1, 0.7, 0.1, 0.0]
    scheduler = SOLVERS["euler"].scheduler_class.from_config(RAW)
    scheduler.set_timesteps(sigmas=levels)
    made = run("euler", blank(), custom=Sigmas(tuple(levels)))
    assert torch.equal(made, by_hand(scheduler, blank()))


def test_custom_sigmas_of_a_flow_model() -> None:
    raw = RAW | {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}
    levels = torch.linspace(1, 0.1, 5).tolist()
    scheduler = SOLVERS["unipc"].scheduler_class.from_config(raw)
    scheduler.set_timesteps(sigmas=torch.tensor(levels, dtype=torch.float64).numpy())
    config = SchedulerConfig.from_dict(raw)
    made = run("unipc", blank(), config=config, custom=Sigmas(tuple(levels)))
    assert torch.equal(made, by_hand(scheduler, blank()))


RESUMED = [(name, "model") for name in ALL] + [
    (name, "beta") for name in ALL if "beta" in SOLVERS[name].sigmas
]


@pytest.mark.parametrize(("name", "sigmas"), RESUMED)
def test_a_kept_state_resumes_with_the_same_bits_at_every_step(name: str, sigmas: str) -> None:
    plan = schedule(CONFIG, name, 5, sigmas=sigmas)
    noisy = add_noise(blank(2), plan.solver, 3, per_image=True)
    straight = by_nodes(plan.steps, noisy.solver, noisy.latent, 1.0)
    kept = by_nodes(
        plan.steps, through_a_file(noisy.solver), noisy.latent, 1.0, between=through_a_file
    )
    assert torch.equal(kept.samples, straight.samples)


@pytest.mark.parametrize("name", [*ALL, "pndm with its Runge-Kutta start"])
def test_a_step_leaves_the_solver_as_it_was(name: str) -> None:
    name, _, start = name.partition(" ")
    plan = schedule(SchedulerConfig.from_dict(RAW | {"skip_prk_steps": not start}), name, 5)
    noisy = add_noise(blank(2), plan.solver, 3)
    latent, solver = noisy.latent, noisy.solver
    for step in plan.steps:
        prediction = Prediction(model(step.scale_input(latent.samples), step.timestep), ("x",))
        held = [tensor.clone() for tensor in solver.tensors()]
        once = scheduler_step(solver, step, latent, prediction, 1.0)
        again = scheduler_step(solver, step, latent, prediction, 1.0)
        assert torch.equal(once.latent.samples, again.latent.samples)
        assert all(map(torch.equal, held, solver.tensors()))
        assert all(map(torch.equal, once.solver.tensors(), again.solver.tensors()))
        latent, solver = once
    assert not plan.solver.changed()


def test_a_state_resumes_in_another_process(tmp_path: Any) -> None:
    names = ["pndm", "dpmpp_2m_sde", "dpmpp_sde", "dpm2_a", "unipc", "lms"]
    for name in names:
        plan = schedule(CONFIG, name, 5)
        noisy = add_noise(blank(), plan.solver, 3)
        latent, solver = noisy.latent, noisy.solver
        for step in plan.steps[:3]:
            output = model(step.scale_input(latent.samples), step.timestep)
            latent, solver = scheduler_step(solver, step, latent, Prediction(output, ("x",)))
        packed = solver.pack()
        tensors = {key: tensor.clone() for key, tensor in packed.tensors.items()}
        tensors |= {"latent": latent.samples, "kernel": KERNEL}
        (tmp_path / name).write_bytes(save(tensors))
        (tmp_path / f"{name}.json").write_text(json.dumps(packed.data))
    done = subprocess.run(
        [sys.executable, "-c", FINISH, str(tmp_path), *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name in names:
        finished = load((tmp_path / f"{name}.out").read_bytes())["latent"]
        assert torch.equal(finished, run(name, blank())), name


FINISH = """
import json, sys
from pathlib import Path
import torch
from safetensors.torch import load, save
torch.set_num_threads(1)
from engine import Packed
from nodes.latent import Latent
from nodes.prediction import Prediction
from nodes.solver import Solver, scheduler_step
folder = Path(sys.argv[1])
for name in sys.argv[2:]:
    tensors = load((folder / name).read_bytes())
    latent, kernel = Latent(tensors.pop("latent"), "sd", 8), tensors.pop("kernel")
    solver = Solver.unpack(Packed(tensors, json.loads((folder / f"{name}.json").read_text())))
    for step in solver.table.make_steps()[3:]:
        mixed = torch.nn.functional.conv2d(step.scale_input(latent.samples), kernel, padding=1)
        output = torch.tanh(mixed + step.timestep.to(torch.float32) / 1000)
        latent, solver = scheduler_step(solver, step, latent, Prediction(output, ("x",)))
    (folder / f"{name}.out").write_bytes(save({"latent": latent.samples}))
"""


@pytest.mark.parametrize("name", [n for n in ALL if n != "ipndm"])
def test_a_hand_off_is_two_truncated_pipelines(name: str) -> None:
    early = schedule(CONFIG, name, 8, end=0.55)
    noisy = add_noise(blank(2), early.solver, 3)
    middle = by_nodes(early.steps, noisy.solver, noisy.latent)
    late = schedule(CONFIG, name, 8, start=0.55)
    solver = seed_solver(late.solver, middle, 9)
    made = by_nodes(late.steps, solver, middle).samples

    base, refiner = scheduler_of(name, 8), scheduler_of(name, 8)
    kept = int((base.timesteps >= 450).sum())
    generator = Generator().manual_seed(3)
    noise = torch.randn(2, 4, 6, 6, generator=generator)
    half = hand_loop(base, noise * base.init_noise_sigma, generator, last=kept)
    assert torch.equal(middle.samples, half)
    left = int((refiner.timesteps < 450).sum())
    left += refiner.order == 2 and left % 2 == 0
    first = len(refiner.timesteps) - left
    if hasattr(refiner, "set_begin_index"):
        refiner.set_begin_index(first)
    wanted = hand_loop(refiner, half, Generator().manual_seed(9), first=first)
    assert torch.equal(made, wanted)


@pytest.mark.parametrize("name", ALL)
def test_two_parts_of_one_schedule_are_one_pass(name: str) -> None:
    plan = schedule(CONFIG, name, 6)
    noisy = add_noise(blank(), plan.solver, 3)
    latent, solver = noisy.latent, noisy.solver
    for part in (step_range(list(plan.steps), 0, 3), step_range(list(plan.steps), 3)):
        for step in part.steps:
            output = model(step.scale_input(latent.samples), step.timestep)
            latent, solver = scheduler_step(solver, step, latent, Prediction(output, ("x",)))
    assert torch.equal(latent.samples, run(name, blank(), 6))


@pytest.mark.parametrize("name", DRAWING)
def test_a_draw_without_a_stream_is_a_sentence(name: str) -> None:
    plan = schedule(CONFIG, name, 4)
    with pytest.raises(NodeError, match=r"draws noise in its steps.*no random stream"):
        by_nodes(plan.steps, plan.solver, picture())


@pytest.mark.parametrize("name", WITH_ETA)
def test_eta_without_a_stream_is_a_sentence(name: str) -> None:
    plan = schedule(CONFIG, name, 4)
    by_nodes(plan.steps, plan.solver, picture())
    with pytest.raises(NodeError, match="no random stream"):
        by_nodes(plan.steps, plan.solver, picture(), eta=0.5)


def test_drawing_solvers_leave_the_global_stream_alone() -> None:
    before = torch.get_rng_state()
    for name in DRAWING:
        run(name, blank())
    assert torch.equal(torch.get_rng_state(), before)


def test_a_prediction_of_two_rows_asks_for_guidance() -> None:
    plan = schedule(CONFIG, "euler", 4)
    both = Prediction(torch.zeros(2, 4, 6, 6), ("uncond", "cond"))
    with pytest.raises(NodeError, match="2 rows") as caught:
        scheduler_step(plan.solver, plan.steps[0], picture(), both)
    assert "CFGCombine" in caught.value.fix


def test_a_prediction_of_another_shape_is_a_sentence() -> None:
    plan = schedule(CONFIG, "euler", 4)
    other = Prediction(torch.zeros(1, 4, 8, 8), ("guided",))
    with pytest.raises(NodeError, match=r"\(1, 4, 8, 8\)"):
        scheduler_step(plan.solver, plan.steps[0], picture(), other)


def test_a_solver_with_memory_wants_its_steps_in_order() -> None:
    plan = schedule(CONFIG, "dpmpp_2m", 4)
    once = scheduler_step(plan.solver, plan.steps[0], picture(), guided())
    with pytest.raises(NodeError, match=r"come to step 2 .* given step 4"):
        scheduler_step(once.solver, plan.steps[3], picture(), guided())


def test_a_solver_without_memory_may_go_back() -> None:
    plan = schedule(CONFIG, "euler", 4)
    later = scheduler_step(plan.solver, plan.steps[2], picture(), guided())
    back = scheduler_step(later.solver, plan.steps[0], picture(), guided())
    first = scheduler_step(plan.solver, plan.steps[0], picture(), guided())
    assert torch.equal(back.latent.samples, first.latent.samples)


def test_a_fresh_solver_may_begin_late_but_not_between_the_two_halves_of_a_step() -> None:
    plan = schedule(CONFIG, "heun", 4)
    scheduler = scheduler_of("heun", 4)
    scheduler.set_begin_index(2)
    wanted = hand_loop(scheduler, picture().samples, None, first=2)
    assert torch.equal(by_nodes(plan.steps[2:], plan.solver, picture()).samples, wanted)
    with pytest.raises(NodeError, match="in pairs"):
        by_nodes(plan.steps[1:], plan.solver, picture())


def test_a_step_of_another_schedule_is_a_sentence() -> None:
    long, short = schedule(CONFIG, "euler", 9), schedule(CONFIG, "euler", 4)
    with pytest.raises(NodeError, match="none of this solver's"):
        scheduler_step(short.solver, long.steps[1], picture(), guided())
    with pytest.raises(NodeError, match="none of this solver's"):
        scheduler_step(short.solver, long.steps[8], picture(), guided())


def test_streams_one_an_image_want_as_many_images() -> None:
    plan = schedule(CONFIG, "euler_a", 4)
    solver = seed_solver(plan.solver, picture(3), per_image=True)
    with pytest.raises(NodeError, match=r"3 random streams.*batch of 2"):
        by_nodes(plan.steps, solver, picture(2))


def test_no_turns_leave_the_latent_unchanged() -> None:
    plan = schedule(CONFIG, "euler", 4, strength=0.0)
    latent = picture()
    assert plan.steps == ()
    assert add_noise(latent, plan.solver).latent is latent


def test_noise_of_ones_own_draws_nothing() -> None:
    plan = schedule(CONFIG, "euler_a", 4)
    noise = picture(seed=8)
    own = add_noise(blank(), plan.solver, seed=3, noise=noise)
    scheduler = scheduler_of("euler_a", 4)
    start = noise.samples * scheduler.init_noise_sigma
    wanted = hand_loop(scheduler, start, Generator().manual_seed(3))
    assert torch.equal(by_nodes(plan.steps, own.solver, own.latent).samples, wanted)

    stream = Random.seeded(77)
    wired = add_noise(blank(), plan.solver, seed=3, noise=noise, random=stream)
    wanted = hand_loop(scheduler_of("euler_a", 4), start, Generator().manual_seed(77))
    assert torch.equal(by_nodes(plan.steps, wired.solver, wired.latent).samples, wanted)


def test_noise_of_another_shape_is_a_sentence() -> None:
    with pytest.raises(NodeError, match="noise is of shape"):
        add_noise(blank(), schedule(CONFIG, "euler", 4).solver, noise=picture(2))


def test_a_used_solver_takes_no_noise() -> None:
    plan = schedule(CONFIG, "euler", 4)
    used = scheduler_step(plan.solver, plan.steps[0], picture(), guided()).solver
    with pytest.raises(NodeError, match="has made 1 step"):
        add_noise(picture(), used)


def test_ipndm_refuses_an_image() -> None:
    with pytest.raises(NodeError, match="IPNDMScheduler cannot add noise to an image"):
        add_noise(picture(), schedule(CONFIG, "ipndm", 4).solver)


def test_a_stream_that_was_drawn_from_is_another_stream() -> None:
    plan = schedule(CONFIG, "euler_a", 4)
    noisy = add_noise(blank(), plan.solver, 3)
    prediction = guided()
    once = scheduler_step(noisy.solver, plan.steps[0], noisy.latent, prediction)
    assert once.solver.random is not None
    assert noisy.solver.random is not None
    assert not torch.equal(once.solver.random.states[0], noisy.solver.random.states[0])


def guided() -> Prediction:
    return Prediction(picture(seed=6).samples, ("guided",))
