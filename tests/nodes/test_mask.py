"""Masks read, drawn, combined, resized, and their edges moved and softened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image as Pictures
from scipy import ndimage

from engine import Context, NodeError
from nodes.image import Image, Mask
from nodes.mask import combine_masks, image_to_mask, invert_mask, mask_resize, mask_to_image
from nodes.maskedge import feather_mask, grow_mask
from nodes.maskfile import load_mask
from nodes.maskshape import Shape, Spot, draw_mask

RNG = np.random.default_rng(4)
COLOURS = RNG.integers(0, 256, (6, 8, 3), dtype=np.uint8)


def grey(batch: int = 1, width: int = 20, height: int = 12) -> Mask:
    generator = torch.Generator().manual_seed(batch)
    return Mask(torch.rand(batch, height, width, generator=generator))


def spots(width: int = 40, height: int = 30) -> Mask:
    """A few pixels, one of them on the edge, as a mask of zeros and ones."""
    values = torch.zeros(1, height, width)
    for x, y in ((0, 3), (20, 15), (21, 15), (39, 29), (30, 4)):
        values[0, y, x] = 1
    return Mask(values)


def test_a_mask_file_is_read_as_the_pipelines_read_it(ctx: Context, tmp_path: Path) -> None:
    picture = Pictures.fromarray(COLOURS)
    picture.save(tmp_path / "m.png")
    processor = VaeImageProcessor(
        do_normalize=False, do_binarize=False, do_convert_grayscale=True, do_resize=False
    )
    mask = load_mask(ctx, "m.png")
    assert torch.equal(mask.values, processor.preprocess(picture)[:, 0])
    assert torch.equal(load_mask(ctx, "m.png", invert=True).values, 1 - mask.values)
    red = load_mask(ctx, "m.png", channel="red").values[0]
    assert np.array_equal((red * 255).numpy().round(), COLOURS[..., 0])


def test_alpha_says_repaint_where_it_is_clear(ctx: Context, tmp_path: Path) -> None:
    picture = Pictures.fromarray(COLOURS)
    picture.putalpha(Pictures.new("L", picture.size, 51))
    picture.save(tmp_path / "m.png")
    assert torch.allclose(load_mask(ctx, "m.png", "alpha").values, torch.full((1, 6, 8), 0.8))
    Pictures.fromarray(COLOURS).save(tmp_path / "opaque.png")
    assert not load_mask(ctx, "opaque.png", "alpha").values.any()


def test_sixteen_bit_masks_keep_their_depth(ctx: Context, tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 48).astype(np.uint16).reshape(6, 8)
    Pictures.fromarray(values).save(tmp_path / "deep.png")
    assert len(load_mask(ctx, "deep.png").values.unique()) == 48


def test_pictures_and_masks_turn_into_each_other() -> None:
    mask = grey(2)
    assert torch.equal(image_to_mask(mask_to_image(mask)).values, mask.values)
    image = Image(torch.rand(1, 4, 4, 3))
    assert torch.equal(image_to_mask(image, "blue").values, image.pixels[..., 2])


@pytest.mark.parametrize("how", ["union", "intersect", "subtract", "difference", "add", "multiply"])
def test_combining_is_that_of_sets_where_masks_are_hard(how: str) -> None:
    a, b = (Mask((grey(size).values[:1] > 0.5).float()) for size in (1, 2))
    one, two = a.values.bool().numpy(), b.values.bool().numpy()
    wanted = {
        "union": one | two,
        "intersect": one & two,
        "subtract": one & ~two,
        "difference": one ^ two,
        "add": one | two,
        "multiply": one & two,
    }[how]
    found = combine_masks(a, b, how)  # type: ignore[arg-type]
    assert np.array_equal(found.values.numpy(), wanted.astype(np.float32))


def test_greys_stay_between_0_and_1_and_a_single_mask_serves_a_batch() -> None:
    for how in ("add", "subtract"):
        values = combine_masks(grey(3), grey(1), how).values  # type: ignore[arg-type]
        assert values.shape == (3, 12, 20)
        assert values.min() >= 0
        assert values.max() <= 1


def test_masks_that_do_not_fit() -> None:
    with pytest.raises(NodeError, match="8x8 pixels and what it is for has 20x12") as caught:
        combine_masks(grey(), grey(1, 8, 8))
    assert caught.value.port == "b"
    with pytest.raises(NodeError, match="3 of the b for a batch of 2"):
        combine_masks(grey(2), grey(3))


def test_inverting_twice_is_nothing() -> None:
    hard = spots()
    assert torch.equal(invert_mask(invert_mask(hard)).values, hard.values)
    assert torch.equal(invert_mask(hard).values, 1 - hard.values)


def test_resizing_is_that_of_the_pipelines_mask_processor() -> None:
    picture = Pictures.fromarray(RNG.integers(0, 256, (30, 40), dtype=np.uint8))
    processor = VaeImageProcessor(do_normalize=False, do_convert_grayscale=True)
    wanted = processor.preprocess(picture, height=16, width=24)[:, 0]
    found = mask_resize(Mask.from_pil([picture]), 24, 16)
    assert torch.equal(found.values, wanted)


def test_padding_a_mask_keeps_what_is_added() -> None:
    padded = mask_resize(Mask(torch.ones(1, 10, 20)), 10, 10, "pad").values[0, :, 5]
    assert padded.tolist() == [0, 0, 1, 1, 1, 1, 1, 0, 0, 0]
    same = grey()
    assert mask_resize(same, 20, 12) is same


@pytest.mark.parametrize("pixels", [1, 2, 5, 9, -1, -3])
@pytest.mark.parametrize("corners", ["round", "square"])
def test_growing_is_grey_morphology(pixels: int, corners: str) -> None:
    reach = abs(pixels)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = x**2 + y**2 <= reach**2 if corners == "round" else np.ones_like(x, bool)
    if pixels > 0:
        filtered, outside = ndimage.grey_dilation, -1.0
    else:
        filtered, outside = ndimage.grey_erosion, 2.0
    for mask in (spots(), grey(1, 40, 30), invert_mask(spots())):
        wanted = filtered(mask.values[0].numpy(), footprint=disc, mode="constant", cval=outside)
        found = grow_mask(mask, pixels, corners)  # type: ignore[arg-type]
        assert np.array_equal(found.values[0].numpy(), wanted)


def test_growing_further_than_the_picture() -> None:
    assert grow_mask(spots(), 500).values.min() == 1
    assert grow_mask(invert_mask(spots()), -500).values.max() == 0
    same = spots()
    assert grow_mask(same, 0) is same


def test_a_mask_at_the_edge_does_not_shrink_from_it() -> None:
    half = torch.zeros(1, 8, 8)
    half[:, :, :4] = 1
    assert grow_mask(Mask(half), -2).values[0, 0].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


def test_feathering_spreads_by_the_gaussian() -> None:
    """The deviation of one white pixel's spread is the radius, and nothing is lost."""
    values = torch.zeros(1, 81, 81)
    values[0, 40, 40] = 1
    soft = feather_mask(Mask(values), 5.0).values[0].double()
    place = torch.arange(81) - 40.0
    assert float(soft.sum()) == pytest.approx(1, abs=1e-3)
    assert float((soft.sum(0) * place**2).sum()) == pytest.approx(25, rel=0.02)
    assert feather_mask(Mask(values), 0).values is values


