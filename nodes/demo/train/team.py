"""Processes that train one model together, one thread each, and meet only once or twice a step.

Threads inside an operator meet thousands of times a step: where other programs want the same
cores, each meeting waits for a thread that is not running.
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True)
class Team:
    """This process's place among those that train together."""

    rank: int = 0
    size: int = 1

    def add(self, tensors: list[Tensor]) -> None:
        """Replaces each tensor by the sum of the members'."""
        if self.size == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        dist.all_reduce(flat)
        parts = torch.split(flat, [tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view(tensor.shape))


def together(size: int, store: Path, work: Callable[[Team], None]) -> None:
    """Runs `work`, a picklable callable, in `size` processes of one thread; waits for all."""
    store.unlink(missing_ok=True)
    context = multiprocessing.get_context("spawn")
    members = [context.Process(target=_member, args=(i, size, store, work)) for i in range(size)]
    for member in members:
        member.start()
    for member in members:
        member.join()
    if any(member.exitcode for member in members):
        raise RuntimeError("a training process ended early; its own message stands above")


def _member(rank: int, size: int, store: Path, work: Callable[[Team], None]) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=size)
    try:
        work(Team(rank, size))
    finally:
        dist.destroy_process_group()
