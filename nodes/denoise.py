"""The denoiser's one call a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import torch
from torch import Tensor

from engine import Context, Field, NodeError, node

from .conditioning import Conditioning
from .controlmodel import AdapterModel
from .footprint import denoiser_bytes
from .latent import Latent
from .latentkind import LatentKind
from .prediction import Prediction
from .recipes import UNet
from .residuals import AdapterFeatures, Residuals, stacked, summed
from .rows import added
from .steps import Step
from .textkind import TextKind
from .textmemory import told


def _check_space(unet: UNet, latent: LatentKind) -> None:
    """Raises NodeError where a UNet is to work on latents of another family."""
    if latent.space and unet.space and latent.space != unet.space:
        raise NodeError(
            f"The UNet of '{unet.source.model}' works on latents of '{unet.space}', and this one "
            f"is {latent}.",
            code="wrong_family",
            port="latent",
            fix="Encode, or make the empty latent, with the vae of the same model.",
        )


def _check_texts(unet: UNet, conditioning: TextKind) -> None:
    """Raises NodeError where a UNet is told texts of another family's width."""
    if unet.text_width and unet.text_width != conditioning.width:
        raise NodeError(
            f"The UNet of '{unet.source.model}' reads texts {unet.text_width} wide, and this "
            f"conditioning is {conditioning}.",
            code="wrong_family",
            port="conditioning",
            fix="Encode the text with the text encoder of the same model.",
        )


def _check_features(unet: UNet, features: AdapterModel) -> None:
    """Raises NodeError where a T2I adapter was made for another family of UNets."""
    features.check_fits(unet, "features")


@node(
    "UNetDenoise",
    category="sampling",
    checks=(_check_space, _check_texts, _check_features),
    aliases=("KSampler", "Denoise", "Predict noise"),
)
def unet_denoise(
    ctx: Context,
    unet: UNet,
    latent: Latent,
    step: Step,
    conditioning: Conditioning,
    residuals: Sequence[Residuals] = (),
    features: Sequence[AdapterFeatures] = (),
    concat: Sequence[Latent] = (),
    guidance: Annotated[float, Field(ge=0, le=1000)] | None = None,
) -> Prediction:
    """Ask the UNet what it sees in the latent: one forward pass for all rows of conditioning.

    The latent [B,C,H,W] is repeated for each row, rows outermost, then scaled for the step, as in
    StableDiffusionPipeline and StableDiffusionXLPipeline (bit-equal); texts are [1,L,C], or
    [B,L,C] for a text an image. SDXL without size ids: the latent's pixel size, no crop.
    residuals: of ControlNets, added in wire order. features: of T2I adapters, likewise. concat:
    latents whose channels follow the scaled ones, unscaled (9-channel inpainting). guidance: for
    models with an embedded guidance scale alone (LCM). Gives samples [R*B,C,H,W].
    Errors: a latent, text, ControlNet or adapter of another family of models.
    """
    _check_latent(unet, latent, concat)
    _check_texts(unet, conditioning.kind)
    labels = conditioning.labels
    batch = len(latent.samples)
    with ctx.pool.use(unet) as model:
        # not the module's own: asking for them walks the whole UNet, 1 ms each
        device, dtype = ctx.device, getattr(torch, unet.dtype)
        entries = [row.entries[0] for row in conditioning.rows]
        samples = step.scale_input(torch.cat([latent.samples.to(device)] * len(labels)))
        if concat:
            samples = torch.cat([samples, *_beside(concat, batch, len(labels), device)], dim=1)
        ctx.pool.fits(denoiser_bytes(model.config, samples))  # what is idle makes room
        extra = summed(residuals, labels, model.config)
        output = model(
            samples,
            step.timestep,
            encoder_hidden_states=told(model, entries, batch, device, dtype),
            timestep_cond=_guidance(model.config, guidance, len(samples), device, dtype),
            added_cond_kwargs=added(model.config, labels, entries, latent, device, dtype),
            down_block_additional_residuals=extra[:-1] if extra else None,
            mid_block_additional_residual=extra[-1] if extra else None,
            down_intrablock_additional_residuals=stacked(
                features, step, latent, len(labels), model.config
            ),
            return_dict=False,
        )[0]
    return Prediction(output, labels)


def guidance_embedding(scale: Tensor, width: int, dtype: torch.dtype) -> Tensor:
    """Sines and cosines of a guidance scale [N], as [N,width].

    Source: LatentConsistencyModelPipeline.get_guidance_scale_embedding.
    """
    half = width // 2
    slope = torch.log(torch.tensor(10000.0)) / (half - 1)
    waves = torch.exp(torch.arange(half, dtype=dtype) * -slope)
    phases = (scale * 1000.0).to(dtype)[:, None] * waves[None, :]
    embedding = torch.cat([torch.sin(phases), torch.cos(phases)], dim=1)
    return torch.nn.functional.pad(embedding, (0, width % 2))


def _beside(concat: Sequence[Latent], batch: int, rows: int, device: Any) -> list[Tensor]:
    """[R*B,C,H,W] each; a single one serves the whole batch."""
    planes = (other.samples.to(device) for other in concat)
    whole = (one if len(one) == batch else one.repeat(batch, 1, 1, 1) for one in planes)
    return [torch.cat([one] * rows) for one in whole]


def _guidance(
    config: Any, guidance: float | None, count: int, device: Any, dtype: torch.dtype
) -> Tensor | None:
    width = config.time_cond_proj_dim
    if width is None and guidance is None:
        return None
    if width is None or guidance is None:
        raise NodeError(
            "This UNet has no embedded guidance scale, so `guidance` must stay unset."
            if width is None
            else "This UNet embeds its guidance scale, and none is set.",
            port="guidance",
            fix="Use CFGCombine instead." if width is None else "Set `guidance`, for example 8.",
        )
    scale = torch.tensor(guidance - 1).repeat(count)
    return guidance_embedding(scale, width, dtype).to(device, dtype)


def _check_latent(unet: UNet, latent: Latent, concat: Sequence[Latent]) -> None:
    _check_space(unet, latent.kind)
    channels = [each.samples.shape[1] for each in (latent, *concat)]
    if sum(channels) != unet.in_channels:
        raise NodeError(
            f"This UNet takes {unet.in_channels} channels, and it is given "
            f"{' + '.join(map(str, channels))}.",
            port="concat" if concat else "latent",
            fix=_advice(unet, latent, concat),
        )
    for other in concat:
        if len(other.samples) not in {1, len(latent.samples)}:
            raise NodeError(
                f"There are {len(other.samples)} of the concat for {len(latent.samples)} pictures.",
                port="concat",
                fix="Give one, or one for each picture of the latent's batch.",
            )


def _advice(unet: UNet, latent: Latent, concat: Sequence[Latent]) -> str:
    """What inpainting with this UNet wants instead."""
    if concat and unet.in_channels == latent.samples.shape[1]:
        return "Leave concat unwired; for inpainting put a KeepOutside after the SchedulerStep."
    if unet.in_channels > latent.samples.shape[1]:
        return "It is a model for inpainting: wire the concat of an InpaintCondition."
    return ""
