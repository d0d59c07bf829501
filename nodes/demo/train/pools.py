"""Pools of latents and caption states, drawn once, that the predictor trains on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from nodes.demo.train.pictures import draw_many, word
from nodes.demo.train.sample import EVEN, HARD, Mix
from nodes.demo.train.text import embed, token_ids
from nodes.demo.train.whiten import latents

CHUNK = 4000
Log = Callable[[str], None]


@dataclass(frozen=True)
class Pool:
    """Which pictures are drawn, how many, and from which seed on."""

    name: str
    mix: Mix
    count: int
    seed: int

    def path(self, work: Path) -> Path:
        """Where it is kept."""
        return work / f"{self.name}.pool"


FIRST = Pool("even", EVEN, 64_000, 1_000)
SECOND = Pool("hard", HARD, 48_000, 101_000)


@dataclass(frozen=True)
class Encoders:
    """What turns captions and pictures into what the predictor sees."""

    tokenizer: CLIPTokenizer
    text: CLIPTextModel
    vae: AutoencoderKL

    def read(self, captions: list[str]) -> Tensor:
        """[N, 77, D] half-precision states."""
        return embed(self.text, token_ids(self.tokenizer, captions))


@dataclass(frozen=True)
class Cached:
    """Scaled latents [N, C, h, w], caption states [N, L, D] and the empty one's [1, L, D]."""

    latents: Tensor
    texts: Tensor
    empty: Tensor


def draw_pool(work: Path, pool: Pool, encoders: Encoders, log: Log) -> None:
    """Draws the pool unless it lies there; whole or not at all."""
    path = pool.path(work)
    if path.exists():
        return
    parts, texts = [], []
    for start in range(0, pool.count, CHUNK):
        count = min(CHUNK, pool.count - start)
        wishes, pixels = draw_many(count, pool.seed + start, pool.mix)
        parts.append(latents(encoders.vae, pixels))
        texts.append(encoders.read(word(wishes, pool.seed + 1000 + start)))
        log(f"pool {pool.name}: {start + count} of {pool.count}")
    part = path.with_suffix(".part")
    torch.save((torch.cat(parts), torch.cat(texts), encoders.read([""])), part)
    part.replace(path)


def open_pool(work: Path, pool: Pool) -> Cached:
    """The pool's tensors, read from the file as they are used."""
    return Cached(*torch.load(pool.path(work), weights_only=True, mmap=True))
