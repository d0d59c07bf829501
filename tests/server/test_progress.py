"""The bar of a terminal, and its silence elsewhere."""

from __future__ import annotations

import pytest

from engine import events
from server.progress import Progress


def turn(index: int, *, cached: bool = False) -> events.Turn:
    return events.Turn(1, "denoise", (), index, 20, 0.1, cached)


def test_steps_and_rate(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(shown=True)
    for index in range(5):
        progress(turn(index))
    drawn = capsys.readouterr().err
    assert "denoise" in drawn
    assert "5/20" in drawn
    assert "step/s" in drawn or "s/step" in drawn
    progress(events.Finished(2, "completed", 1.0))
    assert capsys.readouterr().err.endswith("\r")


def test_nothing_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress(turn(0))
    progress(events.Finished(2, "completed", 1.0))
    assert capsys.readouterr().err == ""
