"""The user's own nodes in tests: numbers that add, a sink that saves text, one that fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

from engine import Artifact, Context, Field, NodeError, Value, node

Small = Annotated[int, Field(ge=0, le=100)]


@dataclass(frozen=True)
class Sum(Value):
    total: float


@node("Start", category="arithmetic", aliases=("Begin",))
def start(value: Small = 1) -> Sum:
    """A sum to begin with.

    value: 0 to 100.
    """
    return Sum(float(value))


@node("Add", category="arithmetic")
def add(sum: Sum, amount: float = 1.0, seconds: float = 0.0) -> Sum:
    """Add an amount."""
    time.sleep(seconds)
    return Sum(sum.total + amount)


@node("Total", category="arithmetic")
def total(sum: Sum) -> float:
    """The number."""
    return sum.total


@node("Refuse", category="arithmetic")
def refuse(sum: Sum) -> Sum:
    """Always fails."""
    raise NodeError("This sum is refused.", port="sum", fix="Take another.")


@node("SaveText", category="arithmetic")
def save_text(ctx: Context, sum: Sum, name: str = "{title} {seed} {n}") -> None:
    """Save the number as a text file."""
    ctx.save(Artifact(f"{sum.total:g}".encode(), "text/plain", name))
