"""A run stops and goes on; a later one starts from the averaged weights of the one before."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from nodes.demo.train.run import Plan, Run
from nodes.demo.train.team import Team

SECOND = 1 / 60  # in minutes


class Fit:
    """A linear layer that is to become the identity."""

    def __init__(self, layer: nn.Linear) -> None:
        self.layer, self.level, self.calls = layer, 1.0, 0

    def __call__(self, step: int) -> Tensor:
        self.calls += 1
        given = torch.randn(32, 6)
        loss: Tensor = (self.layer(given) - given).square().mean()
        self.level = loss.item()
        return loss


def layer() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(6, 6)


def test_the_rate_rises_stays_and_falls() -> None:
    plan = Plan(rate=2.0, level=0.5)
    assert plan.at(0.0, 0) == pytest.approx(0.02)
    assert plan.at(0.3, 500) == plan.at(0.5, 500) == 2.0
    assert plan.at(0.75, 900) == pytest.approx(1.0)
    assert plan.at(1.0, 900) == pytest.approx(0.02)


def test_a_run_learns_and_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    path, plan, lines = tmp_path / "fit.pt", Plan(0.02, 0.5), list[str]()
    model = layer()
    run = Run(model, path, plan)
    fit = Fit(model)
    run.train(fit, SECOND, lines.append, Team())
    run.settle()
    assert (model(torch.eye(6)) - torch.eye(6)).square().mean() < 0.02
    again = Run(layer(), path, plan)
    assert (again.step, again.seconds) == (run.step, run.seconds)
    assert all(torch.equal(a, b) for a, b in zip(again.average, run.average, strict=True))
    done = Fit(layer())
    again.train(done, SECOND, lines.append, Team())
    assert done.calls == 0


def test_the_next_run_starts_from_the_average(tmp_path: Path) -> None:
    first = layer()
    run = Run(first, tmp_path / "first.pt", Plan(0.02, 0.5))
    run.train(Fit(first), SECOND / 4, print, Team())
    second = layer()
    following = Run(second, tmp_path / "second.pt", Plan(0.01, 0.5), tmp_path / "first.pt")
    assert (following.step, following.seconds) == (0, 0.0)
    pairs = zip(second.parameters(), run.average, strict=True)
    assert all(torch.equal(value, average) for value, average in pairs)
