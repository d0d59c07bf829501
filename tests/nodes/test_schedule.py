"""What a Schedule plans: which steps, from which class, and what it refuses by name."""

from __future__ import annotations

import inspect
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine import NodeError
from nodes.schedule import SchedulerConfig, Step, schedule
from nodes.sigmas import Sigmas, custom_sigmas
from nodes.solvers import ALL_SIGMAS, ALL_SPACINGS, SOLVERS
from nodes.steps import step_info, step_range

# Inside diffusers: numpy 2 on how torch tensors become arrays.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")

RAW: dict[str, Any] = {
    "_class_name": "PNDMScheduler",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
}
CONFIG = SchedulerConfig.from_dict(RAW)
ALL = list(SOLVERS)


def timesteps(steps: tuple[Step, ...]) -> Tensor:
    return torch.stack([step.timestep for step in steps])


def plan(name: str = "euler", count: int = 8, **options: Any) -> tuple[Step, ...]:
    return schedule(CONFIG, name, count, **options).steps


@pytest.mark.parametrize("name", ALL)
def test_the_table_says_what_the_class_takes(name: str) -> None:
    spec = SOLVERS[name]
    step = inspect.signature(spec.scheduler_class.step).parameters
    made = inspect.signature(spec.scheduler_class.__init__).parameters
    times = inspect.signature(spec.scheduler_class.set_timesteps).parameters
    assert spec.eta == ("eta" in step)
    assert spec.generator == ("generator" in step)
    assert spec.custom_sigmas == ("sigmas" in times)
    assert spec.sigmas == {kind for kind in ALL_SIGMAS if f"use_{kind}_sigmas" in made}
    assert spec.order == spec.scheduler_class.order
    assert spec.adds_noise == hasattr(spec.scheduler_class, "add_noise")
    assert spec.tree == hasattr(spec.scheduler_class.from_config(RAW), "noise_sampler_seed")


@pytest.mark.parametrize("name", ALL)
def test_the_spacings_offered_are_those_that_act(name: str) -> None:
    scheduler_class = SOLVERS[name].scheduler_class
    seen = set()
    for spacing in ALL_SPACINGS:
        scheduler = scheduler_class.from_config(RAW, timestep_spacing=spacing)
        scheduler.set_timesteps(8)
        seen.add(tuple(scheduler.timesteps.tolist()))
    assert SOLVERS[name].spacings == (ALL_SPACINGS if len(seen) == 3 else set())


@pytest.mark.parametrize("spacing", ["model", *sorted(ALL_SPACINGS)])
@pytest.mark.parametrize("name", ALL)
def test_timesteps_are_those_of_the_class(name: str, spacing: str) -> None:
    if spacing != "model" and spacing not in SOLVERS[name].spacings:
        with pytest.raises(NodeError, match=f"takes no spacing '{spacing}'"):
            plan(name, spacing=spacing)
        return
    options = {} if spacing == "model" else {"timestep_spacing": spacing}
    scheduler = SOLVERS[name].scheduler_class.from_config(RAW, **options)
    scheduler.set_timesteps(8)
    assert torch.equal(timesteps(plan(name, spacing=spacing)), scheduler.timesteps)


def test_one_item_is_one_model_call() -> None:
    counts = {name: len(plan(name, 20)) for name in ALL}
    assert {name: count for name, count in counts.items() if count != 20} == {
        "pndm": 21,
        "heun": 39,
        "dpm2": 39,
        "dpm2_a": 39,
        "dpmpp_sde": 39,
    }


def test_model_is_the_class_of_the_file_with_nothing_laid_over_it() -> None:
    raw = RAW | {
        "_class_name": "DPMSolverMultistepScheduler",
        "algorithm_type": "sde-dpmsolver++",
        "use_karras_sigmas": True,
        "skip_prk_steps": False,
    }
    config = SchedulerConfig.from_dict(raw)
    made = schedule(config, "model", 8).solver.scheduler
    assert type(made).__name__ == "DPMSolverMultistepScheduler"
    assert made.config.algorithm_type == "sde-dpmsolver++"
    assert made.config.use_karras_sigmas
    named = schedule(config, "dpmpp_2m", 8, sigmas="uniform").solver.scheduler
    assert named.config.algorithm_type == "dpmsolver++"
    assert not named.config.use_karras_sigmas


