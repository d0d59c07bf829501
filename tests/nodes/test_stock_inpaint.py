"""The stock graphs of inpainting: against the pipelines, and seen at work on the demo model."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

import graphs
from engine.files import Files
from engine.packs import find_packs, load_packs
from engine.session import Engine
from nodes.demo.train.classify import read_picture
from nodes.demo.train.draw import paint
from nodes.demo.train.scene import resolve
from nodes.demo.train.wish import Thing, Wish
from tests.nodes import ldm

PROMPT, NEGATIVE = "a photo of a red circle", "blue cat"
STEPS, SCALE, SEED = 5, 5.0, 11
TinyModel = Callable[[str], Path]
Doc = dict[str, Any]
SOLVER = "EulerAncestralDiscreteScheduler"


@pytest.fixture(scope="module")
def engine(models_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    files = Files({"models": [models_root]}, uploads=tmp_path_factory.mktemp("uploads"))
    return Engine(registry=load_packs(find_packs()), device="cpu", files=files)


def stock(name: str, model: str = "") -> Doc:
    doc: Doc = json.loads((Path(graphs.__file__).parent / f"{name}.json").read_text())
    if model:
        doc["nodes"]["model"]["params"]["model"] = model
    return doc


def run(engine: Engine, doc: Doc, **inputs: Any) -> Any:
    asked = {"prompt": PROMPT, "negative": NEGATIVE, "seed": SEED, "steps": STEPS}
    asked |= {"guidance": SCALE} | inputs
    result = engine.run(engine.parse(json.dumps(doc)), asked, want=["image"]).check()
    return result.values["image"]


def upload(engine: Engine, picture: Any) -> str:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return engine.files.add(stream.getvalue())


def photo(width: int = 64, height: int = 64) -> Any:
    values = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


def hole(width: int = 64, height: int = 64) -> Any:
    values = np.zeros((height, width), np.uint8)
    values[8:40, 16:56] = np.random.default_rng(5).integers(100, 256, (32, 40))
    return Image.fromarray(values)


def oracle(folder: Path, kind: str, picture: Any, mask: Any, **more: Any) -> Any:
    pipe = getattr(diffusers, kind).from_pretrained(folder, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    raw = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    pipe.scheduler = getattr(diffusers, SOLVER).from_config(raw)
    return asked_of(pipe, picture, mask, **more)


def asked_of(pipe: Any, picture: Any, mask: Any, **more: Any) -> Any:
    asked = {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "image": picture,
        "mask_image": mask,
        "width": picture.width,
        "height": picture.height,
        "strength": 1.0,
        "num_inference_steps": STEPS,
        "guidance_scale": SCALE,
        "generator": torch.Generator().manual_seed(SEED),
        "output_type": "np",
    }
    return pipe(**asked | more).images


@pytest.mark.parametrize("strength", [1.0, 0.7])
def test_inpaint_4_is_the_pipeline(engine: Engine, tiny_model: TinyModel, strength: float) -> None:
    """The mask is of another size than the picture, and is resized with it."""
    folder = tiny_model("sd15")
    picture, mask = photo(72, 56), hole()
    found = run(
        engine,
        stock("inpaint-4", "sd15"),
        image=upload(engine, picture),
        mask=upload(engine, mask),
        strength=strength,
    )
    kind = "StableDiffusionInpaintPipeline"
    wanted = oracle(folder, kind, picture, mask, strength=strength)
    assert np.array_equal(np.asarray(found.pixels), wanted)


def test_inpaint_4_with_sdxl(engine: Engine, tiny_model: TinyModel) -> None:
    folder = tiny_model("sdxl")
    given = {"image": upload(engine, photo()), "mask": upload(engine, hole())}
    found = run(engine, stock("inpaint-4", "sdxl"), strength=0.9, **given)
    kind = "StableDiffusionXLInpaintPipeline"
    wanted = oracle(folder, kind, photo(), hole(), strength=0.9)
    assert np.array_equal(np.asarray(found.pixels), wanted)


def test_inpaint_9_is_the_pipeline(engine: Engine, models_root: Path) -> None:
    made = ldm.pipeline("sd1", channels=9)
    ldm.single_file(made, "sd1", models_root / "sd-inpainting.safetensors")
    given = {"image": upload(engine, photo()), "mask": upload(engine, hole())}
    found = run(engine, stock("inpaint-9"), model="sd-inpainting.safetensors", **given)
    parts = made.components
    parts["scheduler"] = getattr(diffusers, SOLVER).from_config(made.scheduler.config)
    pipe = diffusers.StableDiffusionInpaintPipeline(**parts, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    assert np.array_equal(np.asarray(found.pixels), asked_of(pipe, photo(), hole()))


@pytest.mark.parametrize("padding", [0, 16])
def test_inpaint_crop_is_the_pipeline_with_padding_mask_crop(
    engine: Engine, tiny_model: TinyModel, padding: int
) -> None:
    folder = tiny_model("sd15")
    picture, mask = photo(120, 88), hole(120, 88)
    given = {"image": upload(engine, picture), "mask": upload(engine, mask)}
    sizes = {"width": 64, "height": 64}
    found = run(engine, stock("inpaint-crop", "sd15"), padding=padding, **given, **sizes)
    more = {"padding_mask_crop": padding, "output_type": "pil", **sizes}
    (wanted,) = oracle(folder, "StableDiffusionInpaintPipeline", picture, mask, **more)
    assert found.to_pil()[0].tobytes() == wanted.tobytes()


def test_outpaint_is_the_pipeline_on_a_widened_picture(
    engine: Engine, tiny_model: TinyModel
) -> None:
    folder = tiny_model("sd15")
    sides = {"left": 8, "top": 0, "right": 16, "bottom": 24}
    found = run(
        engine, stock("outpaint", "sd15"), image=upload(engine, photo()), strength=0.9, **sides
    )
    array = np.pad(np.asarray(photo()), ((0, 24), (8, 16), (0, 0)), mode="edge")
    inner = Image.new("L", (48, 56), 0)  # the mask reaches 8 pixels into the picture
    mask = ImageOps.expand(inner, (16, 0, 24, 32), fill=255)
    kind = "StableDiffusionInpaintPipeline"
    wanted = oracle(folder, kind, Image.fromarray(array), mask, strength=0.9)
    assert np.array_equal(np.asarray(found.pixels), wanted)


def test_a_black_mask_gives_the_picture_back_and_a_white_one_is_img2img(
    engine: Engine, tiny_model: TinyModel
) -> None:
    """The grey mask's two ends; the white one's oracle is diffusers' inpainting with it."""
    folder = tiny_model("sd15")
    doc, image = stock("inpaint-soft", "sd15"), upload(engine, photo())
    ends = {level: upload(engine, Image.new("L", (64, 64), level)) for level in (0, 255)}
    black, white = (run(engine, doc, image=image, mask=m, strength=0.8) for m in ends.values())
    kind = "StableDiffusionInpaintPipeline"
    plain = Image.new("L", (64, 64), 255)
    wanted = oracle(folder, kind, photo(), plain, strength=0.8)
    assert np.array_equal(np.asarray(white.pixels), wanted)
    none = oracle(folder, kind, photo(), Image.new("L", (64, 64)), strength=0.8)
    assert np.array_equal(np.asarray(black.pixels), none)


