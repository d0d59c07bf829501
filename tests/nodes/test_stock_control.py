"""The stock graphs with ControlNets and T2I adapters, against the pipelines: bit-equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

import graphs
from engine.files import Files
from engine.packs import find_packs, load_packs
from engine.session import Engine
from tests.nodes.controls import adapter, controlnet

PROMPT, NEGATIVE = "a photo of a red circle", "blue cat"
STEPS, SCALE, SEED = 5, 5.0, 11
TinyModel = Callable[[str], Path]
Doc = dict[str, Any]
Pixels = np.ndarray[Any, Any]
LIGHT, LARGE = [8, 16, 16], [8, 16, 16, 16]


@pytest.fixture(scope="module")
def folder(models_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models: two ControlNets for each family, a T2I adapter, and pictures."""
    root = tmp_path_factory.mktemp("control")
    (root / "images").mkdir()
    for index, size in enumerate(((64, 64), (96, 80))):
        noise = np.random.default_rng(index).integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(noise).save(root / "images" / f"{index}.png")
    return root


@pytest.fixture(scope="module")
def engine(folder: Path, models_root: Path) -> Engine:
    files = Files({"models": [models_root, folder], "images": [folder / "images"]})
    return Engine(registry=load_packs(find_packs()), device="cpu", files=files)


def picture(folder: Path, index: int) -> Any:
    return Image.open(folder / "images" / f"{index}.png")


def stock(name: str, model: str, *controls: str) -> Doc:
    doc: Doc = json.loads((Path(graphs.__file__).parent / f"{name}.json").read_text())
    doc["nodes"]["model"]["params"]["model"] = model
    for control, node in zip(controls, ("control", "control_2"), strict=False):
        doc["nodes"][node]["params"]["control"] = control
    return doc


def run(engine: Engine, doc: Doc, **inputs: Any) -> Pixels:
    asked = {"prompt": PROMPT, "negative": NEGATIVE, "seed": SEED, "steps": STEPS}
    asked |= {"guidance": SCALE, "image": "0.png"} | inputs
    result = engine.run(engine.parse(json.dumps(doc)), asked, want=["image"]).check()
    return np.asarray(result.values["image"].pixels)


def pipeline(kind: str, folder: Path, **parts: Any) -> Any:
    pipe = getattr(diffusers, kind).from_pretrained(folder, local_files_only=True, **parts)
    pipe.set_progress_bar_config(disable=True)
    raw = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    pipe.scheduler = diffusers.EulerDiscreteScheduler.from_config(raw)
    return pipe


def made(pipe: Any, image: Any, output: str = "np", **options: Any) -> Pixels:
    found: Pixels = pipe(
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        image=image,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=torch.Generator().manual_seed(SEED),
        output_type=output,
        **options,
    ).images
    return found


def decoded(pipe: Any, image: Any, **options: Any) -> Pixels:
    """As the other pipelines decode: this one multiplies by 1/scale, they divide by the scale."""
    latent = torch.as_tensor(made(pipe, image, output="latent", **options))
    with torch.no_grad():
        picture = pipe.vae.decode(latent / pipe.vae.config.scaling_factor).sample
    return np.asarray((picture * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 1))


MODELS = [
    ("sd15", "StableDiffusionControlNetPipeline"),
    ("sdxl", "StableDiffusionXLControlNetPipeline"),
]


def net(tiny_model: TinyModel, folder: Path, model: str, number: int) -> tuple[str, Any]:
    """The name of a ControlNet and diffusers' own."""
    name = f"{model}-{number}"
    return name, controlnet(tiny_model(model), folder / "controlnet" / name, number)


