"""A team's sums are its members' together, whatever its size, and a member's end is the team's."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from nodes.demo.train.team import Team, together


@dataclass(frozen=True)
class Sum:
    """Adds each member's rank and writes what came of it."""

    folder: Path

    def __call__(self, team: Team) -> None:
        parts = [torch.full((2, 3), team.rank + 1.0), torch.tensor([10.0 * team.rank])]
        team.add(parts)
        torch.save(parts, self.folder / f"{team.rank}.pt")


@dataclass(frozen=True)
class Fail:
    """Ends with an error."""

    def __call__(self, team: Team) -> None:
        raise ValueError("no more")


def test_two_members_get_the_same_sums(tmp_path: Path) -> None:
    together(2, tmp_path / "meeting", Sum(tmp_path))
    for rank in range(2):
        ones, tens = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert torch.equal(ones, torch.full((2, 3), 3.0))
        assert torch.equal(tens, torch.tensor([10.0]))


def test_one_alone_changes_nothing() -> None:
    part = torch.ones(3)
    Team().add([part])
    assert torch.equal(part, torch.ones(3))


def test_a_member_that_fails_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended early"):
        together(1, tmp_path / "meeting", Fail())
