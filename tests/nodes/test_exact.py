"""The stock graphs, run by the engine, against diffusers' pipelines: the same bits.

For every solver, from an empty, a full and a half-forgotten cache.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch

import graphs
from engine.files import Files
from engine.packs import find_packs, load_packs
from engine.session import Engine
from tests.engine.forgetful import HalfCache

GRAPHS = Path(graphs.__file__).parent
PROMPT, NEGATIVE = "a photo of a red circle", "blue cat"
STEPS, SCALE, SEED = 4, 5.0, 11
SIZE = {"width": 64, "height": 64}

# What each solver is in diffusers, written down a second time on purpose.
CLASSES: dict[str, tuple[str, dict[str, Any]]] = {
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_a": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "dpm2": ("KDPM2DiscreteScheduler", {}),
    "dpm2_a": ("KDPM2AncestralDiscreteScheduler", {}),
    "lms": ("LMSDiscreteScheduler", {}),
    "ddim": ("DDIMScheduler", {}),
    "ddpm": ("DDPMScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"}),
    "dpmpp_2m_sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    "dpmpp_2s": ("DPMSolverSinglestepScheduler", {"algorithm_type": "dpmsolver++"}),
    "dpmpp_sde": ("DPMSolverSDEScheduler", {}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "deis": ("DEISMultistepScheduler", {"algorithm_type": "deis"}),
    "ipndm": ("IPNDMScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
    "sa_solver": ("SASolverScheduler", {}),
}
DRAWING = ("euler_a", "ddpm", "dpmpp_2m_sde", "lcm", "sa_solver")

# diffusers' own Euler and LMS use an old numpy protocol; its solvers warn of their own defaults.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:torchsde"),
]
TinyModel = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def engine(models_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    files = Files({"models": [models_root]}, uploads=tmp_path_factory.mktemp("uploads"))
    return Engine(registry=load_packs(find_packs()), device="cpu", files=files)


def pipeline(kind: str, folder: Path, solver: str) -> Any:
    pipe = getattr(diffusers, kind).from_pretrained(folder, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    raw = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    name, options = CLASSES[solver]
    pipe.scheduler = getattr(diffusers, name).from_config(raw, **options)
    return pipe


@pytest.fixture
def model(tiny_model: Callable[[str], Path], models_root: Path) -> Callable[[str, str], Path]:
    """A tiny model's folder for a solver. The pipeline of dpmpp_sde draws from a seed of its
    scheduler file, and from the clock without one: it gets one."""

    def folder(name: str, solver: str) -> Path:
        found = tiny_model(name)
        if solver != "dpmpp_sde":
            return found
        seeded = models_root / f"{name}-seeded"
        if not seeded.exists():
            shutil.copytree(found, seeded)
            file = seeded / "scheduler" / "scheduler_config.json"
            file.write_text(json.dumps(json.loads(file.read_text()) | {"noise_sampler_seed": 5}))
        return seeded

    return folder


def expected(kind: str, folder: Path, solver: str, **asked: Any) -> np.ndarray[Any, Any]:
    made = pipeline(kind, folder, solver)(
        prompt=PROMPT,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
        **asked,
    )
    return np.asarray(made.images)


def stock(name: str, model: str, solver: str) -> dict[str, Any]:
    """A stock graph for a tiny model, without its sinks."""
    doc: dict[str, Any] = json.loads((GRAPHS / f"{name}.json").read_text())
    doc["nodes"] = {k: n for k, n in doc["nodes"].items() if n["type"] != "SaveImage"}
    doc["nodes"]["model"]["params"]["model"] = model
    nodes = dict(doc["nodes"])
    for part in doc.get("definitions", {}).values():
        nodes |= part["nodes"]
    holder = "sampler" if "sampler" in nodes else "schedule"
    nodes[holder].setdefault("params", {})["solver"] = solver
    return doc


INPUTS = {"prompt": PROMPT, "negative": NEGATIVE, "seed": SEED, "steps": STEPS, "guidance": SCALE}


def picture(engine: Engine, doc: dict[str, Any], **inputs: Any) -> np.ndarray[Any, Any]:
    graph = engine.parse(json.dumps(doc))
    result = engine.run(graph, {**INPUTS, **inputs}).check()
    return np.asarray(result.values["image"].pixels)


def in_every_state_of_the_cache(
    engine: Engine, doc: dict[str, Any], want: np.ndarray[Any, Any], seeds: int, **inputs: Any
) -> None:
    kept = engine.cache
    try:
        engine.cache = type(kept)(1 << 28)  # type: ignore[call-arg]
        assert np.array_equal(picture(engine, doc, **inputs), want), "from an empty cache"
        assert np.array_equal(picture(engine, doc, **inputs), want), "from a full cache"
        for seed in range(seeds):
            engine.cache = HalfCache(seed)
            picture(engine, doc, **inputs)
            again = picture(engine, doc, **inputs)
            assert np.array_equal(again, want), f"from half a cache, seed {seed}"
    finally:
        engine.cache = kept


@pytest.mark.parametrize("solver", CLASSES)
def test_txt2img(engine: Engine, model: TinyModel, solver: str) -> None:
    folder = model("sd15", solver)
    want = expected("StableDiffusionPipeline", folder, solver, negative_prompt=NEGATIVE)
    in_every_state_of_the_cache(engine, stock("txt2img", folder.name, solver), want, seeds=20)


@pytest.mark.parametrize("solver", ["euler", "euler_a", "dpmpp_2m_sde"])
def test_txt2img_simple_has_the_same_bits_and_keys(
    engine: Engine, model: TinyModel, solver: str
) -> None:
    folder = model("sd15", solver)
    want = expected("StableDiffusionPipeline", folder, solver, negative_prompt=NEGATIVE)
    assert np.array_equal(picture(engine, stock("txt2img", folder.name, solver)), want)
    graph = engine.parse(json.dumps(stock("txt2img-simple", folder.name, solver)))
    result = engine.run(graph, INPUTS).check()
    assert np.array_equal(np.asarray(result.values["image"].pixels), want)
    calls = {path for path in result.report.ran if result.report.nodes[path].seconds > 0}
    assert calls == set()


@pytest.mark.parametrize("solver", CLASSES)
def test_sdxl(engine: Engine, model: TinyModel, solver: str) -> None:
    """Two encoders, pooled text, default size ids, and a zero negative."""
    folder = model("sdxl", solver)
    want = expected("StableDiffusionXLPipeline", folder, solver)
    doc = stock("txt2img", folder.name, solver)
    doc["nodes"]["negative"] = {
        "type": "ZeroConditioning",
        "inputs": {"conditioning": "positive.conditioning"},
    }
    doc["nodes"]["pair"]["inputs"]["uncond"] = "negative.conditioning"
    del doc["inputs"]["negative"]
    graph = engine.parse(json.dumps(doc))
    inputs = {name: value for name, value in INPUTS.items() if name != "negative"}
    result = engine.run(graph, inputs).check()
    assert np.array_equal(np.asarray(result.values["image"].pixels), want)


@pytest.mark.parametrize("strength", [0.5, 1.0])
@pytest.mark.parametrize("solver", [name for name in CLASSES if name != "ipndm"])
def test_img2img(
    engine: Engine, model: TinyModel, tmp_path: Path, solver: str, strength: float
) -> None:
    from io import BytesIO

    from PIL import Image

    folder = model("sd15", solver)
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    photo = Image.fromarray(noise)
    want = expected(
        "StableDiffusionImg2ImgPipeline",
        folder,
        solver,
        image=photo,
        strength=strength,
        negative_prompt=NEGATIVE,
    )
    buffer = BytesIO()
    photo.save(buffer, "PNG")
    inputs = {"image": engine.files.add(buffer.getvalue()), "strength": strength}
    doc = stock("img2img", folder.name, solver)
    seeds = 2 if solver in DRAWING else 0
    in_every_state_of_the_cache(engine, doc, want, seeds, **inputs)
