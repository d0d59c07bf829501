"""Inpainting node by node against the pipelines, with 4 and 9 channels, SD and SDXL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image as Pictures

from engine import Context, NodeError
from nodes.add_noise import add_noise
from nodes.conditioning import Conditioning, pair_conditioning
from nodes.denoise import unet_denoise
from nodes.image import Image, Mask
from nodes.inpaint import differential_mask, inpaint_condition, inpaint_start, keep_outside
from nodes.latent import Latent, empty_latent
from nodes.models import Model, load_model
from nodes.noise import Random, random_noise
from nodes.prediction import cfg_combine
from nodes.schedule import schedule
from nodes.solver import scheduler_step
from nodes.text import text_encode
from nodes.vae import vae_decode, vae_encode
from tests.nodes import ldm

PROMPT, NEGATIVE = "a photo of a red circle", "blue cat"
STEPS, SCALE, SEED = 5, 5.0, 11
CLASSES = {
    "euler": "EulerDiscreteScheduler",
    "euler_a": "EulerAncestralDiscreteScheduler",
    "ddim": "DDIMScheduler",
    "ddpm": "DDPMScheduler",
    "pndm": "PNDMScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
    "heun": "HeunDiscreteScheduler",
    "lcm": "LCMScheduler",
}
TinyModel = Callable[[str], Path]

# diffusers' own Euler and LMS use an old numpy protocol.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    """As nodes run; attention takes another way with them."""
    with torch.no_grad():
        yield


def photo(width: int = 64, height: int = 64) -> Any:
    values = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Pictures.fromarray(values)


def hole(width: int = 64, height: int = 64) -> Any:
    """Greys on both sides of a half, in one corner."""
    values = np.zeros((height, width), np.uint8)
    values[8:40, 16:56] = np.random.default_rng(5).integers(100, 256, (32, 40))
    return Pictures.fromarray(values)


def pipeline(kind: str, folder: Path, solver: str) -> Any:
    pipe = getattr(diffusers, kind).from_pretrained(folder, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    raw = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    pipe.scheduler = getattr(diffusers, CLASSES[solver]).from_config(raw)
    return pipe


def expected(pipe: Any, strength: float, **more: Any) -> Any:
    asked: dict[str, Any] = {
        "negative_prompt": NEGATIVE,
        "image": photo(),
        "mask_image": hole(),
        "width": 64,
        "height": 64,
        "strength": strength,
        "num_inference_steps": STEPS,
        "guidance_scale": SCALE,
        "generator": torch.Generator().manual_seed(SEED),
        "output_type": "np",
    }
    return pipe(PROMPT, **asked | more).images


def pair(ctx: Context, model: Model) -> Conditioning:
    cond, uncond = (text_encode(ctx, model.text_encoder, text) for text in (PROMPT, NEGATIVE))
    return pair_conditioning(cond, uncond)


def inpainted(
    ctx: Context, model: Model, solver: str, strength: float, soft: bool = False
) -> Image:
    """The loop of `inpaint-4`: the rest is put back after each step."""
    image, mask = Image.from_pil([photo()]), Mask.from_pil([hole()])
    plan = schedule(model.schedule, solver, STEPS, strength=strength)
    encoded = vae_encode(ctx, model.vae, image, sample=True, seed=SEED)
    drawn = random_noise(encoded.latent, random=encoded.random)
    unused = random_noise(encoded.latent, random=drawn.random)
    start = inpaint_start(encoded.latent, strength)
    noised = add_noise(start, plan.solver, noise=drawn.noise, random=unused.random)
    latent, carried = noised.latent, noised.solver
    for step in plan.steps:
        guided = cfg_combine(
            unet_denoise(ctx, model.unet, latent, step, pair(ctx, model)), scale=SCALE
        )
        latent, carried = scheduler_step(carried, step, latent, guided)
        free = differential_mask(mask, step) if soft else mask
        latent = keep_outside(latent, encoded.latent, drawn.noise, free, carried, step)
    return vae_decode(ctx, model.vae, latent)


@pytest.mark.parametrize("solver", CLASSES)
@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_four_channels_have_the_pipelines_bits(
    ctx: Context, tiny_model: TinyModel, solver: str, strength: float
) -> None:
    folder = tiny_model("sd15")
    found = inpainted(ctx, load_model(ctx, "sd15"), solver, strength)
    pipe = pipeline("StableDiffusionInpaintPipeline", folder, solver)
    assert np.array_equal(found.pixels.numpy(), expected(pipe, strength))


@pytest.mark.parametrize("solver", ["euler_a", "dpmpp_2m"])
def test_sdxl_has_the_pipelines_bits(ctx: Context, tiny_model: TinyModel, solver: str) -> None:
    folder = tiny_model("sdxl")
    found = inpainted(ctx, load_model(ctx, "sdxl"), solver, 0.8)
    pipe = pipeline("StableDiffusionXLInpaintPipeline", folder, solver)
    assert np.array_equal(found.pixels.numpy(), expected(pipe, 0.8))


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
@pytest.mark.parametrize(("strength", "batch"), [(1.0, 1), (1.0, 2), (0.6, 1)])
def test_nine_channels_have_the_pipelines_bits(
    ctx: Context, models_root: Path, family: str, strength: float, batch: int
) -> None:
    """A single file in the original names, told to be an inpainting model by its shapes."""
    made = ldm.pipeline(family, channels=9)
    ldm.single_file(made, family, models_root / f"{family}-inpainting.safetensors")
    model = load_model(ctx, f"{family}-inpainting.safetensors")
    assert model.unet.in_channels == 9
    image, mask = Image.from_pil([photo()]), Mask.from_pil([hole()])
    plan = schedule(model.schedule, "euler_a", STEPS, strength=strength)
    start, stream = empty_latent(ctx, 64, 64, batch, model.vae), Random.seeded(SEED)
    if strength < 1:
        encoded = vae_encode(ctx, model.vae, image, sample=True, random=stream)
        start, stream = inpaint_start(encoded.latent, strength), encoded.random
    drawn = random_noise(start, random=stream)
    seen = inpaint_condition(ctx, model.vae, image, mask, random=drawn.random)
    assert seen.concat.samples.shape == (1, 5, 8, 8)
    noised = add_noise(start, plan.solver, noise=drawn.noise, random=seen.random)
    latent, carried = noised.latent, noised.solver
    for step in plan.steps:
        predicted = unet_denoise(
            ctx, model.unet, latent, step, pair(ctx, model), concat=[seen.concat]
        )
        latent, carried = scheduler_step(carried, step, latent, cfg_combine(predicted, scale=SCALE))
    found = vae_decode(ctx, model.vae, latent)
    xl = "XL" if family == "sdxl" else ""
    kind = getattr(diffusers, f"StableDiffusion{xl}InpaintPipeline")
    parts = {**made.components}
    parts["scheduler"] = diffusers.EulerAncestralDiscreteScheduler.from_config(
        model.schedule.to_dict()
    )
    extra = {"requires_safety_checker": False} if not xl else {"add_watermarker": False}
    pipe = kind(**parts, **extra)
    pipe.set_progress_bar_config(disable=True)
    assert np.array_equal(
        found.pixels.numpy(), expected(pipe, strength, num_images_per_prompt=batch)
    )


def differential_by_hand(pipe: Any, change: torch.Tensor, strength: float) -> Any:
    """The idea of Levin & Fried's pipeline: before each step, what may not change yet is the
    picture at that step's noise. change: [h,w] in cells, 1 = free from the first step on."""
    texts = pipe.encode_prompt(PROMPT, "cpu", 1, True, NEGATIVE)
    states = torch.cat([texts[1], texts[0]])
    pipe.scheduler.set_timesteps(STEPS)
    first = STEPS - int(STEPS * strength)
    timesteps = pipe.scheduler.timesteps[first:]
    pipe.scheduler.set_begin_index(first)
    random = torch.Generator().manual_seed(SEED)
    pixels = pipe.image_processor.preprocess(photo())
    picture = (0.18215 * pipe.vae.encode(pixels).latent_dist.sample(random)).contiguous()
    noise = torch.randn(picture.shape, generator=random)
    torch.randn(picture.shape, generator=random)
    sigmas = pipe.scheduler.sigmas[first:]
    latent = picture + noise * sigmas[0]
    for index, time in enumerate(timesteps):
        if index:
            free = (change >= 1 - index / len(timesteps)) & (change > 0)
            outside = picture + noise * sigmas[index]
            latent = torch.where(free, latent, outside)
        scaled = pipe.scheduler.scale_model_input(torch.cat([latent] * 2), time)
        uncond, cond = pipe.unet(scaled, time, encoder_hidden_states=states).sample.chunk(2)
        guided = uncond + SCALE * (cond - uncond)
        latent = pipe.scheduler.step(guided, time, latent, generator=random).prev_sample
    latent = torch.where(change > 0, latent, picture)
    decoded = pipe.vae.decode(latent / 0.18215).sample
    return (decoded * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).numpy()


