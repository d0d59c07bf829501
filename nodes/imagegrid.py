"""Many pictures on one sheet, with labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from engine import Field, NodeError, node

from .image import Image
from .latent import check_pixels

Label = Annotated[str, Field(max_length=200)]
PAPER = (255, 255, 255)
INK = (32, 32, 32)


@node("ImageGrid", category="image", aliases=("Contact sheet", "XY plot"))
def image_grid(
    images: Sequence[Image],
    columns: Annotated[int, Field(ge=1, le=256)] | None = None,
    labels: Sequence[Label] = (),
    gap: Annotated[int, Field(ge=0, le=256)] = 4,
) -> Image:
    """Lay pictures out in rows on white, each with its label below it.

    images: in wire order, batches taken apart; smaller ones stand in the middle of their cell.
    columns: None makes the sheet as square as can be. labels: the i-th is for the i-th picture,
    missing ones are empty. gap: pixels between cells. Gives [1,H,W,3]; pictures keep their
    8-bit colours exactly. Errors: no picture, more labels than pictures, over 256 megapixels.
    """
    pictures = [picture for image in images for picture in image.to_pil()]
    if not pictures or len(labels) > len(pictures):
        raise NodeError(
            f"There are {len(pictures)} pictures for {len(labels)} labels.",
            port="labels" if pictures else "images",
            fix="Wire a picture for every label.",
        )
    across = min(columns or math.ceil(math.sqrt(len(pictures))), len(pictures))
    return Image.from_pil([_sheet(pictures, across, labels, gap)])


def _sheet(pictures: Sequence[Any], across: int, labels: Sequence[str], gap: int) -> Any:
    wide = max(picture.width for picture in pictures)
    high = max(picture.height for picture in pictures)
    size = max(10, min(24, wide // 16))
    strip = size + size // 2 if any(labels) else 0
    down = math.ceil(len(pictures) / across)
    sheet_size = (across * (wide + gap) - gap, down * (high + strip + gap) - gap)
    check_pixels(*sheet_size, 1)
    sheet = Pictures.new("RGB", sheet_size, PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size)
    for index, picture in enumerate(pictures):
        left = index % across * (wide + gap)
        top = index // across * (high + strip + gap)
        corner = (left + (wide - picture.width) // 2, top + (high - picture.height) // 2)
        sheet.paste(picture, corner)
        if index < len(labels):
            text = _fitting(labels[index], font, wide)
            draw.text((left + wide // 2, top + high + strip // 2), text, INK, font, anchor="mm")
    return sheet


def _fitting(label: str, font: Any, width: int) -> str:
    """The label on one line, cut with dots where it is wider than its cell."""
    text = " ".join(label.split())
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…" if text else ""
