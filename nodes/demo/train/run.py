"""A training run: steps, weight average, clock and checkpoint. Knows no model and no data."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from nodes.demo.train.muon import Muon
from nodes.demo.train.team import Team

PLAIN = ("conv_in", "conv_out", "time_embedding")  # first and last layers, which go to AdamW
EVERY = 120  # seconds between checkpoints
Log = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """The rate, and its share over the time: up for 100 steps, level, down on a cosine."""

    rate: float
    level: float  # of the time

    def at(self, done: float, step: int) -> float:
        """The rate at `done` of the time, `step` steps into the run."""
        fallen = max(0.0, (done - self.level) / (1 - self.level))
        fall = 0.5 + 0.5 * math.cos(math.pi * min(1.0, fallen))
        return self.rate * max(0.01, min(1.0, (step + 1) / 100, fall))


class Objective(Protocol):
    """What a run makes small."""

    def __call__(self, step: int) -> Tensor:
        """The loss of one random batch."""

    @property
    def level(self) -> float:
        """Where the error stands, for the log."""


class Run:
    """A run that can stop after any step and go on from its checkpoint.

    One without a checkpoint goes on from the averaged weights of the run `before`, if given.
    """

    def __init__(
        self, module: nn.Module, checkpoint: Path, plan: Plan, before: Path | None = None
    ) -> None:
        self.checkpoint, self.plan = checkpoint, plan
        self.params: list[Tensor] = [p for p in module.parameters() if p.requires_grad]
        self.opt = Muon(module, plan.rate, plan.rate / 10, PLAIN)
        self.average = [p.detach().clone() for p in self.params]
        self.step, self.seconds = 0, 0.0
        if checkpoint.exists():
            self._load(checkpoint)
        elif before:
            self._load(before)
            self.step, self.seconds = 0, 0.0
            self.settle()

    def settle(self) -> None:
        """Gives the module the averaged weights."""
        with torch.no_grad():
            torch._foreach_copy_(self.params, self.average)

    def train(self, objective: Objective, minutes: float, log: Log, team: Team) -> None:
        """Until the run had so many minutes in all, those before its checkpoint included."""
        torch.manual_seed(1000 * self.step + team.rank)
        mark = saved = logged = time.monotonic()
        while (done := self.seconds / (60 * minutes)) < 1:
            torch.autograd.backward(objective(self.step))
            now = time.monotonic()
            self._move(done, now - mark, team)
            mark = now
            if self.step % 100 == 0 and team.rank == 0:
                speed = 100 / (now - logged)
                name = self.checkpoint.stem
                log(
                    f"{name} step {self.step} {done:.0%} {objective.level:.4f} {speed:.2f} a second"
                )
                logged = now
            if now - saved > EVERY and team.rank == 0:
                self._save()
                saved = now
        if team.rank == 0:
            self._save()

    def _move(self, done: float, seconds: float, team: Team) -> None:
        """One step, by the team's summed gradients and on the team's clock."""
        clock = torch.tensor([seconds])
        grads = [p.grad for p in self.params if p.grad is not None]
        team.add([*grads, clock])  # the clock too: all must stop after the same step
        torch._foreach_div_(grads, team.size)
        nn.utils.clip_grad_norm_(self.params, 1.0)
        self.opt.step(self.plan.at(done, self.step) / self.plan.rate, team)
        self.step += 1
        self.seconds += float(clock) / team.size
        keep = min(0.999, self.step / (self.step + 10))
        torch._foreach_lerp_(self.average, [p.detach() for p in self.params], 1 - keep)

    def _save(self) -> None:
        """Writes everything, whole or not at all."""
        values = [p.detach() for p in self.params]
        state = {"values": values, "average": self.average, "opt": self.opt.state_dict()}
        part = self.checkpoint.with_suffix(".part")
        torch.save({**state, "step": self.step, "seconds": self.seconds}, part)
        part.replace(self.checkpoint)

    def _load(self, checkpoint: Path) -> None:
        state = torch.load(checkpoint, weights_only=True)
        with torch.no_grad():
            torch._foreach_copy_(self.params, state["values"])
        self.opt.load_state_dict(state["opt"])
        self.average, self.step, self.seconds = state["average"], state["step"], state["seconds"]
