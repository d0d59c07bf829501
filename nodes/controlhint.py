"""Pictures as ControlNets and T2I adapters read them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine import NodeError

from .image import Image, image_resize
from .latent import Latent


def hints(image: Image, latent: Latent, channels: int) -> Tensor:
    """[B,C,H,W] in [0,1] at the latent's size in pixels, one for each picture of its batch.

    Resized as VaeImageProcessor does. Raises NodeError where the number of pictures fits no batch.
    """
    size, batch = (latent.width, latent.height), len(latent.samples)
    if len(image.pixels) not in {1, batch}:
        raise NodeError(
            f"There are {len(image.pixels)} pictures to follow, and the latent has {batch}.",
            port="image",
            fix="Give one picture, or one for each of the latent's batch.",
        )
    if (image.width, image.height) != size:
        image = image_resize(image, *size)
    pixels = in_channels(image, channels).contiguous()  # as the pipelines' are: it changes bits
    return pixels if len(pixels) == batch else pixels.repeat(batch, 1, 1, 1)


def in_channels(image: Image, channels: int) -> Tensor:
    """[B,C,H,W] in [0,1]: colours as they are, or in grey (ITU-R 601, as PIL weighs them).

    Raises NodeError where a model wants another number of channels than 1 or 3.
    """
    if channels not in {1, 3}:
        raise NodeError(
            f"This model reads pictures of {channels} channels; 1 and 3 are supported.",
            port="image",
        )
    pixels = image.pixels if channels == 3 else _grey(image)
    return pixels.permute(0, 3, 1, 2)  # in this order in memory, as the pipelines': it changes bits


def _grey(image: Image) -> Tensor:
    """[B,H,W,1] in 256 shades."""
    grey = [np.asarray(picture.convert("L")) for picture in image.to_pil()]
    return torch.from_numpy(np.stack(grey)[..., None].astype(np.float32) / 255.0)