def test_a_grey_mask_frees_its_parts_one_after_the_other(
    ctx: Context, tiny_model: TinyModel
) -> None:
    folder = tiny_model("sd15")
    found = inpainted(ctx, load_model(ctx, "sd15"), "euler", 0.8, soft=True)
    pipe = pipeline("StableDiffusionPipeline", folder, "euler")
    change = torch.nn.functional.interpolate(Mask.from_pil([hole()]).values[None], (8, 8))
    by_hand = differential_by_hand(pipe, change[0, 0], 0.8)
    assert np.array_equal(found.pixels.numpy(), by_hand)


@pytest.fixture
def model(ctx: Context, tiny_model: TinyModel) -> Model:
    tiny_model("sd15")
    return load_model(ctx, "sd15")


def latents(batch: int = 1) -> list[Latent]:
    return [Latent(torch.randn(batch, 4, 8, 8), "", 8) for _ in range(3)]


def stepped(model: Model, latent: Latent, place: int = 0, solver: str = "euler") -> Any:
    """A solver that has made the step at `place` of a fresh schedule, and the step."""
    plan = schedule(model.schedule, solver, STEPS)
    return replace(plan.solver, due=place + 1), plan.steps[place]


def test_a_soft_edge_blends_by_the_cells_mean(model: Model) -> None:
    latent, original, noise = latents()
    solver, last = stepped(model, latent, STEPS - 1)
    mask = Mask(torch.rand(1, 64, 64))
    found = keep_outside(latent, original, noise, mask, solver, last, "soft").samples
    share = mask.values.unflatten(1, (8, 8)).unflatten(3, (8, 8)).mean((2, 4))[:, None]
    wanted = (1 - share) * original.samples + share * latent.samples
    assert torch.allclose(found, wanted, atol=1e-6)


