"""A pack's value whose own methods fail: the node that made it is named, the run goes on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pytest

from engine import Value, node
from engine.packs import registry_of
from engine.session import Engine, Result
from tests.engine.things import run

Doc = dict[str, Any]


@dataclass(frozen=True)
class Vague(Value):
    """Says neither how it looks nor whether it is finite."""

    x: float

    def preview(self) -> Any:
        raise ValueError("nothing to see")

    def is_finite(self) -> bool:
        if self.x > 2:
            raise ZeroDivisionError("cannot say")
        return True


@node("Begin", category="vague")
def begin() -> Vague:
    """Starts at 0."""
    return Vague(0.0)


@node("More", category="vague")
def more(vague: Vague) -> Vague:
    """One more."""
    return Vague(vague.x + 1)


def vague(turns: int, **options: Any) -> Result:
    doc: Doc = {
        "outputs": {"end": "loop.v", "other": "apart.vague"},
        "nodes": {
            "begin": {"type": "Begin"},
            "apart": {"type": "More", "inputs": {"vague": "begin.vague"}},
            "loop": {
                "type": "Repeat",
                "params": {"over": turns},
                "inputs": {"v": "begin.vague"},
                "body": {"more": {"type": "More", "inputs": {"vague": "loop.v"}}},
                "next": {"v": "more.vague"},
                "show": "loop.v",
            },
        },
    }
    return run(doc, on=Engine(registry=registry_of([__name__]), device="cpu"), **options)


def test_a_value_that_cannot_say_whether_it_is_finite_fails_its_loop() -> None:
    result = vague(5)
    (problem,) = result.problems
    assert (problem.code, problem.path) == ("node_failed", "more")
    assert "ZeroDivisionError: cannot say" in problem.message
    assert result.values["other"].x == 1
    assert result.report.nodes["more"].failed


def test_a_preview_that_fails_is_a_warning_that_names_the_node(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        result = vague(2, previews=True)
    assert result.check().values["end"].x == 2
    assert "loop" in caplog.text
    assert "nothing to see" in caplog.text
