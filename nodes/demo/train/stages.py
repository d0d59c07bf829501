"""The stages of a training run, in order; each is kept in the work folder and not done twice."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from nodes.demo.train import text, unet, vae
from nodes.demo.train.pictures import SIZE, draw_many, word
from nodes.demo.train.team import Team, together
from nodes.demo.train.tokens import train_tokenizer
from nodes.demo.train.whiten import latents, whiten

Log = Callable[[str], None]


@dataclass(frozen=True)
class Sizes:
    """How many pictures each stage draws."""

    captions: int = 20_000
    vae: int = 12_000
    unet: int = 64_000
    test: int = 64


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


def cache_stage(
    work: Path,
    sizes: Sizes,
    tokenizer: CLIPTokenizer,
    encoder: CLIPTextModel,
    model: AutoencoderKL,
    log: Log,
) -> unet.Cached:
    """Latents and caption states of everything that the predictor trains on."""
    path = work / "cache.pt"
    if not path.exists():
        parts, texts, chunk = [], [], 4000
        for i in range(0, sizes.unet, chunk):
            wishes, pixels = draw_many(chunk, 1000 + i)
            parts.append(latents(model, pixels))
            texts.append(text.embed(encoder, text.token_ids(tokenizer, word(wishes, 2000 + i))))
            log(f"cached {i + chunk} of {sizes.unet}")
        empty = text.embed(encoder, text.token_ids(tokenizer, [""]))
        torch.save((torch.cat(parts), torch.cat(texts), empty), path)
    return unet.Cached(*torch.load(path, weights_only=True))


@dataclass(frozen=True)
class UNetWork:
    """What each process of the predictor's training does."""

    work: Path
    minutes: float
    log: Log

    def __call__(self, team: Team) -> None:
        """Trains from the last checkpoint on, on the cached latents."""
        data = unet.Cached(*torch.load(self.work / "cache.pt", weights_only=True, mmap=True))
        torch.manual_seed(0)
        model = unet.build(data.latents.shape[1], SIZE // 8, data.texts.shape[-1])
        unet.Run(model, self.work / "unet.pt").train(data, self.minutes, self.log, team)


def unet_stage(work: Path, data: unet.Cached, minutes: float, log: Log) -> UNet2DConditionModel:
    """The noise predictor with its averaged weights."""
    together(os.cpu_count() or 1, work / "meeting", UNetWork(work, minutes, log))
    model = unet.build(data.latents.shape[1], SIZE // 8, data.texts.shape[-1])
    model.load_state_dict(unet.Run(model, work / "unet.pt").averaged())
    return model.eval()


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
