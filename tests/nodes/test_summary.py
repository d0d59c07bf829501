"""What a person is told of a value, against numpy's own figures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nodes.latent import Latent


def facts(samples: torch.Tensor) -> dict[str, object]:
    (found,) = Latent(samples, "", 8).summary()["tensors"]
    return dict(found)


def test_range_mean_and_spread_are_those_of_numpy() -> None:
    samples = torch.randn(2, 4, 9, 7, generator=torch.Generator().manual_seed(3))
    found = facts(samples)
    flat = samples.numpy().ravel()
    counts, _ = np.histogram(flat, bins=32, range=(flat.min(), flat.max()))
    assert found["shape"] == [2, 4, 9, 7]
    assert (found["dtype"], found["device"]) == ("torch.float32", "cpu")
    assert (found["min"], found["max"]) == (flat.min(), flat.max())
    assert found["mean"] == pytest.approx(flat.mean(), abs=1e-6)
    histogram = found["histogram"]
    assert isinstance(histogram, list)
    assert sum(histogram) == flat.size
    # An element on a bin's edge may fall on either side of it.
    assert np.abs(np.cumsum(histogram) - np.cumsum(counts)).max() <= 1


def test_a_constant_is_all_in_one_bin() -> None:
    histogram = facts(torch.full((1, 4, 2, 2), 3.0))["histogram"]
    assert isinstance(histogram, list)
    assert sorted(histogram)[-2:] == [0, 16]


def test_what_is_not_finite_has_no_spread() -> None:
    assert "histogram" not in facts(torch.tensor([[[[1.0, float("nan")]]]]))