@pytest.mark.parametrize(
    ("start", "end", "strength"), [(0.0, 1.0, 1.0), (0.2, 0.8, 0.7), (0.4, 1.0, 2.0)]
)
@pytest.mark.parametrize(("model", "kind"), MODELS)
def test_one(
    engine: Engine,
    folder: Path,
    tiny_model: TinyModel,
    model: str,
    kind: str,
    start: float,
    end: float,
    strength: float,
) -> None:
    name, own = net(tiny_model, folder, model, 1)
    asked = {"start": start, "end": end, "strength": strength}
    got = run(engine, stock("controlnet", model, name), **asked)
    pipe = pipeline(kind, tiny_model(model), controlnet=own)
    options = {"control_guidance_start": start, "control_guidance_end": end}
    want = made(pipe, picture(folder, 0), controlnet_conditioning_scale=strength, **options)
    assert np.array_equal(got, want)
    plain = run(engine, stock("controlnet", model, name), strength=0.0)
    assert not np.array_equal(got, plain)
    assert np.array_equal(plain, made(pipe, picture(folder, 0), controlnet_conditioning_scale=0.0))


@pytest.mark.parametrize(("model", "kind"), MODELS)
def test_two_are_the_sum(
    engine: Engine, folder: Path, tiny_model: TinyModel, model: str, kind: str
) -> None:
    names, own = zip(*(net(tiny_model, folder, model, i) for i in (1, 2)), strict=True)
    got = run(
        engine,
        stock("controlnet-two", model, *names),
        image_2="1.png",
        strength=0.8,
        strength_2=1.5,
    )
    size = {"width": 64, "height": 64}
    pictures = [picture(folder, 0), picture(folder, 1)]
    pipe = pipeline(kind, tiny_model(model), controlnet=list(own))
    want = made(pipe, pictures, controlnet_conditioning_scale=[0.8, 1.5], **size)
    assert np.array_equal(got, want)


@pytest.mark.parametrize(("model", "kind"), MODELS)
def test_guess_mode(
    engine: Engine, folder: Path, tiny_model: TinyModel, model: str, kind: str
) -> None:
    name, own = net(tiny_model, folder, model, 1)
    got = run(engine, stock("controlnet-guess", model, name), strength=0.9)
    pipe = pipeline(kind, tiny_model(model), controlnet=own)
    options = {"controlnet_conditioning_scale": 0.9, "guess_mode": True}
    assert np.array_equal(got, made(pipe, picture(folder, 0), **options))
    assert not np.array_equal(got, made(pipe, picture(folder, 0)))


def test_a_drawn_shape(engine: Engine, folder: Path, tiny_model: TinyModel) -> None:
    name, own = net(tiny_model, folder, "sd15", 1)
    doc = stock("controlnet-drawn", "sd15", name)
    for node in ("shape", "empty"):
        doc["nodes"][node]["params"] |= {"width": 64, "height": 64}
    box = {"kind": "rectangle", "left": 0.25, "top": 0.5, "right": 0.75, "bottom": 1.0}
    graph = engine.parse(json.dumps(doc))
    asked = {"prompt": PROMPT, "negative": NEGATIVE, "seed": SEED, "steps": STEPS}
    result = engine.run(graph, asked | {"guidance": SCALE, "shapes": [box]}, want=["image"])
    drawing = np.zeros((64, 64, 3), np.uint8)
    drawing[32:, 16:48] = 255
    pipe = pipeline("StableDiffusionControlNetPipeline", tiny_model("sd15"), controlnet=own)
    want = made(pipe, Image.fromarray(drawing))
    assert np.array_equal(np.asarray(result.check().values["image"].pixels), want)


ADAPTERS = [
    ("sd15", "StableDiffusionAdapterPipeline", {"adapter_type": "full_adapter"}),
    (
        "sd15",
        "StableDiffusionAdapterPipeline",
        {"adapter_type": "light_adapter", "channels": LIGHT},
    ),
    ("sd15", "StableDiffusionAdapterPipeline", {"adapter_type": "full_adapter", "in_channels": 1}),
    (
        "sdxl",
        "StableDiffusionXLAdapterPipeline",
        {"adapter_type": "full_adapter_xl", "channels": LARGE, "downscale_factor": 16},
    ),
]


