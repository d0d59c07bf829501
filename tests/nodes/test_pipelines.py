"""The nodes, called as functions in the loop of the stock graphs, against diffusers' pipelines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image as Pictures

from engine import Context
from nodes.add_noise import add_noise
from nodes.conditioning import Conditioning, pair_conditioning, zero_conditioning
from nodes.denoise import unet_denoise
from nodes.image import Image, image_batch, image_resize
from nodes.latent import Latent, empty_latent, repeat_latent
from nodes.models import Model, load_model
from nodes.noise import Random
from nodes.prediction import cfg_combine
from nodes.schedule import schedule
from nodes.solver import scheduler_step
from nodes.text import text_encode
from nodes.vae import vae_decode, vae_encode

PROMPT, NEGATIVE = "a photo of a red circle", "blue cat"
STEPS, SCALE, SEED = 4, 5.0, 11
NINE = ("pndm", "ddim", "ddpm", "euler", "euler_a", "dpmpp_2m", "unipc", "heun", "lcm")
CLASSES = {
    "pndm": "PNDMScheduler",
    "ddim": "DDIMScheduler",
    "ddpm": "DDPMScheduler",
    "euler": "EulerDiscreteScheduler",
    "euler_a": "EulerAncestralDiscreteScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
    "heun": "HeunDiscreteScheduler",
    "lcm": "LCMScheduler",
}

# diffusers' own Euler and LMS use an old numpy protocol.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TinyModel = Callable[[str], Path]


def pipeline(kind: str, folder: Path, solver: str, dtype: torch.dtype = torch.float32) -> Any:
    """A pipeline over the folder, with the scheduler class made from the raw file."""
    pipe = getattr(diffusers, kind).from_pretrained(folder, local_files_only=True, dtype=dtype)
    pipe.set_progress_bar_config(disable=True)
    raw = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    pipe.scheduler = getattr(diffusers, CLASSES[solver]).from_config(raw)
    return pipe


def loop(
    ctx: Context,
    model: Model,
    conditioning: Conditioning,
    latent: Latent,
    solver: str,
    *,
    strength: float = 1.0,
    per_image: bool = False,
    random: Random | None = None,
    rescale: float = 0.0,
    guidance: float | None = None,
) -> Latent:
    """The loop of `txt2img` and `img2img`, node by node."""
    plan = schedule(model.schedule, solver, STEPS, strength=strength)
    noised = add_noise(latent, plan.solver, SEED, per_image, random=random)
    latent, carried = noised.latent, noised.solver
    for step in plan.steps:
        predicted = unet_denoise(ctx, model.unet, latent, step, conditioning, guidance=guidance)
        guided = cfg_combine(predicted, scale=SCALE, rescale=rescale)
        latent, carried = scheduler_step(carried, step, latent, guided)
    return latent


def pair(ctx: Context, model: Model, negative: str | None = NEGATIVE) -> Conditioning:
    cond = text_encode(ctx, model.text_encoder, PROMPT)
    if negative is None:
        return pair_conditioning(cond, zero_conditioning(cond))
    return pair_conditioning(cond, text_encode(ctx, model.text_encoder, negative))


def generators(batch: int, per_image: bool) -> Any:
    if not per_image:
        return torch.Generator().manual_seed(SEED)
    return [torch.Generator().manual_seed(SEED + index) for index in range(batch)]


def same_picture(image: Image, expected: Any) -> None:
    """Float pictures of a pipeline (`np`) are met bit for bit."""
    assert np.array_equal(image.pixels.numpy(), expected)


def photo(width: int = 64, height: int = 64) -> Any:
    values = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Pictures.fromarray(values)


@pytest.mark.parametrize("solver", NINE)
def test_txt2img_has_the_pipelines_bits(ctx: Context, tiny_model: TinyModel, solver: str) -> None:
    folder = tiny_model("sd15")
    model = load_model(ctx, "sd15")
    latent = loop(ctx, model, pair(ctx, model), empty_latent(ctx, vae=model.vae), solver)

    pipe = pipeline("StableDiffusionPipeline", folder, solver)
    asked = {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "num_inference_steps": STEPS,
        "guidance_scale": SCALE,
    }
    expected = pipe(**asked, generator=generators(1, False), output_type="latent").images
    assert torch.equal(latent.samples, expected)
    pixels = pipe(**asked, generator=generators(1, False), output_type="np").images
    same_picture(vae_decode(ctx, model.vae, latent), pixels)
    pictures = pipe(**asked, generator=generators(1, False)).images
    drawn = vae_decode(ctx, model.vae, latent).to_pil()
    assert [p.tobytes() for p in drawn] == [p.tobytes() for p in pictures]


@pytest.mark.parametrize("per_image", [False, True])
def test_a_batch_of_another_size_and_rescaled_guidance(
    ctx: Context, tiny_model: TinyModel, per_image: bool
) -> None:
    folder = tiny_model("sd15")
    model = load_model(ctx, "sd15")
    empty = empty_latent(ctx, 64, 128, 2, vae=model.vae)
    latent = loop(ctx, model, pair(ctx, model), empty, "euler_a", per_image=per_image, rescale=0.7)

    expected = pipeline("StableDiffusionPipeline", folder, "euler_a")(
        PROMPT,
        negative_prompt=NEGATIVE,
        width=64,
        height=128,
        num_images_per_prompt=2,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        guidance_rescale=0.7,
        generator=generators(2, per_image),
        output_type="latent",
    ).images
    assert torch.equal(latent.samples, expected)


def test_one_row_is_guidance_off(ctx: Context, tiny_model: TinyModel) -> None:
    folder = tiny_model("sd15")
    model = load_model(ctx, "sd15")
    cond = text_encode(ctx, model.text_encoder, PROMPT)
    latent = loop(ctx, model, cond, empty_latent(ctx, vae=model.vae), "euler")

    expected = pipeline("StableDiffusionPipeline", folder, "euler")(
        PROMPT,
        num_inference_steps=STEPS,
        guidance_scale=1.0,
        generator=generators(1, False),
        output_type="latent",
    ).images
    assert torch.equal(latent.samples, expected)


def test_an_embedded_guidance_scale(ctx: Context, tiny_model: TinyModel) -> None:
    folder = tiny_model("sd15-lcm")
    model = load_model(ctx, "sd15-lcm")
    cond = text_encode(ctx, model.text_encoder, PROMPT)
    empty = empty_latent(ctx, batch=2, vae=model.vae)
    latent = loop(ctx, model, cond, empty, "lcm", guidance=8.5)

    expected = pipeline("StableDiffusionPipeline", folder, "lcm")(
        PROMPT,
        num_images_per_prompt=2,
        num_inference_steps=STEPS,
        guidance_scale=8.5,
        generator=generators(1, False),
        output_type="latent",
    ).images
    assert torch.equal(latent.samples, expected)


@pytest.mark.parametrize("strength", [0.5, 0.8, 1.0])
@pytest.mark.parametrize("solver", ["euler_a", "ddim", "dpmpp_2m", "heun"])
def test_img2img_has_the_pipelines_bits(
    ctx: Context, tiny_model: TinyModel, solver: str, strength: float
) -> None:
    folder = tiny_model("sd15")
    model = load_model(ctx, "sd15")
    picture = photo()
    encoded = vae_encode(ctx, model.vae, Image.from_pil([picture]), sample=True, seed=SEED)
    latent = loop(
        ctx,
        model,
        pair(ctx, model),
        encoded.latent,
        solver,
        strength=strength,
        random=encoded.random,
    )

    expected = pipeline("StableDiffusionImg2ImgPipeline", folder, solver)(
        PROMPT,
        negative_prompt=NEGATIVE,
        image=picture,
        strength=strength,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=generators(1, False),
        output_type="latent",
    ).images
    assert torch.equal(latent.samples, expected)


@pytest.mark.filterwarnings("ignore:You have passed 2 text prompts:FutureWarning")
@pytest.mark.parametrize("per_image", [False, True])
def test_img2img_of_a_batch(ctx: Context, tiny_model: TinyModel, per_image: bool) -> None:
    """One generator draws the posterior once and repeats it; several draw one an image."""
    folder = tiny_model("sd15")
    model = load_model(ctx, "sd15")
    picture = photo()
    images = image_batch([Image.from_pil([picture])], times=2 if per_image else 1)
    encoded = vae_encode(ctx, model.vae, images, sample=True, seed=SEED, per_image=per_image)
    start = encoded.latent if per_image else repeat_latent(encoded.latent, 2)
    latent = loop(
        ctx, model, pair(ctx, model), start, "euler_a", strength=0.8, random=encoded.random
    )

    pipe = pipeline("StableDiffusionImg2ImgPipeline", folder, "euler_a")
    expected = pipe(
        PROMPT,
        negative_prompt=NEGATIVE,
        num_images_per_prompt=2,
        image=[picture, picture] if per_image else picture,
        strength=0.8,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=generators(2, per_image),
        output_type="latent",
    ).images
    assert torch.equal(latent.samples, expected)


def test_a_second_pass_on_the_enlarged_picture(ctx: Context, tiny_model: TinyModel) -> None:
    """Two pipeline calls with PIL's lanczos between them, as in `hires-fix`."""
    folder = tiny_model("sd15")
    model = load_model(ctx, "sd15")
    texts = pair(ctx, model)
    latent = loop(ctx, model, texts, empty_latent(ctx, vae=model.vae), "euler")
    enlarged = image_resize(vae_decode(ctx, model.vae, latent), 96, 96)
    encoded = vae_encode(ctx, model.vae, enlarged, sample=True, seed=SEED)
    again = loop(ctx, model, texts, encoded.latent, "euler", strength=0.5, random=encoded.random)

    asked = {"negative_prompt": NEGATIVE, "num_inference_steps": STEPS, "guidance_scale": SCALE}
    pipe = pipeline("StableDiffusionPipeline", folder, "euler")
    (picture,) = pipe(PROMPT, generator=generators(1, False), **asked).images
    pipe = pipeline("StableDiffusionImg2ImgPipeline", folder, "euler")
    expected = pipe(
        PROMPT,
        image=picture.resize((96, 96), Pictures.Resampling.LANCZOS),
        strength=0.5,
        generator=generators(1, False),
        **asked,
    ).images
    drawn = vae_decode(ctx, model.vae, again).to_pil()
    assert drawn[0].tobytes() == expected[0].tobytes()


