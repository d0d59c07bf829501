"""What is known of a latent before it is made: whose it is and how it is shaped."""

from __future__ import annotations

from dataclasses import dataclass

from .recipes import VAE


@dataclass(frozen=True)
class LatentKind:
    """A latent for the autoencoders of `space` ("" fits any), `factor` pixels a cell on a side.

    `model` is the name of the autoencoder's file or model, where it is known, for sentences.
    """

    space: str
    channels: int
    factor: int
    model: str = ""

    @classmethod
    def of(cls, vae: VAE) -> LatentKind:
        """Of the latents that an autoencoder makes and reads."""
        return cls(vae.space, vae.channels, vae.factor, vae.source.model)

    def __str__(self) -> str:
        space = f"'{self.space}'" if self.space else "any model"
        made = f" that '{self.model}' makes" if self.model else ""
        return f"of {space} ({self.channels} channels, {self.factor} pixels a cell){made}"


def empty_kind(vae: VAE | None = None) -> dict[str, LatentKind]:
    """Of an EmptyLatent: four channels, eight pixels a cell without an autoencoder."""
    return {"latent": LatentKind.of(vae) if vae else LatentKind("", 4, 8)}


def encoded_kind(vae: VAE) -> dict[str, LatentKind]:
    """Of what an autoencoder encodes."""
    return {"latent": LatentKind.of(vae)}
