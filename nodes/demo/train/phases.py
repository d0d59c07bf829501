"""The phases of the predictor's training: at which rate, on which pools, for how long."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor

from nodes.demo.train import unet
from nodes.demo.train.pictures import SIZE
from nodes.demo.train.pools import FIRST, SECOND, Pool, open_pool
from nodes.demo.train.precision import widen
from nodes.demo.train.run import Plan, Run
from nodes.demo.train.team import Team, together
from nodes.demo.train.weigh import channels

Log = Callable[[str], None]


@dataclass(frozen=True)
class Phase:
    """One phase; the next goes on from its averaged weights."""

    name: str
    share: float  # of the predictor's minutes
    plan: Plan
    pools: tuple[Pool, ...]

    def checkpoint(self, work: Path) -> Path:
        """Where its state is kept."""
        return work / f"unet-{self.name}.pt"


PHASES = (
    Phase("first", 0.51, Plan(rate=1e-2, level=0.5), (FIRST,)),
    Phase("again", 0.49, Plan(rate=5e-3, level=0.7), (FIRST, SECOND)),
)


@dataclass(frozen=True)
class Work:
    """What each process does in one phase."""

    folder: Path
    phase: Phase
    before: Path | None
    pools: tuple[Pool, ...]
    weights: Tensor
    width: int
    minutes: float
    log: Log

    def __call__(self, team: Team) -> None:
        """Trains from the last checkpoint on."""
        torch.manual_seed(0)
        model = unet.build(len(self.weights), SIZE // 8, self.width)
        widen(model)
        pools = [open_pool(self.folder, pool) for pool in self.pools]
        objective = unet.Prediction(lambda noised: predict(model, noised), pools, self.weights)
        run = Run(model, self.phase.checkpoint(self.folder), self.phase.plan, self.before)
        run.train(objective, self.minutes, self.log, team)


def predict(model: UNet2DConditionModel, noised: unet.Noised) -> Tensor:
    """v for a batch."""
    made: Tensor = model(noised.sample, noised.steps, noised.text).sample
    return made


def train_phases(
    work: Path, vae: AutoencoderKL, pools: dict[str, Pool], minutes: float, log: Log
) -> UNet2DConditionModel:
    """The predictor with its averaged weights. `pools` are those drawn, by name."""
    first = open_pool(work, pools[FIRST.name])
    weights, width = channels(vae, first.latents[:64].float()), first.texts.shape[-1]
    log(f"weights of the channels {[round(float(weight), 2) for weight in weights]}")
    before = None
    for phase in PHASES:
        drawn = tuple(pools[pool.name] for pool in phase.pools)
        part = Work(work, phase, before, drawn, weights, width, phase.share * minutes, log)
        together(os.cpu_count() or 1, work / "meeting", part)
        before = phase.checkpoint(work)
    return load_averaged(PHASES[-1].checkpoint(work), len(weights), width)


def load_averaged(checkpoint: Path, channels: int, width: int) -> UNet2DConditionModel:
    """The predictor of a checkpoint, ready to draw."""
    model = unet.build(channels, SIZE // 8, width)
    average = torch.load(checkpoint, weights_only=True)["average"]
    with torch.no_grad():
        torch._foreach_copy_(list(model.parameters()), average)
    return model.eval()
