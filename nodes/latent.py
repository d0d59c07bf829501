"""Latents: pictures in a model's own space, and the nodes that make and reshape them.

Knows no model: which autoencoder a latent belongs to is a name (`space`) and a `factor`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine import Context, Field, NodeError, Product, Value, node

from .latentkind import LatentKind, empty_kind
from .latentpreview import picture
from .recipes import VAE

MAX_SIDE = 16_384
MAX_PIXELS = 256_000_000
Side = Annotated[int, Field(ge=8, le=MAX_SIDE, multiple_of=8)]
Batch = Annotated[int, Field(ge=1, le=4096)]


@dataclass(frozen=True, eq=False)
class Latent(Value):
    """`samples` [B,C,H,W] in model space, for the autoencoders of `space` ("" fits any).

    `factor` is pixels a latent cell on a side. `empty`: zeros that await noise.
    """

    samples: Tensor
    space: str
    factor: int
    empty: bool = False

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.samples.shape[-1]) * self.factor

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.samples.shape[-2]) * self.factor

    @property
    def kind(self) -> LatentKind:
        """What a check asks of it."""
        return LatentKind(self.space, int(self.samples.shape[1]), self.factor)

    def with_samples(self, samples: Tensor, *, empty: bool = False) -> Latent:
        """The same space with other samples, by default no longer empty."""
        return replace(self, samples=samples, empty=empty)

    def preview(self) -> Any:
        """A rough picture, by a linear map that was fitted for the space."""
        from PIL import Image as Pictures

        return Pictures.fromarray(picture(self.samples[0], self.space).numpy())


@node(
    "EmptyLatent",
    category="latent",
    traits=empty_kind,
    aliases=("EmptyLatentImage",),
    products=(Product(("width", "height", "batch"), MAX_PIXELS, "pixels"),),
)
def empty_latent(
    ctx: Context,
    width: Side | None = None,
    height: Side | None = None,
    batch: Batch = 1,
    vae: VAE | None = None,
) -> Latent:
    """An empty latent of a size in pixels: zeros that `AddNoise` fills.

    width, height: pixels; None is the size that the model of `vae` was made for. batch: pictures.
    Without `vae`: four channels, eight pixels a cell. Gives samples [batch, C, H/f, W/f].
    Errors: a size that is no multiple of the autoencoder's factor, more than 256 megapixels
    in all, or None without a `vae`.
    """
    factor, channels = (vae.factor, vae.channels) if vae else (8, 4)
    made_for = vae.side if vae and vae.side else (None, None)
    wide = _side(width, made_for[0], factor, "width")
    high = _side(height, made_for[1], factor, "height")
    check_pixels(wide, high, batch)
    shape = (batch, channels, high // factor, wide // factor)
    dtype = getattr(torch, vae.dtype if vae else ctx.dtype)
    samples = torch.zeros(shape, dtype=dtype, device=ctx.device)
    return Latent(samples, vae.space if vae else "", factor, empty=True)


@node(
    "LatentResize",
    category="latent",
    keeps={"latent": "latent"},
    aliases=("LatentUpscale",),
    products=(Product(("width", "height"), MAX_PIXELS, "pixels"),),
)
def latent_resize(
    latent: Latent,
    width: Side,
    height: Side,
    method: Literal["nearest", "bilinear", "bicubic", "area"] = "bilinear",
) -> Latent:
    """Resize a latent to a size in pixels, cell by cell.

    Gives samples [B,C,height/f,width/f]; an empty latent stays empty. method: of torch's
    `interpolate`, bilinear and bicubic with antialiasing. For a sharper start resize the decoded
    picture with `ImageResize` instead.
    Errors: a size that is no multiple of the latent's factor, or above 256 megapixels in all.
    """
    factor = latent.factor
    wide = _side(width, None, factor, "width")
    high = _side(height, None, factor, "height")
    check_pixels(wide, high, len(latent.samples))
    smooth = method in {"bilinear", "bicubic"}
    samples = functional.interpolate(
        latent.samples.float(), (high // factor, wide // factor), mode=method, antialias=smooth
    )
    return latent.with_samples(samples.to(latent.samples.dtype), empty=latent.empty)


@node("RepeatLatent", category="latent", keeps={"latent": "latent"}, aliases=("RepeatLatentBatch",))
def repeat_latent(latent: Latent, times: Batch = 2) -> Latent:
    """Repeat a latent along the batch: samples [times*B,C,H,W], an empty one stays empty.

    Errors: more than 256 megapixels in all.
    """
    check_pixels(latent.width, latent.height, len(latent.samples) * times)
    return latent.with_samples(torch.cat([latent.samples] * times), empty=latent.empty)


def check_pixels(width: int, height: int, batch: int) -> None:
    """Raises NodeError (`out_of_range`) above 256 megapixels in all."""
    if width * height * batch > MAX_PIXELS:
        millions = width * height * batch / 1e6
        raise NodeError(
            f"{batch} of {width}x{height} pixels are {millions:.0f} megapixels; "
            f"at most {MAX_PIXELS // 10**6} are allowed.",
            code="out_of_range",
            port="batch" if batch > 1 else "width",
            fix="Take a smaller size or batch.",
        )


def _side(wanted: int | None, default: int | None, factor: int, port: str) -> int:
    side = default if wanted is None else wanted
    if side is None:
        raise NodeError(
            f"The {port} is not set and there is no model to take it from.",
            code="missing_input",
            port=port,
            fix=f"Set the {port}, or wire the model's vae.",
        )
    if side % factor:
        low = side // factor * factor
        near = f"{low + factor}" if low == 0 else f"{low} and {low + factor}"
        raise NodeError(
            f"The {port} {side} is no multiple of {factor}, which this autoencoder needs; "
            f"the nearest are {near}.",
            code="not_multiple_of",
            port=port,
        )
    return side
