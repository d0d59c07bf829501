"""Models as recipes: small frozen values that say what to build, never the built module.

A recipe's digest is made of content alone: where its files lie today is no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from engine import ModelPool, NodeError, Value
from engine.values import hashed

Family = Literal["sd1", "sd2", "sdxl", "sdxl_refiner", "custom"]


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
class FilePart:
    """One module within a single file, in the original names.

    Tensors below `prefix` are read, as `put` and the rest of their names, and become the class
    `kind` of diffusers or transformers, whose config is the JSON `config`. `pad`: the token that
    a text encoder's tokenizer fills up with.
    """

    path: Path = field(compare=False, repr=False)
    file: str = field(compare=False)
    kind: str
    prefix: str
    put: str
    config: str = field(repr=False)
    pad: str = ""


@dataclass(frozen=True)
class FileSource:
    """Modules out of single files: their content hash, and where they are now (in no key)."""

    content: str
    parts: tuple[FilePart, ...]
    model: str = field(compare=False)


@dataclass(frozen=True)
class Adapter:
    """One LoRA file at its strengths: for the UNet, and for each text encoder.

    `blocks` are factors of parts of the UNet, by the beginning of a layer's name with `_` for
    dots (`up_blocks_1`); the longest that fits counts.
    """

    content: str
    path: Path = field(compare=False, repr=False)
    name: str = field(compare=False)
    unet: float = 1.0
    texts: tuple[float, float] = (1.0, 1.0)
    blocks: tuple[tuple[str, float], ...] = ()

    def strength(self, place: int, layer: str) -> float:
        """How strongly a layer is changed. place: 0 is the UNet, 1 and 2 text encoders."""
        if place:
            return self.texts[place - 1]
        fitting = [(len(start), factor) for start, factor in self.blocks if layer.startswith(start)]
        return self.unet * max(fitting)[1] if fitting else self.unet

    def digest(self) -> str:
        return hashed(self.content, repr((self.unet, self.texts, self.blocks)))


@dataclass(frozen=True)
class Word:
    """One textual inversion file: the token that a prompt names it by."""

    content: str
    path: Path = field(compare=False, repr=False)
    name: str = field(compare=False)
    token: str

    def digest(self) -> str:
        return hashed(self.content, self.token)


@dataclass(frozen=True)
class ModelRecipe(Value):
    """What every recipe says: where from, in which precision, of which family."""

    packable: ClassVar[bool] = False

    source: Source | FileSource
    dtype: str
    family: Family

    def digest(self) -> str:
        """Content key: the component, its files and the precision; never a path."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
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
    adapters: tuple[Adapter, ...] = ()

    def details(self) -> tuple[str, ...]:
        return (self.family, self.space, *(adapter.digest() for adapter in self.adapters))

    def build(self, pool: ModelPool) -> Any:
        """The UNet2DConditionModel, in eval mode: read on the CPU, or the base's with adapters."""
        from .loading import load_unet
        from .variants import unet_variant

        return unet_variant(self, pool) if self.adapters else load_unet(self)


@dataclass(frozen=True)
class TextEncoder(ModelRecipe):
    """One or two CLIP text encoders with their tokenizers."""

    adapters: tuple[Adapter, ...] = ()
    words: tuple[Word, ...] = ()

    def details(self) -> tuple[str, ...]:
        adapters = [each.digest() for each in self.adapters]
        return (self.family, *adapters, *(each.digest() for each in self.words))

    def build(self, pool: ModelPool) -> Any:
        """A `TextModel`, in eval mode: read on the CPU, or the base's with what is added."""
        from .loading import load_text
        from .variants import text_variant

        return text_variant(self, pool) if self.adapters or self.words else load_text(self)


@dataclass(frozen=True)
class NoTextEncoder(TextEncoder):
    """What a node hands on where no text encoder was wired into it: building it is an error."""

    def build(self, pool: ModelPool) -> Any:
        """Raises NodeError (`missing_input`)."""
        raise NodeError(
            "This text encoder comes out of a node into which none was wired.",
            code="missing_input",
            fix="Wire the model's text_encoder into the LoRA node too.",
        )


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
