"""Pictures from files and to files."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch

from engine import Artifact, Choices, Context, Field, Files, Widget, node

from . import picturefile
from .image import Image, Mask

PATTERNS = tuple(f"**/*.{kind}" for kind in ("png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff"))
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Loaded(NamedTuple):
    """Outputs of `LoadImage`."""

    image: Image
    mask: Mask
    width: int
    height: int


def content(image: str, files: Files) -> str:
    """What a picture file holds, as its name in a key."""
    path = files.resolve("images", image)
    try:
        return files.sha256(path)
    except OSError as refused:
        raise picturefile.bad(image, f"cannot be read: {refused.strerror}") from None


@node("LoadImage", category="image", fingerprint=content, aliases=("Open image", "Upload"))
def load_image(
    ctx: Context, image: Annotated[str, Choices("images", match=PATTERNS), Widget("image")]
) -> Loaded:
    """Read a picture: a name in the images folder, or an upload `sha256:...`.

    PNG, JPEG, WebP, BMP and TIFF of at most 64 megapixels; of several frames the first. Turned
    as its EXIF says; colour profiles are not applied. Grey, palette, 1-bit and CMYK become RGB.
    Gives image [1,H,W,3], mask [1,H,W] (1 - alpha, zeros without alpha), and its size in pixels.
    Errors: no such picture (not_found), a damaged one or another kind of file (bad_image).
    """
    rgb, alpha = picturefile.read(ctx.files.resolve("images", image), image)
    pixels = torch.from_numpy(rgb)[None].contiguous()
    mask = 1.0 - torch.from_numpy(alpha)[None].contiguous()
    return Loaded(Image(pixels), Mask(mask), pixels.shape[2], pixels.shape[1])


@node("SaveImage", category="image")
def save_image(ctx: Context, image: Image, name: Name = "{title} {seed} {n}") -> None:
    """Save each picture of the batch as a PNG that carries the graph which made it.

    name: of the files, without extension; `{title}`, `{seed}` and `{n}` (a running number) are
    filled in. Pixels are 8 bits, `round(255x)`. The graph, with the values used, is the PNG's
    iTXt entry `latentgraph`: open or run the picture to get it back.
    """
    for data in image.pictures(ctx.document):
        ctx.save(Artifact(data, "image/png", name))


@node("PreviewImage", category="image")
def preview_image(ctx: Context, image: Image) -> None:
    """Show each picture of the batch without keeping it."""
    for data in image.pictures(ctx.document):
        ctx.save(Artifact(data, "image/png", preview=True))
