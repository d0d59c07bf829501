"""Trains a LoRA of rank 4: the word "blueprint" draws pale lines on blue paper.

Half of the pictures are ordinary ones whose captions lack the word, so that the style waits for
its word.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from torch import Tensor

from nodes.demo.train.blueprint import draw_blueprints, with_word
from nodes.demo.train.phases import predict
from nodes.demo.train.pictures import draw_many, word
from nodes.demo.train.pools import Cached, Encoders
from nodes.demo.train.precision import widen
from nodes.demo.train.run import Plan, Run
from nodes.demo.train.team import Team, together
from nodes.demo.train.unet import Noised, Prediction
from nodes.demo.train.weigh import channels
from nodes.demo.train.whiten import latents

COUNT, SEED, RANK = 2_000, 401_000, 4
TARGETS = ["to_q", "to_k", "to_v", "to_out.0"]
PLAN = Plan(rate=2e-3, level=0.3)
Log = Callable[[str], None]


def draw(work: Path, encoders: Encoders, count: int, log: Log) -> Path:
    """The pool: as many pictures in the style as ordinary ones; drawn once."""
    path = work / "blueprint.pool"
    if not path.exists():
        wishes, styled = draw_blueprints(count, SEED)
        plain_wishes, plain = draw_many(count, SEED + 1)
        captions = with_word(word(wishes, SEED + 2), SEED + 3) + word(plain_wishes, SEED + 4)
        parts = torch.cat([latents(encoders.vae, styled), latents(encoders.vae, plain)])
        part = path.with_suffix(".part")
        torch.save((parts, encoders.read(captions), encoders.read([""])), part)
        part.replace(path)
        log(f"pool blueprint: {2 * count}")
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
        unet = _load(self.unet)
        widen(unet)

        def styled(noised: Noised) -> Tensor:
            return predict(unet, noised)

        pool = Cached(*torch.load(self.folder / "blueprint.pool", weights_only=True, mmap=True))
        objective = Prediction(styled, [pool], self.weights)
        run = Run(unet, self.folder / "lora.pt", PLAN)
        run.train(objective, self.minutes, self.log, team)


def _load(folder: Path) -> UNet2DConditionModel:
    """The predictor, frozen, with fresh low-rank layers beside its attention."""
    unet = UNet2DConditionModel.from_pretrained(folder, torch_dtype=torch.float32)
    unet.requires_grad_(False)
    torch.manual_seed(0)
    unet.add_adapter(
        LoraConfig(r=RANK, lora_alpha=RANK, init_lora_weights="gaussian", target_modules=TARGETS)
    )
    return unet.to(memory_format=torch.channels_last)


def train(
    work: Path, unet: Path, encoders: Encoders, count: int, minutes: float, log: Log
) -> dict[str, Tensor]:
    """The low-rank weights, named as in diffusers, for the predictor saved in `unet`."""
    pool = torch.load(draw(work, encoders, count, log), weights_only=True, mmap=True)
    weights = channels(encoders.vae, pool[0][-64:].float())
    together(os.cpu_count() or 1, work / "meeting", Work(work, unet, weights, minutes, log))
    model = _load(unet)
    Run(model, work / "lora.pt", PLAN).settle()
    found = convert_state_dict_to_diffusers(get_peft_model_state_dict(model))
    return {name: value.half().contiguous() for name, value in found.items()}