def test_a_mask_of_cells_serves_a_batch(model: Model) -> None:
    latent, original, noise = latents(2)
    solver, last = stepped(model, latent, STEPS - 1)
    cells = torch.zeros(1, 8, 8)
    cells[:, :, 4:] = 1
    found = keep_outside(latent, original, noise, Mask(cells), solver, last).samples
    assert torch.equal(found[..., 4:], latent.samples[..., 4:])
    assert torch.equal(found[..., :4], original.samples[..., :4])


def test_a_part_of_a_schedule_keeps_its_noise(model: Model) -> None:
    """A pass that ends before the schedule does hands on what is noised to where it ends."""
    latent, original, noise = latents()
    solver, step = stepped(model, latent, 2)
    ends = replace(step, index=1, count=2)
    found = keep_outside(latent, original, noise, Mask(torch.zeros(1, 8, 8)), solver, ends)
    assert not torch.equal(found.samples, original.samples)


def test_what_does_not_fit_is_a_sentence(model: Model) -> None:
    latent, original, noise = latents()
    mask = Mask(torch.ones(1, 64, 64))
    solver, step = stepped(model, latent)
    with pytest.raises(NodeError, match="has not made this step") as caught:
        keep_outside(latent, original, noise, mask, replace(solver, due=0), step)
    assert caught.value.port == "solver"
    with pytest.raises(NodeError, match="original is of shape"):
        keep_outside(latent, latents(3)[0], noise, mask, solver, step)
    with pytest.raises(NodeError, match="32x32 pixels and what it is for has 64x64"):
        keep_outside(latent, original, noise, Mask(torch.ones(1, 32, 32)), solver, step)
    ours, other = replace(latent, space="sd"), replace(original, space="sdxl")
    with pytest.raises(NodeError, match=r"latent of 'sdxl' .*, and the loop's is of 'sd'"):
        keep_outside(ours, other, noise, mask, solver, step)
    ipndm = schedule(model.schedule, "ipndm", STEPS)
    with pytest.raises(NodeError, match="cannot add noise to a picture"):
        keep_outside(latent, original, noise, mask, ipndm.solver, ipndm.steps[0])


def test_a_condition_for_a_batch(ctx: Context, model: Model) -> None:
    one, two = Image.from_pil([photo()]), Image.from_pil([photo(), photo()])
    masks = Mask.from_pil([hole(), Pictures.new("L", (64, 64), 255)])
    assert inpaint_condition(ctx, model.vae, two, masks).concat.samples.shape == (2, 5, 8, 8)
    seen = inpaint_condition(ctx, model.vae, one, masks).concat.samples
    assert seen.shape == (2, 5, 8, 8)
    assert bool((seen[1, 0] == 1).all())
    with pytest.raises(NodeError, match="2x2 pixels and what it is for has 64x64"):
        inpaint_condition(ctx, model.vae, one, Mask(torch.ones(1, 2, 2)))
