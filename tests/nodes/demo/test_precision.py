"""The fast path: the same bits in single precision, close in bfloat16, gradients alike."""

import pytest
import torch
from diffusers import UNet2DConditionModel

from nodes.demo.train.precision import narrow, widen
from nodes.demo.train.unet import build


@pytest.fixture
def unet() -> UNet2DConditionModel:
    torch.manual_seed(0)
    made = build(4, 8, 32)
    for parameter in made.parameters():  # silent branches would hide the attention
        torch.nn.init.normal_(parameter, std=0.05)
    return made


def test_widened_attention_is_that_of_diffusers(unet: UNet2DConditionModel) -> None:
    inputs = torch.randn(2, 4, 8, 8), torch.tensor([10, 900]), torch.randn(2, 7, 32)
    with torch.no_grad():
        before = unet(*inputs).sample
        widen(unet)
        assert torch.equal(unet(*inputs).sample, before)


def test_narrow_products_stay_close(unet: UNet2DConditionModel) -> None:
    widen(unet)
    inputs = torch.randn(2, 4, 8, 8), torch.tensor([10, 900]), torch.randn(2, 7, 32)
    gradients = []
    for context in (torch.autocast("cpu", enabled=False), narrow()):
        unet.zero_grad()
        with context:
            made = unet(*inputs).sample
        torch.autograd.backward(made.float().square().mean())
        parts = [p.grad.flatten() for p in unet.parameters() if p.grad is not None]
        gradients.append(torch.cat(parts))
    single, half = gradients
    assert torch.nn.functional.cosine_similarity(single, half, dim=0) > 0.99
    assert not torch.equal(single, half)
