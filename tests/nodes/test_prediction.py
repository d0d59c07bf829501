"""Guidance: against the pipelines' formulas, with one row, two, a second prediction."""

from __future__ import annotations

import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import rescale_noise_cfg

from engine import NodeError
from nodes.prediction import Prediction, cfg_combine

UNCOND, COND = torch.randn(2, 2, 4, 3, 3, generator=torch.Generator().manual_seed(0))
PAIR = Prediction(torch.cat([UNCOND, COND]), ("uncond", "cond"))


def test_the_formula_row_by_row() -> None:
    guided = cfg_combine(PAIR, scale=3.0)
    assert torch.equal(guided.samples, UNCOND + 3.0 * (COND - UNCOND))
    assert guided.labels == ("guided",)


def test_rows_are_found_by_label() -> None:
    swapped = Prediction(torch.cat([COND, UNCOND]), ("cond", "uncond"))
    assert torch.equal(cfg_combine(swapped).samples, cfg_combine(PAIR).samples)


def test_rescale_is_that_of_diffusers() -> None:
    expected = rescale_noise_cfg(UNCOND + 6.0 * (COND - UNCOND), COND, guidance_rescale=0.7)
    assert torch.equal(cfg_combine(PAIR, scale=6.0, rescale=0.7).samples, expected)


def test_one_row_passes_untouched() -> None:
    single = Prediction(COND, ("cond",))
    assert cfg_combine(single, scale=9.0, rescale=0.5) is single


def test_uncond_of_a_second_model_takes_the_place_of_the_row() -> None:
    single, other = Prediction(COND, ("cond",)), Prediction(UNCOND, ("cond",))
    expected = cfg_combine(PAIR, scale=2.0).samples
    assert torch.equal(cfg_combine(single, other, scale=2.0).samples, expected)
    instead = Prediction(torch.cat([COND, COND]), ("uncond", "cond"))
    assert torch.equal(cfg_combine(instead, other, scale=2.0).samples, expected)
    assert torch.equal(cfg_combine(single, PAIR, scale=2.0).samples, expected)


def test_rows_with_other_names() -> None:
    odd = Prediction(torch.cat([UNCOND, COND]), ("cond", "image"))
    with pytest.raises(NodeError, match="these are cond, image"):
        cfg_combine(odd)
    with pytest.raises(NodeError, match="no row 'uncond'"):
        cfg_combine(Prediction(COND, ("cond",)), odd)


def test_predictions_of_two_sizes() -> None:
    with pytest.raises(NodeError, match=r"\[2, 4, 3, 3\] and \[1, 4, 3, 3\]"):
        cfg_combine(PAIR, Prediction(UNCOND[:1], ("uncond",)))
