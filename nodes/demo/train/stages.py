"""The stages of a training run, in order; each is kept in the work folder and not done twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from nodes.demo.train import control, lora, text, vae
from nodes.demo.train.phases import train_phases
from nodes.demo.train.pictures import draw_many, word
from nodes.demo.train.pools import FIRST, SECOND, Encoders, Pool, draw_pool
from nodes.demo.train.tokens import train_tokenizer
from nodes.demo.train.whiten import whiten

UNET = "unet"  # the folder in which the trained predictor lies for those that build on it
Log = Callable[[str], None]


@dataclass(frozen=True)
class Sizes:
    """How many pictures the stages draw: `share` of what the shipped model had."""

    share: float = 1.0
    test: int = 64

    def scaled(self, count: int) -> int:
        """The share of `count`, at least two batches."""
        return max(48, round(count * self.share))

    @property
    def captions(self) -> int:
        """For the tokenizer and the text encoder."""
        return self.scaled(20_000)

    @property
    def vae(self) -> int:
        """For the autoencoder."""
        return self.scaled(12_000)

    def of(self, pool: Pool) -> int:
        """For a pool."""
        return self.scaled(pool.count)


def text_stage(work: Path, sizes: Sizes, log: Log) -> tuple[CLIPTokenizer, CLIPTextModel]:
    """Tokenizer and text encoder."""
    folder = work / "text"
    if not (folder / "config.json").exists():
        wishes, _ = draw_many(sizes.captions, 1)
        captions = word(wishes, 2)
        tokenizer = train_tokenizer(captions)
        encoder = text.train(tokenizer, wishes, captions, log)
        tokenizer.save_pretrained(folder)
        encoder.save_pretrained(folder)
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    return tokenizer, CLIPTextModel.from_pretrained(folder).eval().requires_grad_(False)


def vae_stage(work: Path, sizes: Sizes, minutes: float, log: Log) -> AutoencoderKL:
    """The whitened autoencoder."""
    folder = work / "vae"
    if not (folder / "config.json").exists():
        _, pixels = draw_many(sizes.vae, 3)
        _, test = draw_many(sizes.test, 4)
        model = vae.train(pixels, test, minutes, work / "vae.pt", log)
        values = whiten(model, pixels[:2000])
        log(f"latent eigenvalues {[round(float(v), 4) for v in values]}")
        log(f"whitened, psnr {vae.psnr(model, test):.2f}")
        model.save_pretrained(folder)
    return AutoencoderKL.from_pretrained(folder).eval().to(memory_format=torch.channels_last)


def unet_stage(
    work: Path, sizes: Sizes, encoders: Encoders, minutes: float, log: Log
) -> UNet2DConditionModel:
    """The pools and the noise predictor."""
    pools = {pool.name: replace(pool, count=sizes.of(pool)) for pool in (FIRST, SECOND)}
    for pool in pools.values():
        draw_pool(work, pool, encoders, log)
    unet = train_phases(work, encoders.vae, pools, minutes, log)
    unet.save_pretrained(work / UNET)
    return unet


def control_stage(
    work: Path, sizes: Sizes, encoders: Encoders, minutes: float, log: Log
) -> ControlNetModel:
    """The ControlNet for the trained predictor."""
    count = sizes.scaled(control.COUNT)
    return control.train(work, work / UNET, encoders, count, minutes, log)


def lora_stage(
    work: Path, sizes: Sizes, encoders: Encoders, minutes: float, log: Log
) -> dict[str, Tensor]:
    """The style for the trained predictor."""
    return lora.train(work, work / UNET, encoders, sizes.scaled(lora.COUNT), minutes, log)


def decoder_stage(
    work: Path, sizes: Sizes, model: AutoencoderKL, minutes: float, log: Log
) -> AutoencoderKL:
    """The decoder once more, on slightly noisy latents, with the encoder as it is."""
    path = work / "decoder.pt"
    if path.exists():
        model.load_state_dict(torch.load(path, weights_only=True))
        return model
    _, pixels = draw_many(sizes.vae, 5)
    _, test = draw_many(sizes.test, 4)
    return vae.train(pixels, test, minutes, path, log, model, rate=3e-3, decoder_only=True)


def seed_everything() -> None:
    """The same start for every run; threads still make the sums differ."""
    torch.manual_seed(0)
    np.random.seed(0)
