"""Cutting out, enlarging, pasting back and padding, against diffusers' image processor and PIL."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image as Pictures
from PIL import ImageOps

from engine import NodeError
from nodes.crop import Region, crop_to_mask, image_crop, pad_image, paste_back
from nodes.image import Image, Mask

RNG = np.random.default_rng(9)
MASKS = VaeImageProcessor(do_normalize=False, do_binarize=False, do_convert_grayscale=True)
SIZES = [(64, 64), (96, 32), (32, 96), (40, 72)]


def picture(width: int = 120, height: int = 80) -> Pictures.Image:
    return Pictures.fromarray(RNG.integers(0, 256, (height, width, 3), dtype=np.uint8))


def hole(box: tuple[int, int, int, int], width: int = 120, height: int = 80) -> Pictures.Image:
    """A grey, soft-edged patch."""
    values = np.zeros((height, width), np.uint8)
    left, top, right, bottom = box
    values[top:bottom, left:right] = RNG.integers(1, 256, (bottom - top, right - left))
    return Pictures.fromarray(values)


BOXES = [(50, 30, 60, 50), (0, 0, 7, 5), (110, 70, 120, 80), (3, 2, 117, 9), (55, 0, 59, 80)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("padding", [0, 32])
def test_cutting_out_and_pasting_back_have_the_pipelines_bits(
    size: tuple[int, int], box: tuple[int, int, int, int], padding: int
) -> None:
    original, mask = picture(), hole(box)
    processor = VaeImageProcessor()
    wide, high = size
    area = processor.get_crop_region(mask, wide, high, pad=padding)
    options = {"height": high, "width": wide, "crops_coords": area, "resize_mode": "fill"}
    whole = Image.from_pil([original])
    found = crop_to_mask(whole, Mask.from_pil([mask]), wide, high, padding)
    assert found.region.box == area
    part = processor.preprocess(original, **options)
    assert torch.equal((2.0 * found.image.pixels - 1.0).permute(0, 3, 1, 2), part)
    assert torch.equal(found.mask.values, MASKS.preprocess(mask, **options)[:, 0])

    made = picture(wide, high)
    wanted = processor.apply_overlay(mask, original, made, area)
    pasted = paste_back(Image.from_pil([made]), whole, Mask.from_pil([mask]), found.region)
    assert pasted.to_pil()[0].tobytes() == wanted.tobytes()


def test_pasting_a_whole_picture_keeps_the_original_where_the_mask_is_black() -> None:
    original, made, mask = picture(), picture(), hole((20, 20, 60, 60))
    whole = Image.from_pil([original])
    pasted = paste_back(Image.from_pil([made]), whole, Mask.from_pil([mask]))
    wanted = VaeImageProcessor().apply_overlay(mask, original, made)
    assert pasted.to_pil()[0].tobytes() == wanted.tobytes()
    outside = np.asarray(mask) == 0
    assert np.array_equal(np.asarray(wanted)[outside], np.asarray(original)[outside])


def test_one_original_serves_a_batch() -> None:
    made = Image.from_pil([picture(), picture()])
    original, mask = Image.from_pil([picture()]), Mask.from_pil([hole((5, 5, 30, 30))])
    pasted = paste_back(made, original, mask)
    alone = paste_back(Image(made.pixels[1:]), original, mask)
    assert torch.equal(pasted.pixels[1:], alone.pixels)


def test_the_size_to_work_at_is_the_pictures_unless_set() -> None:
    found = crop_to_mask(Image.from_pil([picture(125, 83)]), _mask(125, 83), padding=4)
    assert (found.image.width, found.image.height) == (120, 80)
    set_ = crop_to_mask(Image.from_pil([picture()]), _mask(120, 80), 50, 47)
    assert (set_.image.width, set_.image.height) == (48, 40)


def _mask(width: int, height: int) -> Mask:
    return Mask.from_pil([hole((30, 30, 40, 40), width, height)])


def test_what_cannot_be_cut_or_pasted() -> None:
    image = Image.from_pil([picture()])
    with pytest.raises(NodeError, match="mask is empty"):
        crop_to_mask(image, Mask(torch.zeros(1, 80, 120)))
    with pytest.raises(NodeError, match="64x64 pixels and what it is for has 120x80"):
        crop_to_mask(image, Mask(torch.ones(1, 64, 64)))
    small = Image.from_pil([picture(64, 64)])
    with pytest.raises(NodeError, match="64x64 pixels, the original 120x80"):
        paste_back(small, image, _mask(120, 80))
    with pytest.raises(NodeError, match="beyond this original"):
        paste_back(small, image, _mask(120, 80), Region(100, 0, 140, 40))


def test_a_plain_crop() -> None:
    image = Image.from_pil([picture()])
    found = image_crop(image, 20, 10, 3, 70)
    assert torch.equal(found.pixels, image.pixels[:, 70:80, 3:23])
    with pytest.raises(NodeError, match="not within a picture of 120x80"):
        image_crop(image, 20, 11, 3, 70)


@pytest.mark.parametrize(("fill", "level"), [("grey", 0.5), ("black", 0), ("white", 1)])
def test_margins_of_a_colour(fill: str, level: float) -> None:
    original = picture()
    padded, mask = pad_image(Image.from_pil([original]), 8, 16, 24, 0, fill=fill)  # type: ignore[arg-type]
    assert (padded.width, padded.height) == (152, 96)
    inner = padded.pixels[:, 16:96, 8:128]
    assert torch.equal(inner, Image.from_pil([original]).pixels)
    border = ImageOps.expand(Pictures.new("L", (120, 80), 0), (8, 16, 24, 0), fill=255)
    assert torch.equal(mask.values, Mask.from_pil([border]).values)
    assert bool((padded.pixels[mask.values > 0] == level).all())


def test_margins_draw_the_picture_on() -> None:
    image = Image.from_pil([picture()])
    edge = pad_image(image, left=5).image.pixels
    assert torch.equal(edge[:, :, 2], image.pixels[:, :, 0])
    mirror = pad_image(image, bottom=5, fill="mirror").image.pixels
    assert torch.equal(mirror[:, 82], image.pixels[:, 77])


def test_the_mask_reaches_into_the_picture_only_from_a_margin() -> None:
    mask = pad_image(Image.from_pil([picture()]), right=16, overlap=8).mask.values[0]
    assert mask[40].tolist() == [0.0] * 112 + [1.0] * 24
    assert not mask[:, 0].any()
    small = pad_image(Image.from_pil([picture(8, 8)]), 8, 8, 8, 8, overlap=100).mask
    assert bool(small.values.all())
