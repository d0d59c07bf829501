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
    image,
    imagefile,
    imagegrid,
    latent,
    logic,
    models,
    noise,
    numbers,
    prediction,
    schedule,
    sigmas,
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
    "image",
    "imagefile",
    "imagegrid",
    "latent",
    "logic",
    "models",
    "noise",
    "numbers",
    "prediction",
    "schedule",
    "sigmas",
    "solver",
    "steps",
    "strings",
    "text",
    "vae",
]
