"""Pictures to latents and back, by a model's autoencoder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine import Context, NodeError, node

from .footprint import encoder_bytes
from .image import Image
from .latent import Latent
from .latentkind import LatentKind, encoded_kind
from .noise import Random, Seed
from .recipes import VAE
from .tiles import decoded, tiling


class Encoded(NamedTuple):
    """Outputs of `VAEEncode`."""

    latent: Latent
    random: Random


def _check_kind(vae: VAE, latent: LatentKind) -> None:
    """Raises NodeError where an autoencoder is to decode another one's latents."""
    other = latent.space and latent.space != vae.space
    if other or (latent.channels, latent.factor) != (vae.channels, vae.factor):
        own = replace(LatentKind.of(vae), model="")
        raise NodeError(
            f"The vae '{vae.source.model}' reads latents {own}, and this one is {latent}.",
            code="wrong_family",
            port="latent",
            fix="Wire the vae of the model that made the latent.",
        )


@node("VAEDecode", category="latent", checks=(_check_kind,), aliases=("VAEDecodeTiled",))
def vae_decode(ctx: Context, vae: VAE, latent: Latent, tiled: bool = False) -> Image:
    """Turn latents [B,C,H/f,W/f] into pictures [B,H,W,3].

    Undoes the scaling and shift (or mean and deviation) of the model's latents, decodes, and
    takes `x*0.5+0.5` to [0,1], as VaeImageProcessor does. Autoencoders that overflow in half
    precision run in float32. tiled: pictures above the size that the vae was made for go in
    overlapping tiles blended into each other, to need less memory (diffusers' enable_tiling);
    the bits are not the same. Where memory is too small for the whole (see --gpu-memory), that
    is done anyway, one picture at a time and with the largest tiles that fit; the run says so,
    and the result is not kept for other runs.
    Errors: a latent of another autoencoder; a latent or picture that is not finite.
    """
    _check_kind(vae, latent.kind)
    _check_finite(latent.samples, "latent")
    with ctx.pool.use(vae) as model:
        samples = _unscaled(
            model.config, latent.samples.to(ctx.device, getattr(torch, vae.compute))
        )
        if tiled:
            picture = tiling(model).decode(samples, return_dict=False)[0]
        else:
            picture = decoded(ctx, vae, model, samples)
    _check_finite(picture, "picture")
    pixels = (picture * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).float()
    return Image(pixels.contiguous())


@node("VAEEncode", category="latent", traits=encoded_kind, aliases=("VAEEncodeTiled",))
def vae_encode(
    ctx: Context,
    vae: VAE,
    image: Image,
    sample: bool = False,
    seed: Seed = 0,
    per_image: bool = False,
    random: Random | None = None,
    tiled: bool = False,
) -> Encoded:
    """Turn pictures [B,H,W,3] into latents [B,C,H/f,W/f] in the model's own scaling.

    sample: draw from the encoder's distribution, as the img2img pipelines do, instead of taking
    its mode. seed: of one stream for the batch; per_image: image i is encoded alone and has its
    own stream from seed+i, like a list of generators. random: a stream to go on with; seed and
    per_image are then unused. Gives the latent and the stream after it: img2img draws here, then
    the noise, then the steps, so wire `random` on to `AddNoise`.
    tiled: in overlapping tiles, for large pictures on little memory; not the same bits.
    Errors: a side that is no multiple of the autoencoder's factor; a latent that is not finite.
    """
    _check_sides(vae, image)
    stream = random or Random.seeded(seed, len(image.pixels) if per_image else None)
    pictures = (2.0 * image.pixels - 1.0).permute(0, 3, 1, 2)
    with ctx.pool.use(vae) as model:
        pictures = pictures.to(ctx.device, getattr(torch, vae.compute))
        coder = tiling(model) if tiled else model
        if not tiled:
            ctx.pool.fits(encoder_bytes(model.config, pictures))
        if sample:
            samples, stream = _sampled(coder, pictures, stream)
        else:
            samples = coder.encode(pictures).latent_dist.mode()
        samples = _scaled(model.config, samples.to(getattr(torch, vae.dtype)))
    _check_finite(samples, "latent")
    return Encoded(Latent(samples, vae.space, vae.factor), stream)


def _sampled(coder: Any, pictures: Tensor, stream: Random) -> tuple[Tensor, Random]:
    """A draw from the posterior; with a stream an image, each picture passes on its own."""
    alone = len(stream.states) > 1
    parts = pictures.chunk(len(pictures)) if alone else (pictures,)
    if alone:
        stream.check(len(pictures))
    posteriors = [coder.encode(part).latent_dist for part in parts]
    mean = torch.cat([posterior.mean for posterior in posteriors])
    deviation = torch.cat([posterior.std for posterior in posteriors])
    noise, after = stream.draw(mean.shape)
    return mean + deviation * noise.to(mean), after


def _statistics(config: Any, like: Tensor) -> tuple[Tensor, Tensor] | None:
    mean, std = getattr(config, "latents_mean", None), getattr(config, "latents_std", None)
    if mean is None or std is None:
        return None
    shape = (1, -1, 1, 1)
    return torch.tensor(mean).view(shape).to(like), torch.tensor(std).view(shape).to(like)


def _scaled(config: Any, samples: Tensor) -> Tensor:
    """As the img2img pipelines scale what the encoder gives."""
    scale: float = config.scaling_factor
    if statistics := _statistics(config, samples):
        mean, std = statistics
        return (samples - mean) * scale / std
    shift: float | None = getattr(config, "shift_factor", None)
    return scale * (samples if shift is None else samples - shift)


def _unscaled(config: Any, samples: Tensor) -> Tensor:
    """As the pipelines undo it before the decoder."""
    scale: float = config.scaling_factor
    if statistics := _statistics(config, samples):
        mean, std = statistics
        return samples * std / scale + mean
    shift: float | None = getattr(config, "shift_factor", None)
    plain = samples / scale
    return plain if shift is None else plain + shift


def _check_sides(vae: VAE, image: Image) -> None:
    if image.width % vae.factor or image.height % vae.factor:
        wide, high = (side // vae.factor * vae.factor for side in (image.width, image.height))
        raise NodeError(
            f"The picture has {image.width}x{image.height} pixels, and this vae needs sides that "
            f"are multiples of {vae.factor}; the nearest below is {wide}x{high}.",
            code="not_multiple_of",
            port="image",
            fix=f"Put an ImageResize with multiple_of {vae.factor} before it.",
        )


def _check_finite(tensor: Tensor, what: str) -> None:
    if not bool(tensor.isfinite().all()):
        raise NodeError(
            f"The {what} holds numbers that are not finite, so there would be no picture.",
            code="non_finite",
            port="latent" if what == "latent" else "",
            fix="Try dtype float32 in LoadModel, or a lower guidance scale.",
        )
