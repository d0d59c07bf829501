"""Noise levels typed in or computed, for solvers that take them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar

from engine import Field, NodeError, Value, node

Levels = Annotated[list[float], Field(min_length=2, max_length=10_001)]


@dataclass(frozen=True)
class Sigmas(Value):
    """Noise levels from high to low, sigma as k-diffusion counts it (noise against signal)."""

    port: ClassVar[str] = "sigmas"
    levels: tuple[float, ...]

    def digest(self) -> str:
        """Content key, from the exact numbers."""
        text = repr(self.levels).encode()
        return hashlib.blake2b(text, digest_size=16).hexdigest()


@node(
    "CustomSigmas",
    category="sampling",
    static=True,
    aliases=("ManualSigmas", "StringToSigmas", "AlignYourStepsScheduler"),
)
def custom_sigmas(levels: Levels) -> Sigmas:
    """Noise levels of your own for a Schedule.

    levels: from high to low; for N steps N+1 numbers, the last mostly 0. They are handed to the
    scheduler as they stand (`set_timesteps(sigmas=...)` of diffusers).
    Errors: a negative level, or one that is not below the one before it.
    """
    for index, (high, low) in enumerate(pairwise(levels)):
        if low >= high or low < 0:
            raise NodeError(
                f"Level {index + 1} is {low:g} after {high:g}; noise levels fall from step to "
                "step and are never below 0.",
                code="out_of_range",
                port="levels",
            )
    return Sigmas(tuple(levels))
