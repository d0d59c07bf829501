"""Parts of pictures: cut out, enlarged for inpainting, pasted back, and margins put around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
import torch
from PIL import Image as Pictures
from PIL import ImageOps

from engine import Field, NodeError, Value, node

from .croparea import area_around, filled, filling
from .image import Image, Mask, Side
from .latent import MAX_SIDE, check_pixels
from .mask import check_size

Margin = Annotated[int, Field(ge=0, le=MAX_SIDE)]
LANCZOS = Pictures.Resampling.LANCZOS


@dataclass(frozen=True)
class Region(Value):
    """A part of a picture in whole pixels: left and top are in it, right and bottom are not."""

    port: ClassVar[str] = "region"
    left: int
    top: int
    right: int
    bottom: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.right, self.bottom


class Cropped(NamedTuple):
    """Outputs of `CropToMask`."""

    image: Image
    mask: Mask
    region: Region


class Padded(NamedTuple):
    """Outputs of `PadImage`."""

    image: Image
    mask: Mask


@node("ImageCrop", category="image", aliases=("Crop",))
def image_crop(image: Image, width: Side, height: Side, x: Margin = 0, y: Margin = 0) -> Image:
    """Cut a part out of pictures: width and height in pixels, from x and y on.

    Gives [B,height,width,3]. Errors: a part that is not wholly within the picture.
    """
    if x + width > image.width or y + height > image.height:
        raise NodeError(
            f"A part of {width}x{height} pixels at {x}, {y} is not within a picture of "
            f"{image.width}x{image.height}.",
            code="out_of_range",
            port="width" if x + width > image.width else "height",
        )
    return Image(image.pixels[:, y : y + height, x : x + width].contiguous())


@node("CropToMask", category="inpaint", aliases=("Inpaint only masked", "Crop and stitch", "Zoom"))
def crop_to_mask(
    image: Image,
    mask: Mask,
    width: Side | None = None,
    height: Side | None = None,
    padding: Margin = 32,
    multiple_of: Annotated[int, Field(ge=1, le=256)] = 8,
) -> Cropped:
    """Cut out what the mask covers with some surroundings, and enlarge it to be inpainted.

    width, height: the size to work at, rounded down to multiple_of; None is the picture's own.
    padding: pixels of surroundings on each side; the part is then widened to the shape of that
    size as far as the picture goes, and what is still missing is filled with its edges. A batch
    is cut alike, around all its masks. Gives the part [B,height,width,3], its mask, and the
    region that `PasteBack` needs. Source: `padding_mask_crop` of StableDiffusionInpaintPipeline
    (8 bits), bit for bit. Errors: an empty mask, a mask of another size.
    """
    check_size(mask, (image.width, image.height))
    covered = np.any(np.stack([np.asarray(grey) > 0 for grey in mask.to_pil()]), axis=0)
    if not covered.any():
        raise NodeError(
            "The mask is empty: there is nothing to cut out.",
            port="mask",
            fix="Draw something white into it, or invert it.",
        )
    size = (_down(width or image.width, multiple_of), _down(height or image.height, multiple_of))
    check_pixels(*size, len(image.pixels))
    region = Region(*area_around(covered, size, padding))
    pictures = [filling(picture.crop(region.box), size) for picture in image.to_pil()]
    masks = [filling(grey.crop(region.box), size).convert("L") for grey in mask.to_pil()]
    return Cropped(Image.from_pil(pictures), Mask.from_pil(masks), region)


@node("PasteBack", category="inpaint", aliases=("Stitch", "Apply overlay", "Uncrop"))
def paste_back(image: Image, into: Image, mask: Mask, region: Region | None = None) -> Image:
    """Put an inpainted picture, or a part from `CropToMask`, back into the original.

    Where the mask [B,H,W], of the original's size, is 0 the original stays pixel for pixel; greys
    blend. region: where the part belongs; without it image and original have one size. Gives
    [B,H,W,3] of the original's size; a single original or mask serves a batch. Source:
    VaeImageProcessor.apply_overlay (8 bits), bit for bit. Errors: sizes that do not fit.
    """
    check_size(mask, (into.width, into.height))
    if region is None and (image.width, image.height) != (into.width, into.height):
        raise NodeError(
            f"The picture has {image.width}x{image.height} pixels, the original "
            f"{into.width}x{into.height}.",
            port="image",
            fix="Wire the region of the CropToMask, or resize it.",
        )
    if region and (region.right > into.width or region.bottom > into.height):
        raise NodeError(
            "The region goes beyond this original: it was cut from another picture.",
            port="region",
            fix="Wire the picture that CropToMask was given.",
        )
    pictures, originals, masks = image.to_pil(), into.to_pil(), mask.to_pil()
    count = len(pictures)
    rows = zip(pictures, _each(originals, count), _each(masks, count), strict=True)
    return Image.from_pil([_overlaid(*row, region) for row in rows])


@node("PadImage", category="inpaint", aliases=("ImagePadForOutpaint", "Outpaint", "Margins"))
def pad_image(
    image: Image,
    left: Margin = 0,
    top: Margin = 0,
    right: Margin = 0,
    bottom: Margin = 0,
    overlap: Margin = 0,
    fill: Literal["edge", "mirror", "grey", "black", "white"] = "edge",
) -> Padded:
    """Put margins around pictures, and give the mask that has them painted: outpainting.

    left, top, right, bottom: pixels of margin. overlap: how far into the picture the mask
    reaches from a margin, so that the new part can join on. fill: what the margins show until
    then: the outermost pixels drawn out, the picture mirrored, or a colour. Gives pictures
    [B,H+top+bottom,W+left+right,3] and the mask [1,H',W'], 1 in the margins.
    Errors: above 256 megapixels in all.
    """
    size = (image.width + left + right, image.height + top + bottom)
    check_pixels(*size, len(image.pixels))
    margins = ((top, bottom), (left, right))
    padded = filled(image.pixels, margins, fill)
    values = torch.ones(1, size[1], size[0])
    inner = _inner((image.width, image.height), (left, top, right, bottom), overlap)
    values[:, inner[1] : inner[3], inner[0] : inner[2]] = 0
    return Padded(Image(padded), Mask(values))


def _inner(
    size: tuple[int, int], margins: tuple[int, int, int, int], overlap: int
) -> tuple[int, int, int, int]:
    """The box of what stays, in the padded picture: an edge without a margin is not moved."""
    left, top = margins[:2]
    back = [overlap if margin else 0 for margin in margins]
    return (
        left + back[0],
        top + back[1],
        max(left + size[0] - back[2], left + back[0]),
        max(top + size[1] - back[3], top + back[1]),
    )


def _overlaid(picture: Any, original: Any, mask: Any, region: Region | None) -> Any:
    """The original with its masked pixels taken out, laid over the new picture."""
    cut = Pictures.new("RGBa", original.size)
    cut.paste(original.convert("RGBA").convert("RGBa"), mask=ImageOps.invert(mask))
    if region is not None:
        canvas = Pictures.new("RGBA", original.size)
        canvas.paste(_covering(picture, region), (region.left, region.top))
        picture = canvas.convert("RGB")
    below = picture.convert("RGBA")
    below.alpha_composite(cut.convert("RGBA"))
    return below.convert("RGB")


def _covering(picture: Any, region: Region) -> Any:
    """The picture at the region's size, what is over cut off on both sides."""
    wide, high = region.right - region.left, region.bottom - region.top
    flat = wide * picture.height > high * picture.width
    inner = (
        (wide, picture.height * wide // picture.width)
        if flat
        else (picture.width * high // picture.height, high)
    )
    canvas = Pictures.new("RGB", (wide, high))
    corner = (wide // 2 - inner[0] // 2, high // 2 - inner[1] // 2)
    canvas.paste(picture.resize(inner, resample=LANCZOS), corner)
    return canvas


def _each(few: list[Any], count: int) -> list[Any]:
    if len(few) not in {1, count}:
        raise NodeError(
            f"There are {len(few)} originals or masks for {count} pictures.",
            port="into",
            fix="Give one, or one for each.",
        )
    return few if len(few) == count else few * count


def _down(side: int, multiple_of: int) -> int:
    return max(multiple_of, side - side % multiple_of)
