"""Nodes that cost nothing, for attacks that need no picture: numbers that add, and waits."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from engine import Artifact, Context, Value, node


@dataclass(frozen=True)
class Sum(Value):
    total: float


@node("Start", category="stub")
def start(value: float = 0.0) -> Sum:
    """A sum to begin with."""
    return Sum(value)


@node("Add", category="stub")
def add(sum: Sum, amount: float = 1.0, seconds: float = 0.0) -> Sum:
    """Add after a wait that hears no cancel."""
    if seconds:
        time.sleep(seconds)
    return Sum(sum.total + amount)


@node("Join", category="stub")
def join(a: Sum, b: Sum) -> Sum:
    """Both."""
    return Sum((a.total + b.total) % 1_000_003)


@node("Total", category="stub")
def total(sum: Sum) -> float:
    """The number."""
    return sum.total


@node("SaveText", category="stub")
def save_text(ctx: Context, sum: Sum, name: str = "{title} {n}") -> None:
    """Save the number as a text file."""
    ctx.save(Artifact(f"{sum.total:g}".encode(), "text/plain", name))


@node("Burn", category="stub")
def burn(ctx: Context, sum: Sum, seconds: float = 1.0, threads: int = 2) -> Sum:
    """Keep so many cores busy: hashing, which leaves the interpreter's lock to others."""
    from threading import Thread

    end = time.monotonic() + seconds
    block = bytes(1 << 22)

    def work() -> None:
        while time.monotonic() < end and not ctx.is_cancelled():
            hashlib.sha256(block).digest()

    workers = [Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return Sum(sum.total + 1.0)
