"""What counts in the loss: noise levels from the whole range, each level alike, loud channels."""

from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from nodes.demo.train.weigh import BANDS, Balance, channels, timesteps


def test_timesteps_cover_the_range_and_favour_its_lower_middle() -> None:
    torch.manual_seed(0)
    steps = timesteps(20_000)
    counts = torch.histc(steps.float(), 10, 0, 1000)
    assert 0 <= int(steps.min()) < 5
    assert 950 < int(steps.max()) < 1000
    assert counts.min() > 0
    assert counts[1:4].min() > 1.15 * 2000 > 0.9 * 2000 > counts[7:].max()


def test_balance_brings_levels_of_unlike_error_to_one() -> None:
    torch.manual_seed(0)
    balance = Balance()
    steps = torch.randint(1000, (40_000,))
    truth = 0.01 + steps * BANDS // 1000 * 0.05
    for losses, part in zip(torch.split(truth, 100), torch.split(steps, 100), strict=True):
        last = balance(losses, part)
    assert float(last) == pytest.approx(1.0, abs=0.02)
    low, high = (balance(truth[pick][:50], steps[pick][:50]) for pick in (steps < 50, steps > 949))
    assert float(low) == pytest.approx(float(high), rel=0.05)


class Decoder:
    """Three channels that count once, twice and three times."""

    config = SimpleNamespace(scaling_factor=0.5)

    def decode(self, latents: Tensor) -> SimpleNamespace:
        return SimpleNamespace(sample=latents * torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1))


def test_channels_count_as_much_as_they_show() -> None:
    found = channels(Decoder(), torch.randn(4, 3, 5, 5))
    assert torch.allclose(found, torch.tensor([0.5, 1.0, 1.5]), rtol=1e-4)
