"""Pictures and latents over each other, against PIL's paste."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image as Pictures

from engine import NodeError
from nodes.composite import image_composite, latent_composite
from nodes.image import Image, Mask
from nodes.latent import Latent

RNG = np.random.default_rng(2)


def picture(width: int, height: int) -> Pictures.Image:
    return Pictures.fromarray(RNG.integers(0, 256, (height, width, 3), dtype=np.uint8))


def latent(width: int, height: int, batch: int = 1, space: str = "sd") -> Latent:
    return Latent(torch.randn(batch, 4, height, width), space, 8)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (5, 3), (-4, -6), (17, 11), (19, -2), (30, 30)])
@pytest.mark.parametrize("masked", [False, True])
def test_pixels_are_laid_as_pil_pastes(x: int, y: int, masked: bool) -> None:
    below, above = picture(20, 14), picture(9, 8)
    hard = Pictures.fromarray((RNG.random((8, 9)) > 0.5).astype(np.uint8) * 255)
    wanted = below.copy()
    wanted.paste(above, (x, y), hard if masked else None)
    mask = Mask.from_pil([hard]) if masked else None
    found = image_composite(Image.from_pil([below]), Image.from_pil([above]), x, y, mask)
    assert found.to_pil()[0].tobytes() == wanted.tobytes()


def test_greys_blend() -> None:
    below, above = Image(torch.zeros(1, 4, 4, 3)), Image(torch.ones(2, 4, 4, 3))
    mixed = image_composite(below, above, mask=Mask(torch.full((1, 4, 4), 0.25))).pixels
    assert mixed.shape[0] == 2
    assert bool((mixed == 0.25).all())


def test_latents_are_laid_in_cells() -> None:
    below, above = latent(8, 6), latent(3, 2)
    found = latent_composite(below, above, 16, 32).samples
    wanted = below.samples.clone()
    wanted[..., 4:6, 2:5] = above.samples
    assert torch.equal(found, wanted)


def test_a_latents_mask_may_be_of_pixels_or_of_cells() -> None:
    below, above = latent(4, 4), latent(4, 4)
    cells = (torch.rand(1, 4, 4) > 0.5).float()
    pixels = cells.repeat_interleave(8, 1).repeat_interleave(8, 2)
    one, two = (latent_composite(below, above, mask=Mask(m)).samples for m in (cells, pixels))
    assert torch.equal(one, two)
    assert torch.equal(one, torch.where(cells[:, None] > 0, above.samples, below.samples))


def test_what_does_not_mix() -> None:
    with pytest.raises(NodeError, match=r"of 'sd' .* of 'sdxl' .* do not mix"):
        latent_composite(latent(4, 4), latent(4, 4, space="sdxl"))
    with pytest.raises(NodeError, match="x is 12, between two cells of 8 pixels"):
        latent_composite(latent(4, 4), latent(2, 2), 12)
    with pytest.raises(NodeError, match="8x8 pixels, and what it shows has 32x32"):
        latent_composite(latent(4, 4), latent(4, 4), mask=Mask(torch.ones(1, 8, 8)))
    with pytest.raises(NodeError, match="3 of the above for a batch of 2"):
        latent_composite(latent(4, 4, 2), latent(4, 4, 3))
