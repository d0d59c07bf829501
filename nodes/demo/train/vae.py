"""Trains the autoencoder: 8x8 pixels to one latent cell, with unit variance in every channel."""

import math
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from torch.nn import functional

from nodes.demo.train.muon import Muon
from nodes.demo.train.pictures import SIZE, Pixels

CHANNELS = 8
WIDTHS = (32, 32, 64, 128)
BATCH, CROP = 16, 64
RATE, KL_WEIGHT = 2e-2, 1e-4
NOISE = 0.1  # on the scaled latents, when the decoder is trained alone
Log = Callable[[str], None]


def build(channels: int = CHANNELS, widths: tuple[int, ...] = WIDTHS) -> AutoencoderKL:
    """A fresh autoencoder, Kaiming-normal, each residual branch silent at first."""
    vae = AutoencoderKL(
        down_block_types=["DownEncoderBlock2D"] * len(widths),
        up_block_types=["UpDecoderBlock2D"] * len(widths),
        block_out_channels=list(widths),
        layers_per_block=1,
        latent_channels=channels,
        norm_num_groups=8,
        sample_size=SIZE,
        scaling_factor=1.0,
        mid_block_add_attention=False,
    )
    for name, module in vae.named_modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
            if name.endswith("conv2"):
                nn.init.zeros_(module.weight)
    return vae.to(memory_format=torch.channels_last)


def to_tensor(pixels: Pixels) -> Tensor:
    """[N, H, W, 3] bytes to [N, 3, H, W] in -1..1."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def crops(pixels: Pixels, rng: np.random.Generator) -> Tensor:
    """A batch of random crops."""
    picks = rng.integers(len(pixels), size=BATCH)
    corners = rng.integers(SIZE - CROP + 1, size=(BATCH, 2))
    parts = [
        pixels[i, y : y + CROP, x : x + CROP] for i, (y, x) in zip(picks, corners, strict=True)
    ]
    return to_tensor(np.stack(parts))


def picture_loss(made: Tensor, true: Tensor) -> Tensor:
    """L1, L2 and the L1 of the differences between neighbours."""
    dx = (made - true).diff(dim=3).abs().mean()
    dy = (made - true).diff(dim=2).abs().mean()
    return functional.l1_loss(made, true) + functional.mse_loss(made, true) + 0.5 * (dx + dy)


def psnr(vae: AutoencoderKL, pixels: Pixels) -> float:
    """Decibels over [N, H, W, 3], peak 255; the encoder's mean, no noise."""
    with torch.inference_mode():
        true = to_tensor(pixels)
        made = vae.decode(vae.encode(true).latent_dist.mode()).sample.clamp(-1, 1)
        return float(10 * torch.log10(4 / functional.mse_loss(made, true)))


def train(
    pixels: Pixels,
    test: Pixels,
    minutes: float,
    checkpoint: Path,
    log: Log,
    vae: AutoencoderKL | None = None,
    rate: float = RATE,
    decoder_only: bool = False,
) -> AutoencoderKL:
    """Runs for so many minutes on a cosine; keeps the running average of the weights."""
    vae = vae or build()
    vae.train()
    parts = [vae.decoder, vae.post_quant_conv] if decoder_only else [vae]
    params = [p for part in parts for p in part.parameters()]
    opt = Muon(nn.ModuleList(parts), rate, rate / 10, ("conv_in", "conv_out", "quant"))
    ema = [p.detach().clone() for p in params]
    rng = np.random.default_rng(int(rate * 1e6))
    start, step, saved = monotonic(), 0, monotonic()
    while (done := (monotonic() - start) / (60 * minutes)) < 1:
        warm = min(1.0, (step + 1) / 50)
        true = crops(pixels, rng).contiguous(memory_format=torch.channels_last)
        with torch.set_grad_enabled(not decoder_only):
            posterior = vae.encode(true).latent_dist
            latent = posterior.mode() if decoder_only else posterior.sample()
        if decoder_only:
            latent = latent + torch.randn_like(latent) * NOISE / vae.config.scaling_factor
        loss = picture_loss(vae.decode(latent).sample, true)
        if not decoder_only:
            loss = loss + KL_WEIGHT * posterior.kl().mean() / latent[0].numel()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step(warm * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2))
        step += 1
        keep = min(0.995, step / (step + 10))
        torch._foreach_lerp_(ema, params, 1 - keep)
        if step % 100 == 0:
            log(f"vae step {step} {done:.0%} loss {loss.item():.4f} psnr {psnr(vae, test):.2f}")
        if monotonic() - saved > 120:
            torch.save(vae.state_dict(), checkpoint.with_suffix(".part"))
            saved = monotonic()
    with torch.no_grad():
        torch._foreach_copy_(params, ema)
    vae.eval()
    log(f"vae {step} steps, psnr {psnr(vae, test):.2f}")
    torch.save(vae.state_dict(), checkpoint)
    return vae
