"""What counts in the predictor's loss: which noise levels, and which latent channels."""

import torch
from diffusers import AutoencoderKL
from torch import Tensor

STEPS = 1000
BANDS = 20  # of noise levels, for the running mean of the loss
EARLY, LATE = 1.2, 1.7  # exponents of the Kumaraswamy distribution; its mode lies at t = 250


def timesteps(count: int) -> Tensor:
    """[count] timesteps, one from each equal share of the chances: more where outlines form.

    Started from a true picture with the noise of t = 200 a half-trained model spoils as many
    shapes as it does between t = 600 and pure noise, so the middle is trained most.
    """
    share = (torch.arange(count) + torch.rand(count)) / count
    along = (1 - (1 - share) ** (1 / LATE)) ** (1 / EARLY)
    return (along * STEPS).long().clamp(0, STEPS - 1)


class Balance:
    """Divides each sample's loss by the running mean of its noise level.

    Unweighted, the levels near pure noise, whose error is mostly chance, outweigh all others.
    """

    def __init__(self) -> None:
        self.mean = torch.full((BANDS,), 0.2)

    def __call__(self, losses: Tensor, steps: Tensor) -> Tensor:
        """[B] losses at [B] timesteps to one number, near 1 however far training is."""
        bands = steps * BANDS // STEPS
        weighted = (losses / self.mean[bands]).mean()
        for band, loss in zip(bands.tolist(), losses.detach(), strict=True):
            self.mean[band].lerp_(loss, 0.01)
        return weighted


def channels(vae: AutoencoderKL, latents: Tensor, nudge: float = 0.1) -> Tensor:
    """[C] weights with mean 1: the root of the pixels' change when one channel is nudged.

    `latents` are scaled, [N, C, h, w]. Whitened channels all have unit variance, yet a few of
    them carry the outlines and others hardly show.
    """
    scale = float(vae.config.scaling_factor)
    noise = nudge * torch.randn(latents[:, 0].shape, generator=torch.Generator().manual_seed(0))
    changes = []
    with torch.inference_mode():
        still = vae.decode(latents / scale).sample
        for channel in range(latents.shape[1]):
            moved = latents.clone()
            moved[:, channel] += noise
            changes.append((vae.decode(moved / scale).sample - still).square().mean().sqrt())
    found = torch.stack(changes).clone()
    return found / found.mean()