def drawn(wish: Wish) -> Any:
    return paint(resolve(wish, random.Random(1)), 96)


def things(picture: Any) -> dict[str, str | None]:
    """Shapes by colour."""
    return {seen.colour: seen.shape for seen in read_picture(picture).items}


@pytest.mark.parametrize("name", ["inpaint-4", "inpaint-soft"])
def test_one_shape_is_replaced_and_the_rest_is_kept_in_the_demo_model(
    engine: Engine, name: str
) -> None:
    picture = drawn(Wish((Thing("circle", "red"),), place="middle", background="blue"))
    assert things(picture) == {"red": "circle"}
    mask = Image.new("L", (96, 96))
    mask.paste(255, (16, 16, 80, 80))
    given = {"image": upload(engine, picture), "mask": upload(engine, mask), "strength": 1}
    outside = np.ones((96, 96), bool)
    outside[12:84, 12:84] = False
    right = 0
    for colour, shape in (("white", "diamond"), ("yellow", "square")):
        for seed in range(2):
            asked = {"prompt": f"a {colour} {shape} on a blue background", "negative": ""}
            asked |= {"seed": seed, "steps": 20, "guidance": 4}
            made = run(engine, stock(name), **given, **asked).to_pil()[0]
            right += things(made) == {colour: shape}
            assert "red" not in things(made)
            apart = np.abs(np.asarray(made, np.int16) - np.asarray(picture, np.int16))
            assert apart[outside].mean() < 6
    assert right >= 3


def test_outpainting_goes_on_with_the_background_in_the_demo_model(engine: Engine) -> None:
    pair = (Thing("circle", "red"), Thing("square", "yellow"))
    picture = drawn(Wish(pair, relation="left of", background="blue"))
    asked = {"prompt": "a red circle left of a yellow square on a blue background"}
    asked |= {"negative": "", "steps": 20, "guidance": 4, "right": 32, "top": 8}
    made = run(engine, stock("outpaint"), image=upload(engine, picture), **asked).to_pil()[0]
    assert made.size == (128, 104)
    assert things(made.crop((0, 8, 96, 104))) == {"red": "circle", "yellow": "square"}
    margin = np.asarray(made, np.int16)[8:, 104:]
    blue = np.asarray(picture, np.int16)[0, 0]
    assert np.median(np.abs(margin - blue).max(-1)) < 40
