"""Pictures from files and to files."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, NamedTuple

import torch

from engine import Artifact, Choices, Context, Field, Files, NodeError, Widget, node

from . import picturefile
from .image import Image, Mask
from .metadata import Metadata
from .metadatamodels import models_of
from .parameters import parameters_of

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


@node("SaveImage", category="image", aliases=("Save picture", "SaveImageWebsocket"))
def save_image(
    ctx: Context,
    image: Image,
    name: Name = "{title} {seed} {n}",
    format: Literal["png", "webp", "jpeg"] = "png",
    quality: Annotated[int, Field(ge=1, le=100)] = 95,
    parameters: Literal["none", "a1111"] = "none",
) -> None:
    """Save each picture of the batch as a file that carries the graph which made it.

    name: of the files, without extension; `{title}`, `{seed}` and `{n}` (a running number) are
    filled in. format: png loses nothing; webp and jpeg lose by quality, webp nothing at 100.
    Pixels are 8 bits, `round(255x)`. The file carries the graph with the values used, the seed,
    and the sha256 of the model files that it names: open or run the picture to get it back. In
    PNG these are the iTXt entries `latentgraph` and `latentgraph-made`, in WebP and JPEG the XMP
    properties `graph` and `made` of `latentgraph`. parameters: a1111 adds the text that A1111
    writes and picture sites read (PNG `parameters`, EXIF UserComment), as far as the graph says:
    what nodes compute is left out of it.
    """
    _check_finite(image)
    metadata = _metadata(ctx, image, parameters == "a1111")
    for picture in image.to_pil():
        ctx.save(Artifact(_encoded(picture, metadata, format, quality), f"image/{format}", name))


@node("PreviewImage", category="image")
def preview_image(ctx: Context, image: Image) -> None:
    """Show each picture of the batch without keeping it."""
    _check_finite(image)
    for data in image.pictures(ctx.document):
        ctx.save(Artifact(data, "image/png", preview=True))


def _check_finite(image: Image) -> None:
    if not image.is_finite():
        raise NodeError(
            "The picture holds numbers that are not finite: it would come out black.",
            code="non_finite",
            port="image",
            fix="Look at the node that made it.",
        )


def _metadata(ctx: Context, image: Image, a1111: bool) -> Metadata:
    if not ctx.document:
        return Metadata()
    graph = json.loads(ctx.document)
    models = models_of(graph, ctx.files)
    size = (image.width, image.height)
    text = parameters_of(graph, size, ctx.seed, models) if a1111 else ""
    return Metadata(ctx.document, ctx.seed, models, text)


def _encoded(picture: Any, metadata: Metadata, format: str, quality: int) -> bytes:
    if format == "webp":
        return picturefile.webp(picture, metadata, quality)
    if format == "jpeg":
        return picturefile.jpeg(picture, metadata, quality)
    return picturefile.png(picture, metadata)