@pytest.mark.parametrize(("model", "kind", "config"), ADAPTERS)
def test_t2i_adapter(
    engine: Engine,
    folder: Path,
    tiny_model: TinyModel,
    model: str,
    kind: str,
    config: dict[str, Any],
) -> None:
    name = f"{model}-{config['adapter_type']}-{config.get('in_channels', 3)}"
    own = adapter(tiny_model(model), folder / "t2i_adapter" / name, 3, **config)
    asked = {"adapter": name, "model": model, "width": 64, "height": 64, "strength": 0.7}
    got = run(engine, stock("t2i-adapter", model), **asked)
    pipe = pipeline(kind, tiny_model(model), adapter=own)
    mode = "L" if config.get("in_channels") == 1 else "RGB"
    drawn = picture(folder, 0).convert(mode)
    options: dict[str, Any] = {"adapter_conditioning_scale": 0.7, "width": 64, "height": 64}
    assert np.array_equal(got, decoded(pipe, drawn, **options))
    assert not np.array_equal(got, run(engine, stock("t2i-adapter", model), **asked | {"end": 0.0}))
    if model == "sdxl":
        early = run(engine, stock("t2i-adapter", model), **asked | {"end": 0.5})
        assert np.array_equal(
            early, decoded(pipe, drawn, adapter_conditioning_factor=0.5, **options)
        )


def test_two_adapters_are_the_sum(engine: Engine, folder: Path, tiny_model: TinyModel) -> None:
    own = [adapter(tiny_model("sd15"), folder / "t2i_adapter" / f"pair-{i}", i) for i in (4, 5)]
    doc = stock("t2i-adapter", "sd15")
    for node in ("adapter", "follow", "sized", "picture"):
        doc["nodes"][f"{node}_2"] = json.loads(json.dumps(doc["nodes"][node]))
    doc["nodes"]["adapter_2"]["params"] = {"adapter": "pair-5"}
    doc["nodes"]["picture_2"]["params"] = {"image": "1.png"}
    doc["nodes"]["sized_2"] = {
        "type": "ImageResize",
        "params": {"width": 64, "height": 64},
        "inputs": {"image": "picture_2.image"},
    }
    doc["nodes"]["follow_2"]["inputs"] = {"adapter": "adapter_2.adapter", "image": "sized_2.image"}
    doc["nodes"]["follow_2"]["params"] = {"strength": 1.2}
    predict = doc["nodes"]["denoise"]["body"]["predict"]
    predict["inputs"]["features"] = ["follow.features", "follow_2.features"]
    size = {"width": 64, "height": 64}
    got = run(engine, doc, adapter="pair-4", model="sd15", strength=0.6, **size)
    pipe = pipeline("StableDiffusionAdapterPipeline", tiny_model("sd15"), adapter=own)
    pictures = [picture(folder, 0), picture(folder, 1)]
    want = decoded(pipe, pictures, adapter_conditioning_scale=[0.6, 1.2], **size)
    assert np.array_equal(got, want)


def test_moving_the_end_reruns_only_the_turns_from_there(
    engine: Engine, folder: Path, tiny_model: TinyModel
) -> None:
    name, _ = net(tiny_model, folder, "sd15", 1)
    doc = stock("controlnet", "sd15", name)
    graph = engine.parse(json.dumps(doc))
    asked = {"prompt": PROMPT, "seed": 5, "steps": 10, "guidance": SCALE, "image": "0.png"}
    engine.run(graph, {**asked, "end": 0.8}).check()
    shorter = engine.run(graph, {**asked, "end": 0.6}).check().report
    assert (shorter.nodes["denoise"].cached, shorter.nodes["denoise"].runs) == (6, 4)
    stronger = engine.run(graph, {**asked, "end": 0.6, "start": 0.05, "strength": 1.0}).check()
    assert stronger.report.nodes["denoise"].cached == 0
    same = engine.run(graph, {**asked, "end": 0.69}).check().report
    assert same.nodes["denoise"].runs == 0
