"""The noise predictor and its task: v-prediction on cached latents and caption states."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch import Tensor, nn

from nodes.demo.train.pools import Cached
from nodes.demo.train.precision import narrow
from nodes.demo.train.weigh import Balance, timesteps

WIDTHS = (64, 128)
BATCH = 24  # of each process
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


@dataclass(frozen=True)
class Noised:
    """A random batch: which of the pool's pictures, noised, and the v to predict."""

    pick: Tensor
    sample: Tensor
    steps: Tensor
    text: Tensor
    truth: Tensor


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


def batch(data: Cached, products: Tensor) -> Noised:
    """Random pictures of the pool at random noise levels, some without their captions."""
    pick = torch.randint(len(data.latents), (BATCH,))
    clean = data.latents[pick].float()
    text = data.texts[pick].float()
    text[torch.rand(BATCH) < UNTOLD] = data.empty.float()
    steps = timesteps(BATCH)
    noise = torch.randn_like(clean)
    alpha = products[steps].sqrt().view(-1, 1, 1, 1)
    sigma = (1 - products[steps]).sqrt().view(-1, 1, 1, 1)
    noised = (alpha * clean + sigma * noise).contiguous(memory_format=torch.channels_last)
    return Noised(pick, noised, steps, text, alpha * noise - sigma * clean)


class Prediction:
    """The objective: the error of a predicted v, the channels weighted by `weights` [C].

    `predict` gives v for a batch; the steps take the pools in turn.
    """

    def __init__(
        self, predict: Callable[[Noised], Tensor], pools: list[Cached], weights: Tensor
    ) -> None:
        self.predict, self.pools, self.weights = predict, pools, weights
        self.products, self.balance = alphas(), Balance()

    def __call__(self, step: int) -> Tensor:
        """The loss of one random batch."""
        drawn = batch(self.pools[step % len(self.pools)], self.products)
        with narrow():
            made = self.predict(drawn)
        wrong = (made.float() - drawn.truth).square().mean((2, 3)) @ self.weights
        return self.balance(wrong / len(self.weights), drawn.steps)

    @property
    def level(self) -> float:
        """The mean error over all noise levels."""
        return float(self.balance.mean.mean())
