"""Noise and random streams: the draws of diffusers, and streams that are values."""

from __future__ import annotations

import pytest
import torch
from diffusers.utils.torch_utils import randn_tensor
from torch import Generator

from engine import NodeError
from nodes.latent import Latent
from nodes.noise import Random, random_noise


def latent(batch: int = 2, side: int = 6, dtype: torch.dtype = torch.float32) -> Latent:
    return Latent(torch.zeros(batch, 4, side, side, dtype=dtype), "sd", 8, empty=True)


@pytest.mark.parametrize("side", [3, 6, 64])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_one_stream_draws_as_diffusers(batch: int, side: int) -> None:
    wanted = randn_tensor((batch, 4, side, side), generator=Generator().manual_seed(7))
    assert torch.equal(random_noise(latent(batch, side), 7).noise.samples, wanted)


@pytest.mark.parametrize("side", [3, 6])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_stream_an_image_draws_as_a_list_of_generators(batch: int, side: int) -> None:
    generators = [Generator().manual_seed(7 + index) for index in range(batch)]
    wanted = randn_tensor((batch, 4, side, side), generator=generators)
    drawn = random_noise(latent(batch, side), 7, per_image=True)
    assert torch.equal(drawn.noise.samples, wanted)
    assert len(drawn.random.states) == batch
    alone = random_noise(latent(1, side), 7 + batch - 1).noise.samples
    assert torch.equal(drawn.noise.samples[-1:], alone)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_noise_is_that_of_diffusers(dtype: torch.dtype) -> None:
    wanted = randn_tensor((2, 4, 6, 6), generator=Generator().manual_seed(7), dtype=dtype)
    drawn = random_noise(latent(dtype=dtype), 7).noise.samples
    assert drawn.dtype == dtype
    assert torch.equal(drawn, wanted)


@pytest.mark.parametrize("per_image", [False, True])
def test_a_wired_stream_goes_on_where_it_stood(per_image: bool) -> None:
    first = random_noise(latent(), 7, per_image)
    second = random_noise(latent(), 99, random=first.random)
    generators = [Generator().manual_seed(7 + i) for i in range(2 if per_image else 1)]
    randn_tensor((2, 4, 6, 6), generator=generators)
    assert torch.equal(second.noise.samples, randn_tensor((2, 4, 6, 6), generator=generators))
    again = random_noise(latent(), random=first.random)
    assert torch.equal(again.noise.samples, second.noise.samples)


def test_the_global_stream_is_left_alone() -> None:
    before = torch.get_rng_state()
    random_noise(latent(), 7, per_image=True)
    assert torch.equal(torch.get_rng_state(), before)


def test_streams_one_an_image_want_as_many_images() -> None:
    streams = random_noise(latent(3), 7, per_image=True).random
    with pytest.raises(NodeError, match=r"3 random streams.*batch of 2"):
        random_noise(latent(2), random=streams)


def test_another_seed_is_other_noise() -> None:
    one, other = (random_noise(latent(), seed).noise.samples for seed in (7, 8))
    assert not torch.equal(one, other)


def test_a_stream_survives_a_file() -> None:
    stream = random_noise(latent(), 7, per_image=True).random
    kept = Random.unpack(stream.pack())
    assert torch.equal(kept.draw((2, 4, 3, 3))[0], stream.draw((2, 4, 3, 3))[0])


def test_noise_is_not_empty() -> None:
    assert not random_noise(latent()).noise.empty
