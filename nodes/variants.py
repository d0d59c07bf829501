"""Recipes with adapters or words built upon their base, which the pool keeps and shares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine import ModelPool

from .adapters import adapt
from .embedding import teach
from .layers import blocks_of
from .recipes import TextEncoder, UNet
from .structure import cloned
from .textmodel import TextModel


def unet_variant(recipe: UNet, pool: ModelPool) -> Any:
    """The base UNet's structure with LoRAs attached; the base stays bit-identical."""
    with pool.use(replace(recipe, adapters=())) as base:
        module = cloned(base)
        adapt(module, 0, recipe.adapters, blocks_of(recipe))
    return module


def text_variant(recipe: TextEncoder, pool: ModelPool) -> TextModel:
    """The base encoders' structure with LoRAs attached and words added to their tokenizers."""
    with pool.use(replace(recipe, adapters=(), words=())) as base:
        model: TextModel = cloned(base)
        model.forget()
        first = 2 if recipe.family == "sdxl_refiner" else 1
        for place, encoder in enumerate(model.encoders, start=first):
            adapt(encoder, place, recipe.adapters)
        for word in recipe.words:
            teach(model, word)
    return model
