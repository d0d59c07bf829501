"""Inpainting inside the loop: what is repainted, and what stays as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from engine import Context, Field, NodeError, node

from .image import Image, Mask
from .latent import Latent
from .latentkind import LatentKind
from .mask import binary, check_batch, check_size
from .noise import Random, Seed
from .recipes import VAE
from .solver import Solver
from .steps import Step
from .timetable import fork
from .vae import vae_encode

Edge = Literal["hard", "soft"]
Strength = Annotated[float, Field(ge=0, le=1)]


class Conditioned(NamedTuple):
    """Outputs of `InpaintCondition`."""

    concat: Latent
    random: Random


def _beside(vae: VAE) -> dict[str, LatentKind]:
    kind = LatentKind.of(vae)
    return {"concat": replace(kind, channels=kind.channels + 1)}


@node(
    "InpaintCondition",
    category="inpaint",
    traits=_beside,
    aliases=("InpaintModelConditioning", "VAEEncodeForInpaint", "Inpaint model"),
)
def inpaint_condition(
    ctx: Context,
    vae: VAE,
    image: Image,
    mask: Mask,
    seed: Seed = 0,
    per_image: bool = False,
    random: Random | None = None,
) -> Conditioned:
    """What an inpainting UNet of 9 channels sees besides the latent: the mask and the picture.

    The mask [B,H,W] is cut at one half; the picture [B,H,W,3] is blanked to grey where it is
    repainted and encoded with a draw from the posterior. Gives concat [B,1+C,H/f,W/f], the mask
    first (nearest cells), for `UNetDenoise.concat`, and the stream after the draw. random: the
    stream to draw from, `RandomNoise.random` in the pipelines' order (posterior of the picture
    where strength is below 1, noise, this); seed and per_image only without it.
    Source: StableDiffusionInpaintPipeline and its SDXL kind, bit for bit.
    Errors: a mask of another size, sides that do not fit the vae.
    """
    check_size(mask, (image.width, image.height))
    check_batch(len(image.pixels), len(mask.values))
    hole = binary(mask).to(image.pixels.device)
    # a half is 0 to the model, as the picture times (mask < 0.5) is there
    blanked = torch.where(hole[..., None] > 0, image.pixels.new_tensor(0.5), image.pixels)
    encoded = vae_encode(ctx, vae, Image(blanked), True, seed, per_image, random)
    samples = encoded.latent.samples
    cells = _cells(hole, samples).to(samples)
    count = max(len(cells), len(samples))
    both = [each.expand(count, -1, -1, -1) for each in (cells, samples)]
    return Conditioned(encoded.latent.with_samples(torch.cat(both, dim=1)), encoded.random)


@node(
    "InpaintStart",
    category="inpaint",
    keeps={"latent": "latent"},
    aliases=("Denoise strength", "Masked content"),
)
def inpaint_start(latent: Latent, strength: Strength = 1.0) -> Latent:
    """What an inpainting loop begins with: the encoded picture, or nothing at full strength.

    latent [B,C,h,w]: the encoded picture. strength: that of the Schedule; at 1 the loop begins
    with noise alone (an empty latent), below it with the noised picture, as `AddNoise` then does.
    Source: prepare_latents of StableDiffusionInpaintPipeline.
    """
    # laid out anew, as the pipelines' repeat() does: the UNet's bits depend on the layout
    samples = latent.samples.contiguous()
    if strength < 1:
        return latent.with_samples(samples, empty=latent.empty)
    return latent.with_samples(torch.zeros_like(samples), empty=True)


def _check_original(latent: LatentKind, original: LatentKind) -> None:
    _check_space(latent, original, "original")


def _check_noise(latent: LatentKind, noise: LatentKind) -> None:
    _check_space(latent, noise, "noise")


def _check_space(latent: LatentKind, other: LatentKind, port: str) -> None:
    """Raises NodeError where what is put back is of another autoencoder than what is there."""
    if other.space and latent.space and other.space != latent.space:
        raise NodeError(
            f"The {port} is a latent {other}, and the loop's is {latent}.",
            code="wrong_family",
            port=port,
            fix="Encode the picture with the vae of the same model.",
        )


@node(
    "KeepOutside",
    category="inpaint",
    keeps={"latent": "latent"},
    checks=(_check_original, _check_noise),
    aliases=("SetLatentNoiseMask", "LatentNoiseMask", "Inpaint", "Blended diffusion"),
)
def keep_outside(
    latent: Latent,
    original: Latent,
    noise: Latent,
    mask: Mask,
    solver: Solver,
    step: Step,
    edge: Edge = "hard",
) -> Latent:
    """Put the original back outside the mask, after each step: inpainting with any model.

    latent, solver: as they come out of `SchedulerStep`. original [B,C,h,w]: the encoded picture,
    noised here to the level of the step to come, with the noise that the loop began with; at the
    schedule's last step it is put back without noise. mask: [B,H,W], one of the picture or of
    the latent's cells. edge: hard cuts the mask at one half, as the pipelines do; soft blends by
    its grey, averaged over each cell. Gives (1 - mask) * original + mask * latent.
    Source: the 4-channel way of StableDiffusionInpaintPipeline and its SDXL kind, bit for bit;
    Avrahami et al. 2022, "Blended diffusion" (arXiv 2111.14818).
    Errors: shapes that do not fit each other; solvers that cannot add noise to a picture.
    """
    for name, other in (("original", original), ("noise", noise)):
        _check_latent(latent, other, name)
    check_batch(len(latent.samples), len(mask.values))
    cells = _mask_cells(mask, latent, edge)
    like = original.samples.to(latent.samples).contiguous()
    kept = _at_next_step(like, noise, solver, step)
    mixed = (1 - cells) * kept + cells * latent.samples
    return latent.with_samples(mixed)


@node("DifferentialMask", category="inpaint", aliases=("DifferentialDiffusion", "Change map"))
def differential_mask(mask: Mask, step: Step) -> Mask:
    """A grey mask as one of how much may change: the part of it that is free after this step.

    mask [B,H,W]: 1 is repainted from the first step on, 0 never, a half from the middle of the
    pass. Gives zeros and ones: free where mask >= 1 - (index + 1) / count, at the step to come,
    for a `KeepOutside` in the same turn. Source: Levin & Fried 2023, "Differential diffusion"
    (arXiv 2306.00950), with one difference: what is 0 stays the original to the end.
    """
    threshold = 1 - (step.index + 1) / step.count
    # a grey of 8 bits may be off by the rounding of one float
    free = (mask.values >= threshold - 1e-6) & (mask.values > 0)
    return Mask(free.float())


def _mask_cells(mask: Mask, latent: Latent, edge: Edge) -> Tensor:
    """[B,1,h,w] in the latent's type."""
    size = (latent.samples.shape[-2], latent.samples.shape[-1])
    if mask.values.shape[-2:] != size:
        check_size(mask, (latent.width, latent.height))
    if edge == "hard":
        return _cells(binary(mask), latent.samples).to(latent.samples)
    averaged = functional.adaptive_avg_pool2d(mask.values[:, None], size)
    return averaged.to(latent.samples)


