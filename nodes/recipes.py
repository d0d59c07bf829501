"""Models as recipes: small frozen values that say what to build, never the built module.

A recipe's digest is made of content alone: where its files lie today is no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from engine import ModelPool, Value
from engine.values import hashed

Family = Literal["sd1", "sd2", "sdxl", "custom"]


@dataclass(frozen=True)
class Source:
    """The files of one component: their content hash, and where they are now (in no key).

    `folders` are the component folders in order (two for two text encoders); `variants` say
    which weights of each are read (`fp16`, or "" for the plain file); `classes` what they build;
    `model` is the name that the user gave, for sentences.
    """

    content: str
    folders: tuple[Path, ...] = field(compare=False, repr=False)
    variants: tuple[str, ...] = field(compare=False)
    classes: tuple[str, ...]
    model: str = field(compare=False)


@dataclass(frozen=True)
class ModelRecipe(Value):
    """What every recipe says: where from, in which precision, of which family."""

    packable: ClassVar[bool] = False

    source: Source
    dtype: str
    family: Family

    def digest(self) -> str:
        """Content key: the component, its files and the precision; never a path."""
        return hashed(type(self).__name__, self.source.content, self.dtype, *self.details())

    def details(self) -> tuple[str, ...]:
        """What else changes results, beyond the component's own files."""
        return (self.family,)

    def weight_set(self) -> str:
        """Names the tensors that variants of this recipe share with it."""
        return hashed("weights", type(self).__name__, self.source.content, self.dtype)


@dataclass(frozen=True)
class UNet(ModelRecipe):
    """A denoiser: takes `in_channels` of latents of `space`, embeddings `text_width` wide."""

    space: str
    in_channels: int
    text_width: int

    def details(self) -> tuple[str, ...]:
        return (self.family, self.space)

    def build(self, pool: ModelPool) -> Any:
        """The UNet2DConditionModel, in eval mode on the CPU."""
        from .loading import load_unet

        return load_unet(self)


@dataclass(frozen=True)
class TextEncoder(ModelRecipe):
    """One or two CLIP text encoders with their tokenizers."""

    def build(self, pool: ModelPool) -> Any:
        """A `TextModel`, in eval mode on the CPU."""
        from .loading import load_text

        return load_text(self)


@dataclass(frozen=True)
class VAE(ModelRecipe):
    """An autoencoder: pictures to latents of `space` and back, `factor` pixels a cell.

    `side` is the (width, height) in pixels that its UNet was made for, where it says so.
    `compute` is the precision it runs in, which is float32 for those that overflow in half
    precision (`force_upcast`); its latents are in `dtype`.
    """

    space: str
    factor: int
    channels: int
    side: tuple[int, int] | None
    compute: str

    def details(self) -> tuple[str, ...]:
        return (self.space, str(self.side), self.compute)

    def weight_set(self) -> str:
        return hashed("weights", "VAE", self.source.content, self.compute)

    def build(self, pool: ModelPool) -> Any:
        """The AutoencoderKL, in eval mode on the CPU."""
        from .loading import load_vae

        return load_vae(self)