def test_feathering_keeps_a_full_mask_full_and_each_of_a_batch_its_own() -> None:
    assert torch.allclose(feather_mask(Mask(torch.ones(1, 9, 9)), 3).values, torch.ones(1, 9, 9))
    both = Mask(torch.cat([torch.zeros(1, 9, 9), torch.ones(1, 9, 9)]))
    assert feather_mask(both, 3).values[0].max() == 0


def test_boxes_cover_the_pixels_whose_middles_they_hold() -> None:
    box = draw_mask(10, 8, [Shape(left=0.2, right=0.5, top=0.25, bottom=1.0)]).values[0]
    wanted = torch.zeros(8, 10)
    wanted[2:, 2:5] = 1
    assert torch.equal(box, wanted)


def test_ellipses_and_polygons_have_their_areas() -> None:
    ellipse = draw_mask(400, 200, [Shape("ellipse", 0.1, 0.1, 0.9, 0.9)]).values
    assert float(ellipse.sum()) == pytest.approx(np.pi * 160 * 80, rel=0.01)
    corners = (Spot(0.1, 0.1), Spot(0.9, 0.1), Spot(0.1, 0.9))
    triangle = draw_mask(400, 200, [Shape("polygon", points=corners)]).values
    assert float(triangle.sum()) == pytest.approx(320 * 160 / 2, rel=0.02)


def test_a_line_has_round_ends() -> None:
    drawn = draw_mask(
        100, 100, [Shape("line", points=(Spot(0.2, 0.5), Spot(0.8, 0.5)), thickness=0.2)]
    )
    assert float(drawn.values.sum()) == pytest.approx(60 * 20 + np.pi * 100, rel=0.06)
    dot = draw_mask(100, 100, [Shape("line", points=(Spot(0.5, 0.5),), thickness=0.2)])
    assert float(dot.values.sum()) == pytest.approx(np.pi * 100, rel=0.1)


def test_later_shapes_are_drawn_over_earlier_ones() -> None:
    ring = draw_mask(64, 64, [Shape("ellipse"), Shape("ellipse", 0.25, 0.25, 0.75, 0.75, value=0)])
    assert ring.values[0, 32, 32] == 0
    assert ring.values[0, 32, 4] == 1


def test_shapes_that_are_none() -> None:
    with pytest.raises(NodeError, match="polygon has 2 points; it needs three"):
        draw_mask(8, 8, [Shape("polygon", points=(Spot(0, 0), Spot(1, 1)))])
    with pytest.raises(NodeError, match="line has 0 points"):
        draw_mask(8, 8, [Shape("line")])
    assert not draw_mask(8, 8).values.any()
    assert not draw_mask(8, 8, [Shape("ellipse", 0.5, 0.5, 0.5, 0.5)]).values.any()