def test_a_file_of_another_class_gives_each_class_its_own_defaults() -> None:
    raw = RAW | {"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver++"}
    config = SchedulerConfig.from_dict(raw)
    for name in ALL:
        assert schedule(config, name, 6).steps, name
    assert schedule(config, "deis", 6).solver.scheduler.config.algorithm_type == "deis"


@pytest.mark.parametrize("name", ["FlowMatchEulerDiscreteScheduler", ""])
def test_a_class_outside_the_table_is_a_sentence(name: str) -> None:
    with pytest.raises(NodeError, match="not one of the solvers here"):
        schedule(SchedulerConfig.from_dict(RAW | {"_class_name": name}))


@pytest.mark.parametrize("strength", [0.0, 0.1, 0.3, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("name", ALL)
def test_strength_keeps_the_last_steps(name: str, strength: float) -> None:
    whole = plan(name, 10)
    order = SOLVERS[name].order
    first = (10 - min(int(10 * strength), 10)) * order
    part = plan(name, 10, strength=strength)
    assert [step.position for step in part] == list(range(first, len(whole)))
    assert [step.index for step in part] == list(range(len(part)))
    assert {step.count for step in part} <= {len(part)}


@pytest.mark.parametrize("share", [0.2, 0.5, 0.75, 0.8])
@pytest.mark.parametrize("name", [name for name in ALL if name != "ipndm"])
def test_start_and_end_cut_by_the_noise_schedule(name: str, share: float) -> None:
    whole = timesteps(plan(name, 10))
    cutoff = round(1000 - share * 1000)
    early = plan(name, 10, end=share)
    late = plan(name, 10, start=share)
    assert torch.equal(timesteps(early), whole[whole >= cutoff])
    kept = int((whole < cutoff).sum())
    kept += SOLVERS[name].order == 2 and kept % 2 == 0
    assert torch.equal(timesteps(late), whole[len(whole) - kept :])
    if SOLVERS[name].order == 1:
        assert len(early) + len(late) == len(whole)


def test_an_empty_window_makes_no_turns() -> None:
    assert plan(end=0.0) == ()
    assert plan(start=0.7, end=0.3) == ()
    assert plan(strength=0.0) == ()


def test_the_scheduler_knows_where_it_begins() -> None:
    for name in ALL:
        scheduler = schedule(CONFIG, name, 8, strength=0.5).solver.scheduler
        if hasattr(scheduler, "begin_index"):
            assert scheduler.begin_index == 4 * SOLVERS[name].order, name


@pytest.mark.parametrize("name", [n for n, spec in SOLVERS.items() if "beta" in spec.sigmas])
def test_beta_sigmas_with_many_steps(name: str) -> None:
    scheduler = SOLVERS[name].scheduler_class.from_config(RAW, use_beta_sigmas=True)
    scheduler.set_timesteps(45)
    assert torch.equal(timesteps(plan(name, 45, sigmas="beta")), scheduler.timesteps)


@pytest.mark.parametrize("name", [n for n, spec in SOLVERS.items() if not spec.sigmas])
def test_sigmas_that_a_class_lacks_are_refused_by_name(name: str) -> None:
    with pytest.raises(NodeError, match="takes no sigmas 'karras'; these solvers do: euler, heun"):
        plan(name, sigmas="karras")


@pytest.mark.parametrize("name", [n for n, spec in SOLVERS.items() if not spec.custom_sigmas])
def test_custom_sigmas_are_refused_by_name(name: str) -> None:
    with pytest.raises(NodeError, match="these solvers do: euler, unipc"):
        plan(name, custom=Sigmas((10.0, 1.0, 0.0)))


def test_custom_sigmas_stand_for_the_steps() -> None:
    steps = plan(custom=custom_sigmas([10.0, 2.0, 0.5, 0.0]))
    assert [round(step.noise_ratio, 6) for step in steps] == [10.0, 2.0, 0.5]
    assert len(plan(custom=Sigmas((10.0, 2.0, 0.5, 0.0)), strength=0.5)) == 1
    with pytest.raises(NodeError, match="exclude each other"):
        plan(custom=Sigmas((10.0, 0.0)), sigmas="karras")


@pytest.mark.parametrize("levels", [[1.0, 2.0], [1.0, 1.0], [1.0, -1.0]])
def test_custom_sigmas_fall(levels: list[float]) -> None:
    with pytest.raises(NodeError, match="noise levels fall"):
        custom_sigmas(levels)


def test_what_the_class_refuses_is_a_sentence() -> None:
    with pytest.raises(NodeError, match="LCMScheduler refuses this schedule"):
        plan("lcm", 200)
    with pytest.raises(NodeError, match="DDIMScheduler refuses this schedule"):
        plan("ddim", 1001)
    with pytest.raises(NodeError, match="1001 steps do not fit"):
        plan("euler", 1001, spacing="leading")
    with pytest.raises(NodeError, match="UniPCMultistepScheduler refuses this schedule"):
        plan("unipc", custom=Sigmas((10.0, 1.0)))


def test_ten_thousand_steps() -> None:
    assert len(plan("euler", 10_000, spacing="linspace")) == 10_000


def test_start_and_strength_exclude_each_other() -> None:
    with pytest.raises(NodeError, match="both say where to begin"):
        plan(start=0.5, strength=0.5)


@pytest.mark.parametrize("options", [{"start": 0.5}, {"end": 0.5}])
def test_ipndm_has_no_window(options: dict[str, float]) -> None:
    with pytest.raises(NodeError, match="IPNDMScheduler counts its time from 1 to 0"):
        plan("ipndm", **options)


def test_timesteps_and_sigmas_are_on_the_cpu() -> None:
    for name in ALL:
        for step in plan(name):
            assert {tensor.device.type for tensor in step.tensors()} == {"cpu"}
            assert all(tensor.ndim == 0 for tensor in step.tensors())


@pytest.mark.parametrize("name", ALL)
def test_equal_plans_have_equal_digests_and_others_do_not(name: str) -> None:
    digests = [step.digest() for step in plan(name)]
    assert digests == [step.digest() for step in plan(name)]
    assert len(set(digests)) == len(digests)
    assert digests[0] != plan(name, 9)[0].digest()


@pytest.mark.parametrize("name", ALL)
def test_a_step_survives_a_file(name: str) -> None:
    for step in plan(name, strength=0.5):
        packed = step.pack()
        json.dumps(packed.data)
        assert Step.unpack(packed).digest() == step.digest()


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("name", ["euler", "euler_a", "lms", "ddim", "ddpm", "dpmpp_sde"])
def test_the_clean_estimate_is_that_of_the_class(name: str, prediction: str) -> None:
    raw = RAW | {"prediction_type": prediction, "noise_sampler_seed": 1}
    made = schedule(SchedulerConfig.from_dict(raw), name, 6)
    sample, output = torch.randn(2, 1, 4, 4, 4, generator=torch.Generator().manual_seed(2))
    for step in made.steps[::2]:
        scheduler = SOLVERS[name].scheduler_class.from_config(raw)
        scheduler.set_timesteps(6)
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(step.position)
        scheduler.scale_model_input(sample, step.timestep)
        wanted = scheduler.step(output, step.timestep, sample, return_dict=False)[1]
        assert torch.equal(step.estimate_clean(sample, output), wanted)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction", "sample"])
@pytest.mark.parametrize("name", [name for name in ALL if name != "ipndm"])
def test_the_clean_estimate_undoes_the_noise(name: str, prediction: str) -> None:
    config = SchedulerConfig.from_dict(RAW | {"prediction_type": prediction})
    clean, noise = torch.randn(2, 1, 4, 4, 4, generator=torch.Generator().manual_seed(2))
    for step in schedule(config, name, 6).steps:
        alpha = torch.tensor(1.0) if step.alpha is None else step.alpha
        norm = (alpha**2 + step.sigma**2) ** 0.5
        velocity = (alpha * noise - step.sigma * clean) / norm
        output = {"epsilon": noise, "v_prediction": velocity, "sample": clean}[prediction]
        noisy = alpha * clean + step.sigma * noise
        torch.testing.assert_close(step.estimate_clean(noisy, output), clean, atol=1e-4, rtol=1e-4)


def test_learned_variances_are_no_part_of_the_clean_estimate() -> None:
    step = plan("ddpm")[0]
    sample, output = torch.ones(1, 4, 2, 2), torch.ones(1, 8, 2, 2)
    clean = step.estimate_clean(sample, output)
    assert torch.equal(clean, step.estimate_clean(sample, output[:, :4]))


def test_step_info_tells_where_the_loop_is() -> None:
    infos = [step_info(step) for step in plan("euler", 4)]
    assert [info.index for info in infos] == [0, 1, 2, 3]
    assert {info.count for info in infos} == {4}
    assert [info.fraction for info in infos] == [0.0, 0.25, 0.5, 0.75]
    assert infos[0].timestep > infos[1].timestep
    assert infos[0].sigma > infos[1].sigma > 0


def test_sigma_means_the_same_for_every_solver() -> None:
    noisiest = {name: step_info(plan(name, spacing="trailing")[0]).sigma for name in SPACED}
    assert all(math.isclose(sigma, 14.6146, rel_tol=1e-3) for sigma in noisiest.values()), noisiest


SPACED = [name for name, spec in SOLVERS.items() if spec.spacings]


def test_step_range_renumbers_its_part() -> None:
    steps = list(plan("euler", 8))
    part = step_range(steps, 3, 6).steps
    assert [step.index for step in part] == [0, 1, 2]
    assert {step.count for step in part} == {3}
    assert [step.position for step in part] == [3, 4, 5]
    assert torch.equal(timesteps(part), timesteps(tuple(steps[3:6])))
    assert len(step_range(steps, 6).steps) == 2
    assert step_range(steps, 8).steps == ()
    assert len(step_range(steps, 0, 100).steps) == 8
    with pytest.raises(NodeError, match="ends at 2, before it begins at 3"):
        step_range(steps, 3, 2)


def test_the_config_keeps_what_json_cannot_say(tmp_path: Path) -> None:
    path = tmp_path / "scheduler_config.json"
    raw = {"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -math.inf}
    path.write_text(json.dumps(raw))
    config = SchedulerConfig.from_file(path)
    assert config.to_dict()["lambda_min_clipped"] == -math.inf
    assert config.class_name == "DPMSolverMultistepScheduler"
    json.loads(config.text, parse_constant=pytest.fail)
    assert SchedulerConfig.unpack(config.pack()) == config
    assert schedule(config, "model", 4).steps


def test_the_config_is_named_by_its_content() -> None:
    turned = dict(reversed(RAW.items()))
    assert SchedulerConfig.from_dict(turned).digest() == CONFIG.digest()
    assert SchedulerConfig.from_dict(RAW | {"beta_end": 0.013}).digest() != CONFIG.digest()


@pytest.mark.parametrize("text", ["{", "[1]", ""])
def test_a_file_that_is_no_config_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scheduler_config.json"
    path.write_text(text)
    with pytest.raises(NodeError, match=r"scheduler file scheduler_config\.json"):
        SchedulerConfig.from_file(path)
    with pytest.raises(NodeError, match="cannot be read"):
        SchedulerConfig.from_file(tmp_path / "missing.json")


def test_nonsense_in_the_file_is_a_sentence() -> None:
    config = SchedulerConfig.from_dict(RAW | {"beta_schedule": "wavy"})
    with pytest.raises(NodeError, match="refuses this schedule"):
        schedule(config, "ddim")


def test_the_declaration_lists_the_table() -> None:
    declared = schedule.node.declaration
    assert declared.static
    assert declared.inputs["solver"].plain.values == ("model", *SOLVERS)
    assert declared.inputs["steps"].plain.limits.le == 10_000
    assert list(declared.outputs) == ["steps", "solver"]
    assert declared.outputs["steps"].type == "list[Step]"
    assert declared.outputs["steps"].content
    assert not declared.outputs["solver"].content