def _cells(values: Tensor, samples: Tensor) -> Tensor:
    """A mask [B,H,W] as [B,1,h,w], the nearest pixel of each cell."""
    return functional.interpolate(values[:, None], size=samples.shape[-2:])


def _at_next_step(original: Tensor, noise: Latent, solver: Solver, step: Step) -> Tensor:
    """The original at the noise level that the step ended at."""
    if step.position + 1 >= solver.table.window[1]:
        return original
    if not solver.table.spec.adds_noise:
        raise NodeError(
            f"{solver.table.spec.class_name} cannot add noise to a picture, so nothing can be "
            "kept during the loop.",
            port="solver",
            fix="Choose another solver.",
        )
    if solver.due != step.position + 1:
        raise NodeError(
            "The solver has not made this step.",
            port="solver",
            fix="Wire the solver that comes out of the SchedulerStep of the same turn.",
        )
    # some classes move their tables in here, so a copy does it
    scheduler = fork(solver.scheduler)
    timestep = scheduler.timesteps[step.position + 1 : step.position + 2]
    noised: Tensor = scheduler.add_noise(original, noise.samples.to(original), timestep)
    return noised


def _check_latent(latent: Latent, other: Latent, port: str) -> None:
    shape, wanted = tuple(other.samples.shape), tuple(latent.samples.shape)
    if shape[1:] != wanted[1:] or shape[0] not in {1, wanted[0]}:
        raise NodeError(
            f"The {port} is of shape {shape}, the latent of {wanted}.",
            port=port,
            fix="Take the noise and the encoded picture that this loop began with.",
        )
    _check_space(latent.kind, other.kind, port)
