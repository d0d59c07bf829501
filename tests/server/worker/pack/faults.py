"""Nodes that fail in every way a node can, for tests of the worker. A user's own pack by path."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from engine import Artifact, Context, NodeError, Value, node


@dataclass(frozen=True, eq=False)
class Grid(Value):
    """`cells` [H,W]."""

    cells: torch.Tensor

    def preview(self) -> object:
        from PIL import Image

        return Image.fromarray(self.cells.nan_to_num(0).clamp(0, 255).to(torch.uint8).numpy())

    def pictures(self, document: str = "") -> tuple[bytes, ...]:
        return (b"grid " + document.encode(),)


@dataclass(frozen=True, eq=False)
class Odd(Value):
    """Cannot be shown."""

    cells: torch.Tensor

    def pictures(self, document: str = "") -> tuple[bytes, ...]:
        raise ValueError("no way")


def note(path: str, word: str) -> None:
    """One line in a file that the test reads: what was called, in this process or an earlier."""
    if path:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(word + "\n")


@node("Begin", category="faults")
def begin(value: float = 0.0, side: int = 4, seconds: float = 0.0, log: str = "") -> Grid:
    """A grid of one number."""
    note(log, "begin")
    time.sleep(seconds)
    return Grid(torch.full((side, side), value))


@node("Advance", category="faults")
def advance(grid: Grid, seconds: float = 0.0, log: str = "", amount: float = 1.0) -> Grid:
    """A slow step that is counted."""
    note(log, f"advance {grid.cells[0, 0]:g}")
    if seconds:
        time.sleep(seconds)
    return Grid(grid.cells + amount)


@node("Poison", category="faults")
def poison(grid: Grid, index: int, at: int = 3) -> Grid:
    """NaN in one turn."""
    return Grid(grid.cells * (float("nan") if index == at else 1.0))


@node("Amount", category="faults")
def amount(grid: Grid) -> float:
    """The first number."""
    return float(grid.cells[0, 0])


@node("Strange", category="faults")
def strange(grid: Grid) -> Odd:
    """What cannot be shown."""
    return Odd(grid.cells)


@node("Exit", category="faults")
def leave(grid: Grid, code: int = 7, unless: str = "") -> Grid:
    """Ends the process, unless a file is there."""
    if unless and Path(unless).exists():
        return grid
    os._exit(code)


@node("Crash", category="faults")
def crash(grid: Grid) -> Grid:
    """Reads where nothing is."""
    ctypes.string_at(0)
    return grid


@node("Spin", category="faults")
def spin(grid: Grid, log: str = "") -> Grid:
    """Never returns and hears nothing."""
    note(log, "spin")
    while True:
        time.sleep(0.01)


@node("Burn", category="faults")
def burn(grid: Grid, seconds: float = 2.0, threads: int = 2) -> Grid:
    """Keeps cores busy without Python's lock."""
    end = time.monotonic() + seconds

    def work() -> None:
        cells = torch.randn(256, 256)
        while time.monotonic() < end:
            cells = (cells @ cells).tanh()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return Grid(grid.cells.clone())


@node("Exhaust", category="faults")
def exhaust(grid: Grid, kind: str = "device", unless: str = "") -> Grid:
    """Runs out of memory, unless a file is there."""
    if unless and Path(unless).exists():
        return Grid(grid.cells.clone())
    if kind == "python":
        raise MemoryError
    if kind == "host":
        torch.empty(1 << 60)
    if kind == "loading":
        try:
            torch.empty(1 << 60)
        except RuntimeError as broken:
            raise NodeError("The file is broken.", code="bad_model_file") from broken
    raise torch.OutOfMemoryError(
        "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 23.65 GiB "
        "of which 1.25 GiB is free. See documentation."
    )


@node("Chatter", category="faults")
def chatter(grid: Grid, lines: int = 1000) -> Grid:
    """Writes all over standard output, in Python and below it."""
    for number in range(lines):
        print("chatter", number)
    sys.stdout.flush()
    os.write(1, b"\x00\xff no frame \n" * 100)
    assert sys.stdin.read() == ""
    return Grid(grid.cells.clone())


@node("Spawn", category="faults")
def spawn(grid: Grid, log: str) -> Grid:
    """Starts a process of its own and never returns."""
    import subprocess

    child = subprocess.Popen(["sleep", "600"])
    note(log, str(child.pid))
    while True:
        time.sleep(0.05)


@node("Surroundings", category="faults")
def surroundings(grid: Grid, names: str = "") -> str:
    """Which of these environment variables are set."""
    return " ".join(name for name in names.split() if name in os.environ)


@node("Keep", category="faults")
def keep(ctx: Context, grid: Grid, count: int = 1, size: int = 10, seconds: float = 0.0) -> None:
    """Saves files."""
    for number in range(count):
        ctx.progress(number, count)
        ctx.save(Artifact(bytes([number % 256]) * size, "text/plain", f"part {number}"))
        time.sleep(seconds)
