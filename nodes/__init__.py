"""The built-in pack: importing it declares every node. Its modules know no server.

Models load when a node leases them; diffusers and transformers are imported only then.
"""

from __future__ import annotations

from . import (
    add_noise,
    clean,
    conditioning,
    curve,
    denoise,
    embedding,
    image,
    imagefile,
    imagegrid,
    latent,
    loaders,
    logic,
    lora,
    models,
    noise,
    numbers,
    prediction,
    schedule,
    sigmas,
    sizecondition,
    solver,
    steps,
    strings,
    text,
    vae,
)

__all__ = [
    "add_noise",
    "clean",
    "conditioning",
    "curve",
    "denoise",
    "embedding",
    "image",
    "imagefile",
    "imagegrid",
    "latent",
    "loaders",
    "logic",
    "lora",
    "models",
    "noise",
    "numbers",
    "prediction",
    "schedule",
    "sigmas",
    "sizecondition",
    "solver",
    "steps",
    "strings",
    "text",
    "vae",
]
