"""A fresh ControlNet changes nothing, and its first step moves it."""

import torch

from nodes.demo.train.control import build, predict
from nodes.demo.train.unet import Noised
from nodes.demo.train.unet import build as build_unet


def test_a_fresh_control_leaves_the_prediction_and_learns_from_it() -> None:
    torch.manual_seed(0)
    unet = build_unet(4, 8, 32)
    for parameter in unet.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    control = build(unet)
    unet.requires_grad_(False)
    sample, steps, text = torch.randn(2, 4, 8, 8), torch.tensor([10, 900]), torch.randn(2, 7, 32)
    noised = Noised(torch.arange(2), sample, steps, text, torch.randn(2, 4, 8, 8))
    made = predict(unet, control, torch.rand(2, 3, 64, 64), noised)
    assert torch.equal(made, unet(sample, steps, text).sample)
    torch.autograd.backward((made - noised.truth).square().mean())
    silent = [p for n, p in control.named_parameters() if n.startswith("controlnet_mid_block")]
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in silent)
