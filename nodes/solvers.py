"""The table of solvers: which diffusers class each name stands for, and what that class takes.

Knows no graph and no latent. The class's own mathematics is never repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine import NodeError

SolverName = Literal[
    "euler",
    "euler_a",
    "heun",
    "dpm2",
    "dpm2_a",
    "lms",
    "ddim",
    "ddpm",
    "pndm",
    "dpmpp_2m",
    "dpmpp_2m_sde",
    "dpmpp_2s",
    "dpmpp_sde",
    "unipc",
    "deis",
    "ipndm",
    "lcm",
    "tcd",
    "sa_solver",
]
Space = Literal["sigma", "alpha_sigma", "alpha_product", "angle"]
ALL_SIGMAS = frozenset({"karras", "exponential", "beta"})
ALL_SPACINGS = frozenset({"linspace", "leading", "trailing"})
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SolverSpec:
    """One row of the table.

    `class_name`: the diffusers class. `overrides` stand above the model's scheduler file, as they
    are what the name says; `defaults` below it. `algorithms`: the `algorithm_type` values that the
    class takes; a file written for another class is given the first of them.
    `space`: what the latent is between steps: x0 + sigma*noise (`sigma`, whose input is scaled),
    or alpha*x0 + sigma*noise with both from the sigmas (`alpha_sigma`), from `alphas_cumprod`
    (`alpha_product`), or from IPNDM's own angles (`angle`).
    `order`: model calls a step, the last step excepted. `memory`: a step uses what earlier steps
    left in the solver, so the steps must be made in their order.
    `eta`, `generator`: whether `step` takes them. `tree`: noise from a Brownian tree (torchsde).
    `comfy`: ComfyUI's name for it.
    """

    class_name: str
    space: Space
    comfy: str = ""
    order: int = 1
    sigmas: frozenset[str] = NONE
    spacings: frozenset[str] = ALL_SPACINGS
    overrides: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    algorithms: tuple[str, ...] = ()
    memory: bool = True
    eta: bool = False
    generator: bool = False
    tree: bool = False
    custom_sigmas: bool = False
    adds_noise: bool = True

    @property
    def scheduler_class(self) -> Any:
        """The diffusers class. Imported here, as importing diffusers takes seconds."""
        import diffusers

        return getattr(diffusers, self.class_name)


PLUS_PLUS = {"algorithm_type": "dpmsolver++"}
SDE_PLUS_PLUS = {"algorithm_type": "sde-dpmsolver++"}

SOLVERS: dict[str, SolverSpec] = {
    "euler": SolverSpec(
        "EulerDiscreteScheduler",
        "sigma",
        "euler",
        sigmas=ALL_SIGMAS,
        memory=False,
        generator=True,
        custom_sigmas=True,
    ),
    "euler_a": SolverSpec(
        "EulerAncestralDiscreteScheduler",
        "sigma",
        "euler_ancestral",
        memory=False,
        generator=True,
    ),
    "heun": SolverSpec("HeunDiscreteScheduler", "sigma", "heun", order=2, sigmas=ALL_SIGMAS),
    "dpm2": SolverSpec("KDPM2DiscreteScheduler", "sigma", "dpm_2", order=2, sigmas=ALL_SIGMAS),
    "dpm2_a": SolverSpec(
        "KDPM2AncestralDiscreteScheduler",
        "sigma",
        "dpm_2_ancestral",
        order=2,
        sigmas=ALL_SIGMAS,
        generator=True,
    ),
    "lms": SolverSpec("LMSDiscreteScheduler", "sigma", "lms", sigmas=ALL_SIGMAS),
    "ddim": SolverSpec(
        "DDIMScheduler", "alpha_product", "ddim", memory=False, eta=True, generator=True
    ),
    "ddpm": SolverSpec("DDPMScheduler", "alpha_product", "ddpm", memory=False, generator=True),
    "pndm": SolverSpec("PNDMScheduler", "alpha_product", defaults={"skip_prk_steps": True}),
    "dpmpp_2m": SolverSpec(
        "DPMSolverMultistepScheduler",
        "alpha_sigma",
        "dpmpp_2m",
        sigmas=ALL_SIGMAS,
        overrides=PLUS_PLUS,
        generator=True,
    ),
    "dpmpp_2m_sde": SolverSpec(
        "DPMSolverMultistepScheduler",
        "alpha_sigma",
        "dpmpp_2m_sde",
        sigmas=ALL_SIGMAS,
        overrides=SDE_PLUS_PLUS,
        generator=True,
    ),
    "dpmpp_2s": SolverSpec(
        "DPMSolverSinglestepScheduler",
        "alpha_sigma",
        sigmas=ALL_SIGMAS,
        spacings=NONE,
        overrides=PLUS_PLUS,
        defaults={"lower_order_final": True},
        generator=True,
    ),
    "dpmpp_sde": SolverSpec(
        "DPMSolverSDEScheduler",
        "sigma",
        "dpmpp_sde",
        order=2,
        sigmas=ALL_SIGMAS,
        tree=True,
    ),
    "unipc": SolverSpec(
        "UniPCMultistepScheduler",
        "alpha_sigma",
        "uni_pc",
        sigmas=ALL_SIGMAS,
        custom_sigmas=True,
    ),
    "deis": SolverSpec(
        "DEISMultistepScheduler",
        "alpha_sigma",
        "deis",
        sigmas=ALL_SIGMAS,
        algorithms=("deis", "dpmsolver", "dpmsolver++"),
    ),
    "ipndm": SolverSpec("IPNDMScheduler", "angle", "ipndm", spacings=NONE, adds_noise=False),
    "lcm": SolverSpec(
        "LCMScheduler", "alpha_product", "lcm", spacings=NONE, memory=False, generator=True
    ),
    "tcd": SolverSpec(
        "TCDScheduler", "alpha_product", spacings=NONE, memory=False, eta=True, generator=True
    ),
    "sa_solver": SolverSpec(
        "SASolverScheduler",
        "alpha_sigma",
        "sa_solver",
        sigmas=ALL_SIGMAS,
        algorithms=("data_prediction", "noise_prediction"),
        generator=True,
    ),
}


def solver_spec(name: str, class_name: str) -> tuple[SolverSpec, dict[str, Any]]:
    """The row for `name`, and what it lays above and below the scheduler file.

    "model" is the class that the file names, with nothing laid over it.
    Raises NodeError where that class is none of the table.
    """
    if name != "model":
        return SOLVERS[name], dict(SOLVERS[name].overrides)
    for spec in SOLVERS.values():
        if spec.class_name == class_name:
            return spec, {}
    raise NodeError(
        f"The model's scheduler file asks for {class_name or 'no class at all'}, which is not "
        f"one of the solvers here ({', '.join(SOLVERS)}).",
        port="solver",
        fix="Choose a solver by name.",
    )


def names_with(attribute: str, wanted: str = "") -> str:
    """The solvers for which `attribute` is set, or holds `wanted`, for a sentence."""
    rows = SOLVERS.items()
    found = [n for n, s in rows if (v := getattr(s, attribute)) and (not wanted or wanted in v)]
    return ", ".join(found)
