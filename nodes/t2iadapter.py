"""T2I adapters at work: features of a picture, made once for all steps."""

from __future__ import annotations

import torch

from engine import Context, NodeError, node

from .controlhint import in_channels
from .controlmodel import AdapterModel
from .controlnet import Share, Strength
from .image import Image
from .residuals import AdapterFeatures


def _made_by(adapter: AdapterModel, end: float) -> dict[str, AdapterModel]:
    """Whose features they are, where some step is sure to add them."""
    return {"features": adapter} if end == 1 else {}


@node(
    "T2IAdapter",
    category="control",
    traits=_made_by,
    aliases=("T2IAdapterApply", "ControlNetApply"),
)
def t2i_adapter(
    ctx: Context, adapter: AdapterModel, image: Image, strength: Strength = 1.0, end: Share = 1.0
) -> AdapterFeatures:
    """What a T2I adapter adds to the UNet, so that the picture follows `image`.

    Outside the loop: it reads the picture alone, once. Wire it into UNetDenoise's features;
    several are added up, in wire order. image: [1,H,W,3], or one a picture of the latent's batch,
    at the size of the latent in pixels, in grey for adapters of one channel. strength: a factor
    of everything added. end: in force in the first int(n * end) of n turns, as
    `adapter_conditioning_factor`. Gives one feature [B,C,h,w] a level.
    Bit-equal to StableDiffusionAdapterPipeline and its SDXL twin.
    Errors: a side that is no multiple of the adapter's factor (8, SDXL 16).
    """
    for side, port in ((image.width, "width"), (image.height, "height")):
        if side % adapter.factor:
            raise NodeError(
                f"The picture's {port} {side} is no multiple of {adapter.factor}, which the T2I "
                f"adapter '{adapter.source.model}' needs.",
                code="not_multiple_of",
                port="image",
                fix=f"Put an ImageResize with multiple_of {adapter.factor} before it.",
            )
    with ctx.pool.use(adapter) as model:
        pixels = in_channels(image, adapter.in_channels)
        levels = model(pixels.to(ctx.device, getattr(torch, adapter.dtype)))
    size = (image.width, image.height)
    return AdapterFeatures(tuple(level * strength for level in levels), size, end)
