"""Rough pictures of latents without a model: a linear map for each latent space that is known.

For published spaces one from a cell's channels to its colour; for the embedded model one from a
cell and those around it to a square of pixels, fitted by `nodes.demo.train.preview`.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from .demo import PREVIEW_FILE

AROUND = 1
"""How many cells on each side of a cell its pixels are made from."""
Linear = tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]
SD: Linear = (
    (
        (0.150, 0.105, 0.075),
        (0.095, 0.120, 0.140),
        (-0.060, 0.075, 0.130),
        (-0.105, -0.085, -0.150),
    ),
    (0.5, 0.5, 0.5),
)
"""Fitted by the community for Stable Diffusion 1 (K. Turner, Hugging Face forum, 2022)."""
SDXL: Linear = (
    (
        (0.235, 0.235, 0.235),
        (-0.235, -0.020, 0.039),
        (0.098, 0.059, -0.020),
        (-0.275, -0.196, -0.137),
    ),
    (0.588, 0.549, 0.510),
)
"""Found by T. Vass, "Explaining the SDXL latent space" (Hugging Face blog, 2023), out of 255."""
KNOWN = {"": SD, "sd": SD, "sdxl": SDXL}


def picture(samples: Tensor, space: str) -> Tensor:
    """One latent [C,H,W] as 8-bit RGB [h,w,3]: a pixel a cell, or all pixels where that is known.

    A space that nobody has fitted shows its first channels as SD's: shapes, not colours.
    """
    cells = samples.detach().float().cpu().nan_to_num(0.0, 0.0, 0.0)
    fitted = fits().get(space)
    rgb = _pixels(cells, fitted) if fitted is not None else _colours(cells, KNOWN.get(space, SD))
    return (rgb.clamp(0, 1) * 255).round().to(torch.uint8)


@cache
def fits() -> dict[str, Tensor]:
    """The fitted maps [C*k*k + 1, f*f*3] by the name of their space."""
    from safetensors.torch import load_file

    return {name: fit.float() for name, fit in load_file(PREVIEW_FILE).items()}


def surroundings(samples: Tensor) -> Tensor:
    """[N,C,H,W] as a row a cell of what lies around it, and a one: [N*H*W, C*k*k + 1]."""
    around = functional.pad(samples, (AROUND,) * 4, mode="replicate")
    rows = functional.unfold(around, 2 * AROUND + 1).transpose(1, 2).flatten(0, 1)
    return functional.pad(rows, (0, 1), value=1.0)


def _pixels(cells: Tensor, fit: Tensor) -> Tensor:
    high, wide = cells.shape[1:]
    factor = round((fit.shape[1] / 3) ** 0.5)
    made = surroundings(cells[None]) @ fit
    whole = functional.fold(made.T[None], (high * factor, wide * factor), factor, stride=factor)
    return whole[0].permute(1, 2, 0) * 0.5 + 0.5


def _colours(cells: Tensor, linear: Linear) -> Tensor:
    weights, bias = (torch.tensor(part) for part in linear)
    shown = cells[: len(weights)]
    return torch.einsum("chw,cr->hwr", shown, weights[: len(shown)]) + bias
