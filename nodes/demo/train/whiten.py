"""Folds a change of basis into the autoencoder, so that scaled latents have unit variance."""

import torch
from diffusers import AutoencoderKL
from torch import Tensor

from nodes.demo.train.pictures import Pixels
from nodes.demo.train.vae import to_tensor

SCALING = 0.18215
FLOOR = 0.02  # of the greatest eigenvalue: weaker directions are not blown up any further


def latents(vae: AutoencoderKL, pixels: Pixels, rows: int = 64) -> Tensor:
    """[N, H, W, 3] bytes to scaled half-precision latents [N, C, H / 8, W / 8], no noise."""
    with torch.inference_mode():
        parts = [
            vae.encode(to_tensor(pixels[i : i + rows])).latent_dist.mode().half()
            for i in range(0, len(pixels), rows)
        ]
    return torch.cat(parts) * float(vae.config.scaling_factor)


def whiten(vae: AutoencoderKL, pixels: Pixels) -> Tensor:
    """Whitens the latents of these pictures in place; returns the eigenvalues found."""
    with torch.no_grad():
        flat = latents(vae, pixels).float().permute(0, 2, 3, 1).flatten(0, 2)
        middle = flat.mean(0)
        values: Tensor
        values, basis = torch.linalg.eigh((flat - middle).T.cov())
        spread = values.clamp(min=FLOOR * float(values.max())).sqrt()
        forth = basis.T / spread[:, None] / SCALING
        back = basis * spread * SCALING
        quant, post = vae.quant_conv, vae.post_quant_conv
        size = len(middle)
        weight, bias = quant.weight[:, :, 0, 0], quant.bias
        weight[:size] = forth @ weight[:size].clone()
        bias[:size] = forth @ (bias[:size] - middle)
        weight[size:] = 0.0
        bias[size:] = -8.0
        post.bias += post.weight[:, :, 0, 0] @ middle
        post.weight[:, :, 0, 0] = post.weight[:, :, 0, 0] @ back
    vae.register_to_config(scaling_factor=SCALING)
    return values
