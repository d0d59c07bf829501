"""Pictures to 8 bits and back, resized as diffusers does, stacked and laid out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image as Pictures

from engine import NodeError
from nodes.image import Image, Mask, image_batch, image_resize
from nodes.imagegrid import image_grid


def noise(batch: int = 1, width: int = 20, height: int = 12) -> Image:
    return Image(torch.rand(batch, height, width, 3, generator=torch.Generator().manual_seed(1)))


def test_eight_bits_are_rounded_as_diffusers_does() -> None:
    image = noise(2)
    expected = VaeImageProcessor.numpy_to_pil(image.pixels.numpy())
    assert [p.tobytes() for p in image.to_pil()] == [p.tobytes() for p in expected]


def test_all_256_values_come_back() -> None:
    ramp = Pictures.fromarray(np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3))
    image = Image.from_pil([ramp])
    assert image.to_pil()[0].tobytes() == ramp.tobytes()
    assert np.array_equal(image.pixels.numpy(), VaeImageProcessor.pil_to_numpy(ramp))


def test_lanczos_is_that_of_the_pipelines() -> None:
    image = noise()
    resized = image_resize(image, 33, 40, multiple_of=8)
    processor = VaeImageProcessor(vae_scale_factor=8)
    expected = processor.preprocess(image.to_pil(), height=40, width=33)
    assert torch.equal((2.0 * resized.pixels - 1.0).permute(0, 3, 1, 2), expected)


def test_the_same_size_is_untouched() -> None:
    image = noise()
    assert image_resize(image) is image
    assert image_resize(image, 20, 12) is image


@pytest.mark.parametrize(
    ("width", "height", "multiple", "size"),
    [
        (40, None, 1, (40, 24)),
        (None, 6, 1, (10, 6)),
        (None, None, 8, (16, 8)),
        (45, None, 8, (40, 24)),
    ],
)
def test_a_missing_side_follows_from_the_other(
    width: int | None, height: int | None, multiple: int, size: tuple[int, int]
) -> None:
    resized = image_resize(noise(), width, height, multiple_of=multiple)
    assert (resized.width, resized.height) == size


def test_crop_fills_and_pad_shows_all() -> None:
    white = Image(torch.ones(1, 10, 20, 3))
    assert image_resize(white, 10, 10, "crop").pixels.min() == 1
    padded = image_resize(white, 10, 10, "pad").pixels[0, :, 5, 0]
    assert padded.tolist() == [0, 0, 1, 1, 1, 1, 1, 0, 0, 0]


def test_sides_below_the_multiple() -> None:
    with pytest.raises(NodeError, match="less than the multiple of 16"):
        image_resize(noise(), multiple_of=16)


def test_a_resize_beyond_the_limit() -> None:
    with pytest.raises(NodeError, match="at most 256") as caught:
        image_resize(noise(), 16384, 16384)
    assert caught.value.code == "out_of_range"


def test_batches_are_stacked_in_order() -> None:
    one, two = noise(1), Image(torch.zeros(2, 12, 20, 3))
    stacked = image_batch([one, two], times=2).pixels
    assert torch.equal(stacked, torch.cat([one.pixels, two.pixels] * 2))


def test_a_batch_of_nothing_or_of_two_sizes() -> None:
    with pytest.raises(NodeError, match="no pictures"):
        image_batch([])
    with pytest.raises(NodeError, match="20x12 and 8x8"):
        image_batch([noise(), noise(1, 8, 8)])


def test_a_grid_keeps_every_picture_exactly() -> None:
    images = [noise(3), Image(torch.zeros(1, 12, 20, 3))]
    grid = image_grid(images, columns=2, gap=4)
    assert (grid.width, grid.height) == (44, 28)
    sheet = grid.to_bytes()[0]
    assert torch.equal(sheet[:12, 24:], images[0].to_bytes()[1])
    assert not sheet[16:, 24:].any()
    assert (sheet[12:16] == 255).all()


def test_labels_take_a_strip_below_and_change_no_picture() -> None:
    image = noise(2, 64, 64)
    grid = image_grid([image], labels=["seed 1"], gap=0).to_bytes()[0]
    assert grid.shape[1] == 128
    assert torch.equal(grid[:64, 64:], image.to_bytes()[1])
    strip = grid[64:]
    assert strip[:, :64].min() < 128
    assert strip[:, 64:].min() == 255


def test_a_long_label_stays_in_its_cell() -> None:
    image = Image(torch.ones(2, 64, 64, 3))
    strip = image_grid([image], columns=2, labels=["W" * 200], gap=0).to_bytes()[0, 64:]
    assert strip[:, :64].min() < 128
    assert strip[:, 64:].min() == 255


def test_smaller_pictures_stand_in_the_middle() -> None:
    sheet = image_grid([noise(1, 8, 8), Image(torch.zeros(1, 2, 2, 3))], gap=0).to_bytes()[0]
    assert not sheet[3:5, 11:13].any()
    assert sheet[:3, 8:].min() == 255


def test_more_labels_than_pictures() -> None:
    with pytest.raises(NodeError, match="1 pictures for 2 labels"):
        image_grid([noise()], labels=["a", "b"])
    with pytest.raises(NodeError, match="0 pictures"):
        image_grid([])


def test_previews_are_pictures() -> None:
    assert noise(2).preview().size == (20, 12)
    assert noise(1, 2048, 16).preview().size[0] == 512
    assert Mask(torch.ones(1, 4, 6)).preview().size == (6, 4)


@pytest.mark.parametrize("shape", [(8, 8, 3), (1, 8, 8, 4), (1, 3, 8, 8), (8,)])
def test_an_image_of_another_shape_is_refused_where_it_is_made(shape: tuple[int, ...]) -> None:
    with pytest.raises(NodeError, match=r"\[B,H,W,3\]; these have \[8|\[1") as caught:
        Image(torch.zeros(shape))
    assert ("[None]" in caught.value.fix) == (len(shape) == 3)


def test_a_mask_of_another_shape_is_refused_where_it_is_made() -> None:
    with pytest.raises(NodeError, match=r"\[B,H,W\]; these have \[8,8\]"):
        Mask(torch.zeros(8, 8))