@pytest.mark.parametrize("solver", NINE)
def test_sdxl_has_the_pipelines_bits(ctx: Context, tiny_model: TinyModel, solver: str) -> None:
    folder = tiny_model("sdxl")
    model = load_model(ctx, "sdxl")
    empty = empty_latent(ctx, 64, 96, vae=model.vae)
    latent = loop(ctx, model, pair(ctx, model, None), empty, solver)

    pipe = pipeline("StableDiffusionXLPipeline", folder, solver)
    asked = {
        "prompt": PROMPT,
        "width": 64,
        "height": 96,
        "num_inference_steps": STEPS,
        "guidance_scale": SCALE,
    }
    expected = pipe(**asked, generator=generators(1, False), output_type="latent").images
    assert torch.equal(latent.samples, expected)
    pixels = pipe(**asked, generator=generators(1, False), output_type="np").images
    same_picture(vae_decode(ctx, model.vae, latent), pixels)


@pytest.mark.parametrize("negative", ["", NEGATIVE])
def test_sdxl_encodes_an_empty_negative(ctx: Context, tiny_model: TinyModel, negative: str) -> None:
    folder = tiny_model("sdxl")
    model = load_model(ctx, "sdxl")
    empty = empty_latent(ctx, batch=2, vae=model.vae)
    latent = loop(ctx, model, pair(ctx, model, negative), empty, "euler")

    expected = pipeline("StableDiffusionXLPipeline", folder, "euler")(
        PROMPT,
        negative_prompt=negative,
        num_images_per_prompt=2,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=generators(1, False),
        output_type="latent",
    ).images
    assert torch.equal(latent.samples, expected)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("sd15", "StableDiffusionPipeline"), ("sdxl", "StableDiffusionXLPipeline")],
)
def test_half_precision_has_the_pipelines_bits(
    ctx: Context, tiny_model: TinyModel, name: str, kind: str
) -> None:
    """Latents; the picture differs, as these autoencoders run in float32 here."""
    folder = tiny_model(name)
    model = load_model(ctx, name, "bfloat16")
    with torch.no_grad():
        empty = empty_latent(ctx, vae=model.vae)
        latent = loop(ctx, model, pair(ctx, model), empty, "euler_a")

    expected = pipeline(kind, folder, "euler_a", torch.bfloat16)(
        PROMPT,
        negative_prompt=NEGATIVE,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=generators(1, False),
        output_type="latent",
    ).images
    assert torch.equal(latent.samples, expected)
