"""Preprocessors against direct calls of OpenCV, and what their results look like."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine import NodeError
from nodes.edges import canny, mask_outline, scribble, soft_edge
from nodes.image import Image, Mask
from nodes.preprocess import colour_grid, image_blur, invert_image, tile_hint

Bytes = NDArray[np.uint8]
WHITE = 255


def noise(high: int = 60, wide: int = 90) -> Bytes:
    """A smooth random picture with a hard square in it."""
    rough = np.random.default_rng(4).integers(0, 256, (high, wide, 3), np.uint8)
    smooth: Bytes = cv2.GaussianBlur(rough, (0, 0), 4).astype(np.uint8)
    smooth[20:40, 30:60] = (250, 20, 120)
    return smooth


def batch(*pictures: Bytes) -> Image:
    return Image(torch.from_numpy(np.stack(pictures).astype(np.float32) / 255))


def check(found: Image, wanted: Any) -> None:
    wanted = np.asarray(wanted, np.uint8)
    if wanted.ndim == 2:
        wanted = np.repeat(wanted[..., None], 3, axis=2)
    assert found.pixels.dtype == torch.float32
    assert np.array_equal(found.to_bytes()[-1].numpy(), wanted)
    assert torch.equal(found.pixels[-1], torch.from_numpy(wanted.astype(np.float32) / 255))


PICTURES = batch(np.full((60, 90, 3), 9, np.uint8), noise())


def test_canny() -> None:
    check(canny(PICTURES), cv2.Canny(noise(), 100, 200))
    wanted = cv2.Canny(noise(), 40, 90, apertureSize=5, L2gradient=True)
    check(canny(PICTURES, 40, 90, "5", True), wanted)
    assert not canny(PICTURES).pixels[0].any()
    with pytest.raises(NodeError, match="`low`, which is 300") as caught:
        canny(PICTURES, 300, 200)
    assert (caught.value.code, caught.value.port) == ("out_of_range", "low")


def test_blur() -> None:
    check(image_blur(PICTURES, 2.5), cv2.GaussianBlur(noise(), (0, 0), 2.5))


@pytest.mark.parametrize(("factor", "size"), [(4.0, (22, 15)), (3.0, (30, 20)), (64.0, (1, 1))])
def test_tile(factor: float, size: tuple[int, int]) -> None:
    small = cv2.resize(noise(), size, interpolation=cv2.INTER_AREA)
    check(tile_hint(PICTURES, factor), cv2.resize(small, (90, 60), interpolation=cv2.INTER_CUBIC))
    assert tile_hint(PICTURES, 1.0) is PICTURES


def test_invert() -> None:
    found = invert_image(PICTURES)
    assert np.array_equal(found.to_bytes()[1].numpy(), cv2.bitwise_not(noise()))
    assert torch.allclose(invert_image(found).pixels, PICTURES.pixels, atol=1e-7)


@pytest.mark.parametrize(("cell", "size"), [(30, (3, 2)), (16, (5, 3)), (1000, (1, 1))])
def test_colour_grid(cell: int, size: tuple[int, int]) -> None:
    small = cv2.resize(noise(), size, interpolation=cv2.INTER_CUBIC)
    wanted = cv2.resize(small, (90, 60), interpolation=cv2.INTER_NEAREST)
    check(colour_grid(PICTURES, cell), wanted)


def difference(picture: Bytes, sigma: float) -> NDArray[np.float32]:
    exact = picture.astype(np.float32)
    fine = cv2.GaussianBlur(exact, (0, 0), sigma)
    found: NDArray[np.float32] = cv2.absdiff(fine, cv2.GaussianBlur(exact, (0, 0), 1.6 * sigma))
    found = found.max(axis=2)
    return found / found.max()


@pytest.mark.parametrize(("sigma", "gamma"), [(1.0, 1.0), (2.0, 0.5)])
def test_soft_edge(sigma: float, gamma: float) -> None:
    found = soft_edge(PICTURES, sigma, gamma)
    check(found, np.rint(255 * difference(noise(), sigma) ** gamma))
    assert not found.pixels[0].any()
    assert found.pixels[1].max() == 1
    grey = found.pixels[1]
    assert torch.equal(grey[..., 0], grey[..., 2])


def test_the_edge_of_a_step_is_strong_beside_it_and_gone_far_away() -> None:
    step = np.zeros((32, 64, 3), np.uint8)
    step[:, 32:] = 200
    edges = soft_edge(batch(step)).pixels[0, 16, :, 0]
    assert edges[30:34].max() == 1
    assert edges[:24].max() < 0.01
    assert edges[40:].max() < 0.01


def test_scribble_draws_lines_of_a_width() -> None:
    step = np.zeros((64, 64, 3), np.uint8)
    step[:, 32:] = 200
    widths = []
    for width in (1, 3, 7):
        found = scribble(batch(step), sigma=1.0, threshold=0.5, width=width).to_bytes()[0, 32, :, 0]
        assert set(found.tolist()) == {0, 255}
        assert not found[:20].any()
        assert not found[44:].any()
        widths.append(int((found == WHITE).sum()))
    assert widths[1] == widths[0] + 2
    assert widths[2] == widths[0] + 6


def test_scribble_keeps_the_ridges_of_the_soft_edges() -> None:
    soft = difference(noise(), 2.0)
    kernels = [np.eye(3, dtype=np.uint8), np.eye(3, dtype=np.uint8)[::-1].copy()]
    for row in (0, 1):
        line = np.zeros((3, 3), np.uint8)
        line[(slice(None), 1) if row else (1, slice(None))] = 1
        kernels.append(line)
    kept = np.zeros_like(soft)
    for kernel in kernels:
        np.putmask(kept, cv2.dilate(soft, kernel) == soft, soft)
    _, lines = cv2.threshold(kept, 0.2, 255, cv2.THRESH_BINARY)
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    wanted = cv2.dilate(lines, pen)
    found = scribble(PICTURES, width=5)
    check(found, wanted)
    assert not found.pixels[0].any()


def mask(*rows: NDArray[np.bool_]) -> Mask:
    return Mask(torch.from_numpy(np.stack(rows).astype(np.float32)))


def square() -> NDArray[np.bool_]:
    bits = np.zeros((40, 50), np.bool_)
    bits[10:30, 15:35] = True
    return bits


def test_the_outline_of_a_mask() -> None:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    bits = square().astype(np.uint8)
    empty = np.zeros_like(square())
    inside = mask_outline(mask(empty, square()), 3, "inside")
    check(inside, 255 * (bits - cv2.erode(bits, disc)))
    outside = mask_outline(mask(empty, square()), 3, "outside")
    check(outside, 255 * (cv2.dilate(bits, disc) - bits))
    assert not inside.pixels[0].any()
    small = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    middle = mask_outline(mask(square()), 3)
    check(middle, 255 * (cv2.dilate(bits, small) - cv2.erode(bits, wide)))
    assert (middle.pixels[0, 20, :, 0] == 1).sum() == 6


def test_the_edge_of_the_picture_is_no_outline() -> None:
    half = np.zeros((20, 20), np.bool_)
    half[:, :10] = True
    lines = mask_outline(mask(half), 2, "inside").pixels[0, :, :, 0]
    assert lines.sum() == 2 * 20
    assert not mask_outline(mask(np.ones((8, 8), np.bool_)), 3).pixels.any()
