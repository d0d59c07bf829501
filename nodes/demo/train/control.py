"""Trains the ControlNet: a silhouette or its outline decides the shapes that captions leave open.

Captions say neither shape nor place. Had they said so, the frozen predictor would know already,
and the guide would teach nothing.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from torch import Tensor

from nodes.demo.train.guides import draw_guided, edges
from nodes.demo.train.pictures import word
from nodes.demo.train.pools import Cached, Encoders
from nodes.demo.train.precision import widen
from nodes.demo.train.run import Plan, Run
from nodes.demo.train.team import Team, together
from nodes.demo.train.unet import Noised, Prediction
from nodes.demo.train.weigh import channels
from nodes.demo.train.whiten import latents

COUNT, SEED = 8_000, 301_000
HINT_WIDTHS = (16, 16, 32, 64)
PLAN = Plan(rate=5e-3, level=0.4)
Log = Callable[[str], None]


def build(unet: UNet2DConditionModel) -> ControlNetModel:
    """A ControlNet that starts as a copy of the predictor's way down and changes nothing yet."""
    return ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=HINT_WIDTHS)


def predict(
    unet: UNet2DConditionModel, control: ControlNetModel, hints: Tensor, noised: Noised
) -> Tensor:
    """v for a batch under hints [B, 3, H, W] in 0..1."""
    down, middle = control(
        noised.sample, noised.steps, noised.text, controlnet_cond=hints, return_dict=False
    )
    made: Tensor = unet(
        noised.sample,
        noised.steps,
        noised.text,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
    ).sample
    return made


def draw(work: Path, encoders: Encoders, count: int, log: Log) -> Path:
    """The guided pictures' pool with both guides of each, [N, 2, S, S]; drawn once."""
    path = work / "guided.pool"
    if not path.exists():
        drawn = draw_guided(count, SEED)
        texts = encoders.read(word(drawn.wishes, SEED + 1))
        hints = torch.stack(
            [torch.from_numpy(drawn.masks), torch.from_numpy(edges(drawn.masks))], dim=1
        )
        pool = (latents(encoders.vae, drawn.pixels), texts, encoders.read([""]))
        part = path.with_suffix(".part")
        torch.save((*pool, hints), part)
        part.replace(path)
        log(f"pool guided: {count}")
    return path


@dataclass(frozen=True)
class Work:
    """What each process does."""

    folder: Path
    unet: Path
    weights: Tensor
    minutes: float
    log: Log

    def __call__(self, team: Team) -> None:
        """Trains from the last checkpoint on."""
        unet, control = _load(self.unet)
        for model in (unet, control):
            widen(model)
        *parts, hints = torch.load(self.folder / "guided.pool", weights_only=True, mmap=True)

        def guided(noised: Noised) -> Tensor:
            kind = torch.randint(2, noised.pick.shape)
            chosen = hints[noised.pick, kind].float()
            return predict(unet, control, chosen[:, None].expand(-1, 3, -1, -1), noised)

        objective = Prediction(guided, [Cached(*parts)], self.weights)
        run = Run(control, self.folder / "control.pt", PLAN)
        run.train(objective, self.minutes, self.log, team)


def _load(folder: Path) -> tuple[UNet2DConditionModel, ControlNetModel]:
    """The predictor, frozen, and a fresh ControlNet for it."""
    unet = UNet2DConditionModel.from_pretrained(folder, torch_dtype=torch.float32)
    torch.manual_seed(0)
    control = build(unet)
    unet.requires_grad_(False)
    for model in (unet, control):
        model.to(memory_format=torch.channels_last)
    return unet, control


def train(
    work: Path, unet: Path, encoders: Encoders, count: int, minutes: float, log: Log
) -> ControlNetModel:
    """A ControlNet for the predictor saved in the folder `unet`."""
    pool = torch.load(draw(work, encoders, count, log), weights_only=True, mmap=True)
    weights = channels(encoders.vae, pool[0][:64].float())
    together(os.cpu_count() or 1, work / "meeting", Work(work, unet, weights, minutes, log))
    _, control = _load(unet)
    Run(control, work / "control.pt", PLAN).settle()
    return control.eval()
