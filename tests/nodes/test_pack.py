"""What holds for every node of the pack: declared, documented, pure, its values packable."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import nodes
from engine import Context
from engine.declare import DECLARED, Implementation
from engine.values import Value, pack, size_of, tensors_of, unpack
from nodes.conditioning import Conditioning, pair_conditioning
from nodes.controlloaders import load_controlnet, load_t2i_adapter
from nodes.crop import Region
from nodes.curve import Point
from nodes.image import Image, Mask
from nodes.latent import Latent
from nodes.maskshape import Shape
from nodes.models import Model, load_model
from nodes.noise import Random
from nodes.prediction import Prediction
from nodes.residuals import AdapterFeatures, Residuals
from nodes.rrdb import RRDB, Plan
from nodes.schedule import Schedule, schedule
from nodes.text import text_encode
from nodes.upscalers import load_upscaler
from tests.nodes import controls, ldm

TYPES = {
    each.declaration.type: each
    for each in DECLARED
    if each.module.partition(".")[0] == nodes.__name__
}
CORE = (
    "LoadModel TextEncode PairConditioning ZeroConditioning EmptyLatent RandomNoise AddNoise "
    "Schedule UNetDenoise CFGCombine SchedulerStep EstimateClean VAEDecode VAEEncode LoadImage "
    "SaveImage PreviewImage ImageResize LatentResize RepeatLatent ImageBatch ImageGrid StepInfo "
    "Curve Compare From StepRange Seed"
)
PREPROCESSORS = [
    "Canny",
    "SoftEdge",
    "Scribble",
    "ImageBlur",
    "TileHint",
    "InvertImage",
    "ColourGrid",
]

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_the_core_is_there() -> None:
    assert set(CORE.split()) <= set(TYPES)


def test_every_module_that_declares_a_node_is_imported() -> None:
    folder = Path(nodes.__file__).parent
    declaring = {path.stem for path in folder.glob("*.py") if "\n@node(" in path.read_text()}
    assert declaring == set(nodes.__all__)


@pytest.mark.parametrize("name", TYPES)
def test_every_node_says_what_it_does(name: str) -> None:
    declaration = TYPES[name].declaration
    assert declaration.summary.endswith(".")
    assert len(declaration.summary) <= 120
    assert declaration.category


def test_importing_the_pack_leaves_the_model_libraries_alone() -> None:
    script = "import nodes, sys; print({'diffusers', 'transformers'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


@pytest.fixture
def model(ctx: Context, tiny_model: Callable[[str], Path]) -> Model:
    tiny_model("sd15")
    return load_model(ctx, "sd15")


@pytest.fixture
def plan(model: Model) -> Schedule:
    return schedule(model.schedule, "euler_a", 3)


@pytest.fixture
def pair(ctx: Context, model: Model) -> Conditioning:
    text = text_encode(ctx, model.text_encoder, "a red cat")
    return pair_conditioning(text, text)


@pytest.fixture
def inputs(
    ctx: Context, model: Model, plan: Schedule, pair: Conditioning, tmp_path: Path
) -> dict[str, dict[str, Any]]:
    """Arguments for each node type that has required inputs, or does more with some set."""
    latent = Latent(torch.randn(2, 4, 8, 8), model.vae.space, 8)
    image = Image(torch.rand(1, 64, 64, 3))
    single = Conditioning(pair.rows[:1])
    both = Prediction(torch.randn(4, 4, 8, 8), ("uncond", "cond"))
    guided = Prediction(torch.randn(2, 4, 8, 8), ("guided",))
    seeded = replace(plan.solver, random=Random.seeded(1))
    image.to_pil()[0].save(tmp_path / "a.png")
    step = plan.steps[0]
    _separate(ctx)
    mask = Mask(torch.rand(1, 64, 64))
    stepped = replace(plan.solver, due=1)
    kept = dict.fromkeys(("latent", "original", "noise"), latent)
    return {
        "AddNoise": {"latent": latent, "solver": plan.solver, "seed": 3},
        "CFGCombine": {"prediction": both, "rescale": 0.5},
        "CombineMasks": {"a": mask, "b": mask, "how": "subtract"},
        **{name: {"image": image} for name in PREPROCESSORS},
        "Compare": {"a": 1.0},
        "CropToMask": {"image": image, "mask": mask, "width": 32},
        "Curve": {"points": [Point(1, 2), Point(0, 1)], "at": 0.5},
        "ControlNet": {**_control(ctx), "latent": latent, "step": step, "conditioning": pair}
        | {"image": image},
        "CustomSigmas": {"levels": [5.0, 1.0]},
        "DifferentialMask": {"mask": mask, "step": step},
        "DrawMask": {"width": 8, "height": 8, "shapes": [Shape("ellipse")]},
        "EmptyLatent": {"width": 64, "height": 64},
        "EstimateClean": {"latent": latent, "prediction": guided, "step": step},
        "FeatherMask": {"mask": mask, "radius": 2.0},
        "From": {"index": 3},
        "GrowMask": {"mask": mask, "pixels": -2},
        "ImageBatch": {"images": [image, image]},
        "ImageComposite": {"below": image, "above": image, "x": 3, "mask": mask},
        "ImageCrop": {"image": image, "width": 8, "height": 8},
        "ImageGrid": {"images": [image, image], "labels": ["a"]},
        "ImageResize": {"image": image, "width": 32},
        "ImageSize": {"image": image},
        "ImageToMask": {"image": image},
        "InpaintCondition": {"vae": model.vae, "image": image, "mask": mask},
        "InpaintStart": {"latent": latent},
        "InvertMask": {"mask": mask},
        "KeepOutside": {**kept, "mask": mask, "solver": stepped, "step": step},
        "LatentComposite": {"below": latent, "above": latent, "mask": mask},
        "LatentResize": {"latent": latent, "width": 32, "height": 32},
        "LoRA": {"unet": model.unet},
        "LoadImage": {"image": "a.png"},
        "LoadMask": {"image": "a.png"},
        "LoadControlNet": {"control": "tiny"},
        "LoadModel": {"model": "sd15"},
        "LoadT2IAdapter": {"adapter": "light"},
        "LoadTextEncoder": {"text_encoder": "own.safetensors", "family": "sd1"},
        "LoadUNet": {"unet": "own.safetensors", "vae": model.vae},
        "LoadUpscaler": {"upscaler": "tiny.safetensors"},
        "LoadVAE": {"vae": "own"},
        "Logic": {"a": True, "b": False},
        "MaskResize": {"mask": mask, "width": 32},
        "MaskToImage": {"mask": mask},
        "MaskOutline": {"mask": Mask(torch.rand(1, 64, 64))},
        "Math": {"a": 1.0},
        "Not": {"value": True},
        "NumberText": {"value": 1.5},
        "PadImage": {"image": image, "left": 8},
        "PairConditioning": {"cond": single, "uncond": single},
        "PasteBack": {"image": image, "into": image, "mask": mask},
        "PreviewImage": {"image": image},
        "RandomNoise": {"latent": latent, "per_image": True},
        "RepeatLatent": {"latent": latent},
        "Round": {"value": 1.5},
        "SaveImage": {"image": image},
        "Schedule": {"config": model.schedule},
        "SchedulerStep": {"solver": seeded, "step": step, "latent": latent, "prediction": guided},
        "SeedSolver": {"solver": plan.solver, "latent": latent},
        "SizeCondition": {"conditioning": pair, "width": 64, "aesthetic": 5.0},
        "StepInfo": {"step": step},
        "StepRange": {"steps": list(plan.steps), "first": 1},
        "T2IAdapter": {"adapter": load_t2i_adapter(ctx, "light"), "image": image},
        "TextEncode": {"text_encoder": model.text_encoder, "text": "a (red:1.3) cat"},
        "TextualInversion": {"text_encoder": model.text_encoder},
        "TextReplace": {"text": "a", "find": "a"},
        "TextFormat": {"template": "{a}"},
        "UNetDenoise": {"unet": model.unet, "latent": latent, "step": step, "conditioning": pair},
        "UpscaleImage": {"upscaler": load_upscaler(ctx, "tiny.safetensors"), "image": image},
        "VAEDecode": {"vae": model.vae, "latent": latent},
        "VAEEncode": {"vae": model.vae, "image": image, "sample": True},
        "WholeMath": {"a": 1},
        "ZeroConditioning": {"conditioning": single},
    }


def _separate(ctx: Context) -> None:
    """`own` among the autoencoders, text encoders and UNets of the folder of models."""
    root = ctx.files.roots["models"][0]
    if not (root / "vae").exists():
        shutil.copytree(root / "sd15" / "vae", root / "vae" / "own")
        for name in ("clip", "unet"):
            (root / name).mkdir()
        shutil.copy(root / "sd15/text_encoder/model.safetensors", root / "clip/own.safetensors")
        small = {
            name: tensor.contiguous() for name, tensor in RRDB(Plan(8, 4, 1)).state_dict().items()
        }
        (root / "upscale_models").mkdir()
        save_file(small, root / "upscale_models" / "tiny.safetensors")
        save_file(ldm.unet_names(ldm.unet("sd1").state_dict()), root / "unet" / "own.safetensors")


def _control(ctx: Context) -> dict[str, Any]:
    """A ControlNet `tiny` and a T2I adapter `light` in the folder of models."""
    root = ctx.files.roots["models"][0]
    controls.controlnet(root / "sd15", root / "controlnet" / "tiny", 1)
    controls.adapter(root / "sd15", root / "t2i_adapter" / "light", 1)
    return {"control": load_controlnet(ctx, "tiny")}


def called(each: Implementation, arguments: dict[str, Any], ctx: Context) -> Any:
    with torch.no_grad():
        return each.function(**arguments, **({each.context: ctx} if each.context else {}))


def bits(value: Any) -> list[bytes]:
    return [tensor.detach().numpy().tobytes() for tensor in tensors_of(value)]


@pytest.mark.parametrize("name", TYPES)
def test_every_node_is_pure(ctx: Context, inputs: dict[str, dict[str, Any]], name: str) -> None:
    """The same inputs give the same bits, and the inputs stay as they were."""
    each, arguments = TYPES[name], inputs.get(name, {})
    kept, before = [], bits(tuple(arguments.values()))
    watching = replace(ctx, on_artifact=kept.append)
    versions = [tensor._version for tensor in tensors_of(tuple(arguments.values()))]
    torch.manual_seed(0)
    first = called(each, arguments, watching)
    torch.manual_seed(1)
    second = called(each, arguments, watching)
    assert bits(first) == bits(second)
    assert bits(tuple(arguments.values())) == before
    assert [t._version for t in tensors_of(tuple(arguments.values()))] == versions
    assert kept[: len(kept) // 2] == kept[len(kept) // 2 :]


VALUES = {
    "latent": lambda: Latent(torch.randn(1, 4, 2, 2), "sd", 8, empty=True),
    "image": lambda: Image(torch.rand(1, 2, 2, 3)),
    "mask": lambda: Mask(torch.rand(1, 2, 2)),
    "region": lambda: Region(1, 2, 3, 4),
    "prediction": lambda: Prediction(torch.randn(2, 4, 2, 2).bfloat16(), ("uncond", "cond")),
    "random": lambda: Random.seeded(5, 2),
    "residuals": lambda: Residuals((torch.ones(1),), torch.zeros(1), ("cond",)),
    "features": lambda: AdapterFeatures((torch.ones(1), torch.zeros(1))),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_come_back_from_the_disk_as_they_were(name: str) -> None:
    value = VALUES[name]()
    packed = pack(value)
    assert packed is not None
    again = unpack(packed)
    assert type(again) is type(value)
    assert bits(_floats(again)) == bits(_floats(value))
    assert [t.dtype for t in again.tensors()] == [t.dtype for t in value.tensors()]
    plain = [part for part in vars(value).values() if isinstance(part, str | int | bool)]
    assert [part for part in vars(again).values() if isinstance(part, str | int | bool)] == plain


def _floats(value: Value) -> list[torch.Tensor]:
    return [tensor.float() for tensor in value.tensors()]


def test_conditioning_comes_back_with_its_rows(pair: Conditioning) -> None:
    packed = pack(pair)
    assert packed is not None
    again = unpack(packed)
    assert again.labels == pair.labels
    assert bits(again) == bits(pair)
    assert size_of(pair) > 0


def test_recipes_stay_in_memory(model: Model) -> None:
    assert [pack(part) for part in model[:3]] == [None] * 3
