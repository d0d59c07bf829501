"""Trains the noise predictor on cached latents and captions: v-prediction, Muon, weight average."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional

from nodes.demo.train.muon import Muon
from nodes.demo.train.team import Team

WIDTHS = (64, 128)
BATCH, RATE, ADAM_RATE = 24, 1e-2, 1e-3  # the batch of each process
UNTOLD = 0.12  # the share of pictures whose caption is left out
SCHEDULE: dict[str, object] = {
    "beta_start": 0.00085,
    "beta_end": 0.02,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "timestep_spacing": "trailing",
    "steps_offset": 1,
    "clip_sample": False,
}
Log = Callable[[str], None]


@dataclass(frozen=True)
class Cached:
    """Scaled latents [N, C, h, w], caption states [N, L, D] and the empty one's [1, L, D]."""

    latents: Tensor
    texts: Tensor
    empty: Tensor


def build(channels: int, size: int, text_width: int) -> UNet2DConditionModel:
    """A fresh predictor whose residual branches start silent."""
    unet = UNet2DConditionModel(
        sample_size=size,
        in_channels=channels,
        out_channels=channels,
        block_out_channels=list(WIDTHS),
        down_block_types=["CrossAttnDownBlock2D"] * len(WIDTHS),
        up_block_types=["CrossAttnUpBlock2D"] * len(WIDTHS),
        layers_per_block=1,
        attention_head_dim=4,
        cross_attention_dim=text_width,
        norm_num_groups=16,
    )
    for name, module in unet.named_modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        silent = ("conv2", "conv_out", "proj_out", "to_out.0", "ff.net.2")
        if name.endswith(silent) and isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.zeros_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return unet.to(memory_format=torch.channels_last)


def alphas() -> Tensor:
    """The cumulative products of the schedule, [1000]."""
    scheduler = DDPMScheduler(**SCHEDULE)
    products: Tensor = scheduler.alphas_cumprod
    return products


def batch(data: Cached, products: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Noised latents, timesteps, text states and the v to predict, for one random batch."""
    pick = torch.randint(len(data.latents), (BATCH,))
    clean = data.latents[pick].float()
    text = data.texts[pick].float()
    text[torch.rand(BATCH) < UNTOLD] = data.empty.float()
    steps = ((torch.arange(BATCH) + torch.rand(BATCH)) / BATCH * 1000).long()
    noise = torch.randn_like(clean)
    alpha = products[steps].sqrt().view(-1, 1, 1, 1)
    sigma = (1 - products[steps]).sqrt().view(-1, 1, 1, 1)
    return alpha * clean + sigma * noise, steps, text, alpha * noise - sigma * clean


class Run:
    """A training run that can stop after any step and go on from its checkpoint."""

    def __init__(self, unet: UNet2DConditionModel, checkpoint: Path) -> None:
        self.unet, self.checkpoint = unet, checkpoint
        plain = ("conv_in", "conv_out", "time_embedding")
        self.opt = Muon(unet, RATE, ADAM_RATE, plain)
        self.ema = [p.detach().clone() for p in unet.parameters()]
        self.step, self.seconds = 0, 0.0
        if checkpoint.exists():
            self.load()

    def save(self) -> None:
        """Writes everything, whole or not at all."""
        state = {"unet": self.unet.state_dict(), "opt": self.opt.state_dict(), "ema": self.ema}
        part = self.checkpoint.with_suffix(".part")
        torch.save({**state, "step": self.step, "seconds": self.seconds}, part)
        part.replace(self.checkpoint)

    def load(self) -> None:
        """Goes back to the last checkpoint."""
        state = torch.load(self.checkpoint, weights_only=True)
        self.unet.load_state_dict(state["unet"])
        self.opt.load_state_dict(state["opt"])
        self.ema, self.step, self.seconds = state["ema"], state["step"], state["seconds"]

    def averaged(self) -> dict[str, Tensor]:
        """The averaged weights, under their names."""
        names = [name for name, _ in self.unet.named_parameters()]
        return dict(zip(names, self.ema, strict=True))

    def train(self, data: Cached, minutes: float, log: Log, team: Team) -> None:
        """Until so many minutes of training are done in all, earlier runs included."""
        products, total = alphas(), 60 * minutes
        params = list(self.unet.parameters())
        weights = [p.detach() for p in params]
        mark = saved = time.monotonic()
        since, recent = mark, list[float]()
        torch.manual_seed(1000 * self.step + team.rank)
        while self.seconds < total:
            noised, steps, text, truth = batch(data, products)
            noised = noised.contiguous(memory_format=torch.channels_last)
            loss = functional.mse_loss(self.unet(noised, steps, text).sample, truth)
            torch.autograd.backward(loss)
            now = time.monotonic()
            report = torch.tensor([loss.item(), now - mark])
            mark = now
            grads = [p.grad for p in params if p.grad is not None]
            team.add([*grads, report])  # the clock too: all must stop after the same step
            torch._foreach_div_(grads, team.size)
            nn.utils.clip_grad_norm_(params, 1.0)
            self.opt.step(self.share(self.seconds / total), team)
            self.step += 1
            keep = min(0.999, self.step / (self.step + 10))
            torch._foreach_lerp_(self.ema, weights, 1 - keep)
            recent.append(float(report[0]) / team.size)
            self.seconds += float(report[1]) / team.size
            if self.step % 100 == 0 and team.rank == 0:
                speed = BATCH * team.size * len(recent) / (now - since)
                mean = sum(recent) / len(recent)
                log(f"unet step {self.step} {self.seconds / total:.0%} {mean:.4f} {speed:.0f}/s")
                since, recent = now, []
            if now - saved > 120 and team.rank == 0:
                self.save()
                saved = now
        if team.rank == 0:
            self.save()

    def share(self, done: float) -> float:
        """Of the learning rate: up for 100 steps, level, down on a cosine in the second half."""
        fall = 0.5 + 0.5 * math.cos(math.pi * max(0.0, 2 * done - 1))
        return max(0.02, min(1.0, (self.step + 1) / 100, fall))
