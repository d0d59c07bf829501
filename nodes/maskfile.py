"""Masks from picture files."""

from __future__ import annotations

from typing import Annotated, Literal

import torch

from engine import Choices, Context, Widget, node

from . import picturefile
from .image import Mask
from .imagefile import PATTERNS, content
from .mask import channel_of


@node(
    "LoadMask",
    category="mask",
    fingerprint=content,
    aliases=("LoadImageMask", "Open mask", "Upload mask"),
)
def load_mask(
    ctx: Context,
    image: Annotated[str, Choices("images", match=PATTERNS), Widget("image")],
    channel: Literal["grey", "alpha", "red", "green", "blue"] = "grey",
    invert: bool = False,
) -> Mask:
    """Read a mask from a picture file: white is repainted, black is kept.

    image: as in `LoadImage`. channel: the brightness, one colour, or alpha, where what is
    transparent is repainted (1 - alpha; nothing where the file has none). invert: the other way
    round. Gives [1,H,W]. Errors: as `LoadImage`.
    """
    rgb, alpha = picturefile.read(ctx.files.resolve("images", image), image)
    if channel == "alpha":
        values = 1.0 - torch.from_numpy(alpha)[None].contiguous()
    else:
        values = channel_of(torch.from_numpy(rgb)[None].contiguous(), channel)
    return Mask(1.0 - values if invert else values)
