"""ControlNets at work: the residuals of one step."""

from __future__ import annotations

from typing import Annotated

import torch

from engine import Context, Field, NodeError, node

from .conditioning import Conditioning, Row
from .controlhint import hints
from .controlmodel import ControlModel
from .footprint import denoiser_bytes
from .image import Image
from .latent import Latent
from .latentkind import LatentKind
from .residuals import NOTHING, Residuals
from .rows import added
from .steps import Step
from .textkind import TextKind
from .textmemory import told

Share = Annotated[float, Field(ge=0, le=1)]
Strength = Annotated[float, Field(ge=0, le=10)]


def in_force(strength: float, start: float, end: float, step: Step) -> float:
    """The strength at a step: none before `start` and after `end`, as the pipelines count."""
    share, after = step.index / step.count, (step.index + 1) / step.count
    return 0.0 if share < start or after > end else strength


def _seen(
    strength: float, start: float, end: float, guess: bool, step: Step
) -> list[float | bool | str]:
    """What the key sees: in turns where it is not in force, neither step nor mode."""
    force = in_force(strength, start, end, step)
    return [force, guess, step.digest()] if force else [0.0]


def _check_latent(control: ControlModel, latent: LatentKind) -> None:
    """Raises NodeError (`incompatible_control`) where it works on other latents."""
    if control.in_channels != latent.channels:
        what = f"reads latents of {control.in_channels} channels, and this one is {latent}"
        raise _unfit(control, "latent", what)
    if control.factor != latent.factor:
        what = f"works on latents of {control.factor} pixels a cell, and this one is {latent}"
        raise _unfit(control, "latent", what)


def _check_texts(control: ControlModel, conditioning: TextKind) -> None:
    """Raises NodeError (`incompatible_control`) where it reads texts of another width."""
    if control.text_width and control.text_width != conditioning.width:
        what = f"reads texts {control.text_width} wide, and this conditioning is {conditioning}"
        raise _unfit(control, "conditioning", what)


def _unfit(control: ControlModel, port: str, what: str) -> NodeError:
    return NodeError(
        f"The ControlNet '{control.source.model}' {what}.",
        code="incompatible_control",
        port=port,
        fix="Take a ControlNet made for the family of this model.",
    )


@node(
    "ControlNet",
    category="control",
    effective=_seen,
    checks=(_check_latent, _check_texts),
    aliases=("ControlNetApply", "ControlNetApplyAdvanced", "Apply ControlNet"),
)
def controlnet(
    ctx: Context,
    control: ControlModel,
    latent: Latent,
    step: Step,
    conditioning: Conditioning,
    image: Image,
    strength: Strength = 1.0,
    start: Share = 0.0,
    end: Share = 1.0,
    guess: bool = False,
) -> Residuals:
    """What a ControlNet adds to the UNet in this step, so that the picture follows `image`.

    Wire it into UNetDenoise's residuals; several are added up, in wire order. One forward pass
    for all rows. image: [1,H,W,3], or one a picture of the latent's batch; another size than the
    latent's is resized to it (Lanczos, as the pipelines do). strength: a factor of everything
    added. start, end: the part of the turns in which it is in force, turn i of n being so unless
    i/n < start or (i+1)/n > end; elsewhere the ControlNet is not run, and moving them re-runs
    only the turns they change. All three may be wired, to a curve for example. guess: for the
    row `cond` alone, nothing for the others, and weaker in the first layers (0.1 to 1), so
    that it works without a prompt; guidance scales of 3 to 5 go with it. SDXL without size ids:
    the latent's pixel size, no crop.
    Bit-equal to StableDiffusionControlNetPipeline, MultiControlNetModel and their SDXL twins.
    Errors: a ControlNet for texts or latents of another family (incompatible_control), a number
    of pictures that fits no batch.
    """
    force = in_force(strength, start, end, step)
    _check_latent(control, latent.kind)
    _check_texts(control, conditioning.kind)
    if not force:
        return NOTHING
    with ctx.pool.use(control) as model:
        guess = guess or model.config.global_pool_conditions
        rows = _rows(conditioning, guess)
        device, dtype = ctx.device, getattr(torch, control.dtype)
        labels = tuple(row.label for row in rows)
        entries = [row.entries[0] for row in rows]
        batch = len(latent.samples)
        samples = torch.cat([latent.samples.to(device)] * len(rows))
        ctx.pool.fits(denoiser_bytes(model.config, samples))  # what is idle makes room
        picture = hints(image, latent, model.config.conditioning_channels)
        down, mid = model(
            step.scale_input(samples),
            step.timestep,
            encoder_hidden_states=told(model, entries, batch, device, dtype),
            controlnet_cond=torch.cat([picture.to(device, dtype)] * len(rows)),
            conditioning_scale=force,
            guess_mode=guess,
            added_cond_kwargs=added(model.config, labels, entries, latent, device, dtype),
            return_dict=False,
        )
    return Residuals(tuple(down), mid, labels)


def _rows(conditioning: Conditioning, guess: bool) -> tuple[Row, ...]:
    if not guess:
        return conditioning.rows
    rows = tuple(row for row in conditioning.rows if row.label == "cond")
    if not rows:
        raise NodeError(
            f"Guess mode asks for the row 'cond', and there is {', '.join(conditioning.labels)}.",
            port="conditioning",
            fix="Wire a PairConditioning or a TextEncode.",
        )
    return rows
