"""Pictures and masks, and the nodes that resize, stack and tile them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import torch
from PIL import Image as Pictures
from torch import Tensor

from engine import Field, NodeError, Product, Value, node

from . import picturefile
from .latent import MAX_PIXELS, MAX_SIDE, Batch, check_pixels
from .metadata import Metadata

Side = Annotated[int, Field(ge=1, le=MAX_SIDE)]
Fit = Literal["stretch", "crop", "pad"]
Method = Literal["lanczos", "bicubic", "bilinear", "area", "nearest"]
PREVIEW = 512
FILTERS = {
    "lanczos": Pictures.Resampling.LANCZOS,
    "bicubic": Pictures.Resampling.BICUBIC,
    "bilinear": Pictures.Resampling.BILINEAR,
    "area": Pictures.Resampling.BOX,
    "nearest": Pictures.Resampling.NEAREST,
}


@dataclass(frozen=True, eq=False)
class Image(Value):
    """`pixels` [B,H,W,3]: RGB, float32, 0 to 1."""

    pixels: Tensor

    def __post_init__(self) -> None:
        if self.pixels.ndim != 4 or self.pixels.shape[3] != 3:
            raise _misshapen("pixels of an Image", "[B,H,W,3]", self.pixels)

    @property
    def width(self) -> int:
        return int(self.pixels.shape[2])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[1])

    @classmethod
    def from_pil(cls, pictures: Sequence[Any]) -> Image:
        """8-bit RGB pictures of one size, as VaeImageProcessor.pil_to_numpy reads them."""
        arrays = [np.asarray(picture).astype(np.float32) / 255.0 for picture in pictures]
        return cls(torch.from_numpy(np.stack(arrays)))

    def to_bytes(self) -> Tensor:
        """[B,H,W,3] uint8 on the CPU: `round(255x)`, as diffusers rounds."""
        return (self.pixels * 255).round().clamp(0, 255).to(torch.uint8).cpu()

    def to_pil(self) -> list[Any]:
        """One 8-bit RGB PIL picture each."""
        return [Pictures.fromarray(array) for array in self.to_bytes().numpy()]

    def pictures(self, document: str = "") -> tuple[bytes, ...]:
        metadata = Metadata(document)
        return tuple(picturefile.png(picture, metadata) for picture in self.to_pil())

    def preview(self) -> Any:
        picture = Image(self.pixels[:1]).to_pil()[0]
        picture.thumbnail((PREVIEW, PREVIEW))
        return picture


@dataclass(frozen=True, eq=False)
class Mask(Value):
    """`values` [B,H,W], float32: 1 = repaint, 0 = keep."""

    values: Tensor

    def __post_init__(self) -> None:
        if self.values.ndim != 3:
            raise _misshapen("values of a Mask", "[B,H,W]", self.values)

    @property
    def width(self) -> int:
        return int(self.values.shape[2])

    @property
    def height(self) -> int:
        return int(self.values.shape[1])

    @classmethod
    def from_pil(cls, pictures: Sequence[Any]) -> Mask:
        """8-bit grey pictures of one size."""
        arrays = [np.asarray(picture).astype(np.float32) / 255.0 for picture in pictures]
        return cls(torch.from_numpy(np.stack(arrays)))

    def to_pil(self) -> list[Any]:
        """One 8-bit grey PIL picture each."""
        whole = (self.values * 255).round().clamp(0, 255).to(torch.uint8).cpu()
        return [Pictures.fromarray(row) for row in whole.numpy()]

    def pictures(self, document: str = "") -> tuple[bytes, ...]:
        metadata = Metadata(document)
        return tuple(picturefile.png(picture, metadata) for picture in self.to_pil())

    def preview(self) -> Any:
        picture = Mask(self.values[:1]).to_pil()[0]
        picture.thumbnail((PREVIEW, PREVIEW))
        return picture


def _misshapen(what: str, wanted: str, tensor: Tensor) -> NodeError:
    shape = ",".join(map(str, tensor.shape))
    message = f"The {what} have the shape {wanted}; these have [{shape}]."
    lone = tensor.ndim == wanted.count(",")
    fix = "One picture is a batch too: [None] puts its dimension first." if lone else ""
    return NodeError(message, code="wrong_shape", fix=fix)


class Size(NamedTuple):
    """Outputs of `ImageSize`."""

    width: int
    height: int


@node(
    "ImageResize",
    category="image",
    aliases=("ImageScale", "Upscale image"),
    products=(Product(("width", "height"), MAX_PIXELS, "pixels"),),
)
def image_resize(
    image: Image,
    width: Side | None = None,
    height: Side | None = None,
    fit: Fit = "stretch",
    method: Method = "lanczos",
    multiple_of: Annotated[int, Field(ge=1, le=256)] = 1,
) -> Image:
    """Resize pictures to a size in pixels.

    width, height: None follows from the other by the picture's shape; both None keep its size.
    fit: stretch to the size, crop what is over, or pad with black. multiple_of: sides are rounded
    down to it, as the pipelines do before encoding (8). Goes through 8-bit PIL, as
    VaeImageProcessor.resize does, so results are its bit for bit; the same size is untouched.
    Errors: more than 256 megapixels in all.
    """
    size = target((image.width, image.height), width, height, multiple_of)
    check_pixels(*size, len(image.pixels))
    if size == (image.width, image.height):
        return image
    resized = [fitted(picture, size, fit, FILTERS[method]) for picture in image.to_pil()]
    return Image(Image.from_pil(resized).pixels.to(image.pixels.device))


@node("ImageBatch", category="image", aliases=("BatchImages", "RepeatImageBatch"))
def image_batch(images: Sequence[Image], times: Batch = 1) -> Image:
    """Stack pictures of one size into a batch, in wire order, the whole repeated `times`.

    Gives [sum of B * times, H, W, 3]. Errors: none at all, different sizes, more than 256
    megapixels in all.
    """
    first = _first(images)
    for image in images:
        if (image.width, image.height) != (first.width, first.height):
            raise NodeError(
                f"A batch has one size, and these are {first.width}x{first.height} and "
                f"{image.width}x{image.height}.",
                port="images",
                fix="Put an ImageResize before one of them, or use ImageGrid.",
            )
    check_pixels(first.width, first.height, sum(len(image.pixels) for image in images) * times)
    device = first.pixels.device
    return Image(torch.cat([image.pixels.to(device) for image in images] * times))


@node("ImageSize", category="image", aliases=("GetImageSize", "Width and height"))
def image_size(image: Image) -> Size:
    """The size of pictures in pixels, to be wired to other sizes."""
    return Size(image.width, image.height)


def target(
    own: tuple[int, int], width: int | None, height: int | None, multiple_of: int
) -> tuple[int, int]:
    """The size to resize to: a missing side follows from the other, both down to the multiple."""
    ratio = own[0] / own[1]
    if width is None and height is None:
        width, height = own
    wide = width if width is not None else max(1, round((height or 1) * ratio))
    high = height if height is not None else max(1, round((width or 1) / ratio))
    if min(wide, high) < multiple_of:
        raise NodeError(
            f"{wide}x{high} pixels are less than the multiple of {multiple_of} asked for.",
            code="out_of_range",
            port="multiple_of",
        )
    return wide - wide % multiple_of, high - high % multiple_of


def fitted(picture: Any, size: tuple[int, int], fit: str, method: Any) -> Any:
    """A PIL picture at `size`; crop and pad keep its shape and its middle."""
    if fit == "stretch":
        return picture.resize(size, resample=method)
    choose = max if fit == "crop" else min
    scale = choose(size[0] / picture.width, size[1] / picture.height)
    inner = tuple(max(1, round(side * scale)) for side in picture.size)
    canvas = Pictures.new(picture.mode, size)
    corner = ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2)
    canvas.paste(picture.resize(inner, resample=method), corner)
    return canvas


def _first(images: Sequence[Image]) -> Image:
    if not images:
        raise NodeError("There are no pictures.", port="images", fix="Wire at least one.")
    return images[0]
