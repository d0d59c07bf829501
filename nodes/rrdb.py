"""The RRDB network, which upscales pictures: residual-in-residual dense blocks.

Source: Wang et al. 2018, "ESRGAN" (arXiv 1809.00219), section 3.1 and figure 4; with a shuffled
input for less than four times, Wang et al. 2021, "Real-ESRGAN" (arXiv 2107.10833), section 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.2
SHARE = 0.2


@dataclass(frozen=True)
class Plan:
    """Widths and depths. shuffle: pixels a side that become channels first; doublings: x2 each."""

    features: int = 64
    growth: int = 32
    blocks: int = 23
    doublings: int = 2
    shuffle: int = 1

    @property
    def scale(self) -> int:
        return int(2**self.doublings // self.shuffle)


class Dense(nn.Module):
    """Five convolutions, each of the first four seeing what all before it gave."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.conv1 = _conv(features, growth)
        self.conv2 = _conv(features + growth, growth)
        self.conv3 = _conv(features + 2 * growth, growth)
        self.conv4 = _conv(features + 3 * growth, growth)
        self.conv5 = _conv(features + 4 * growth, features)

    def forward(self, x: Tensor) -> Tensor:
        seen = [x]
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen.append(_leaky(conv(torch.cat(seen, dim=1))))
        last: Tensor = self.conv5(torch.cat(seen, dim=1))
        return last * SHARE + x


class Block(nn.Module):
    """Three dense ones, and a way around them."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = Dense(features, growth)
        self.rdb2 = Dense(features, growth)
        self.rdb3 = Dense(features, growth)

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))
        return inner * SHARE + x


class RRDB(nn.Module):
    """[B,3,H,W] to [B,3,H*scale,W*scale], both 0 to 1, unclamped."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.conv_first = _conv(3 * plan.shuffle**2, plan.features)
        self.body = nn.Sequential(*(Block(plan.features, plan.growth) for _ in range(plan.blocks)))
        self.conv_body = _conv(plan.features, plan.features)
        for index in range(plan.doublings):
            setattr(self, f"conv_up{index + 1}", _conv(plan.features, plan.features))
        self.conv_hr = _conv(plan.features, plan.features)
        self.conv_last = _conv(plan.features, 3)

    def alive(self, pixels: int) -> int:
        """Numbers that one pass over so many pixels holds at once, beside the weights.

        Four planes of the largest size while it is doubled last, and the densest block.
        """
        plan = self.plan
        cells = pixels // plan.shuffle**2
        dense = 2 * (plan.features + 4 * plan.growth)
        return int(cells * (4 * plan.features * 4**plan.doublings + dense))

    def forward(self, pixels: Tensor) -> Tensor:
        wide, high = (side * self.plan.scale for side in pixels.shape[:-3:-1])
        if self.plan.shuffle > 1:
            pixels = functional.pixel_unshuffle(
                _whole(pixels, self.plan.shuffle), self.plan.shuffle
            )
        first = self.conv_first(pixels)
        found = first + self.conv_body(self.body(first))
        for index in range(self.plan.doublings):
            doubled = functional.interpolate(found, scale_factor=2, mode="nearest")
            found = _leaky(getattr(self, f"conv_up{index + 1}")(doubled))
        last: Tensor = self.conv_last(_leaky(self.conv_hr(found)))
        return last[..., :high, :wide]


def _conv(into: int, out: int) -> nn.Conv2d:
    return nn.Conv2d(into, out, kernel_size=3, padding=1)


def _leaky(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, SLOPE)


def _whole(pixels: Tensor, multiple: int) -> Tensor:
    """Sides made multiples of it, by the outermost pixels drawn on to the right and down."""
    wide, high = (-side % multiple for side in pixels.shape[:-3:-1])
    return functional.pad(pixels, (0, wide, 0, high), mode="replicate")
