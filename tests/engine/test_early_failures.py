"""What a static node has to say is said before the first other call, whichever branch it is in."""

from __future__ import annotations

from typing import Any

import pytest

from engine import events
from tests.engine.things import CALLS, chain, run

Doc = dict[str, Any]


def with_second_branch(kind: str) -> Doc:
    """A loop, and beside it a number that `Strict` refuses."""
    doc = chain(4)
    doc["nodes"] |= {
        "strict": {"type": "Strict", "params": {"a": 1000.0}},
        "more": {"type": "Make"},
        "sum": {"type": "Add", "inputs": {"a": "more.thing", "b": "strict.value"}},
    }
    if kind == "sink":
        doc["nodes"]["show"] = {"type": "Show", "inputs": {"thing": "sum.thing"}}
    elif kind == "switch":
        cases = {"true": "sum.thing", "false": "more.thing"}
        doc["nodes"]["choice"] = {"type": "Switch", "params": {"on": True}, "inputs": cases}
        doc["outputs"]["late"] = "choice.value"
    else:
        doc["outputs"]["late"] = "sum.thing"
    return doc


@pytest.mark.parametrize("kind", ["output", "switch", "sink"])
def test_it_is_told_first_and_the_rest_is_still_made(kind: str) -> None:
    seen: list[events.Event] = []
    result = run(with_second_branch(kind), on_event=seen.append)
    assert result.status == "failed"
    assert [problem.path for problem in result.problems] == ["strict"]
    assert float(result.values["out"].x) == 9
    assert CALLS == ["Strict", "Make", "Add", "Add", "Add", "Add"]
    failed = [index for index, event in enumerate(seen) if isinstance(event, events.NodeFailed)]
    started = [event for event in seen[: failed[0]] if isinstance(event, events.NodeStarted)]
    assert len(failed) == 1
    assert [event.path for event in started] == ["strict"]


def test_a_case_that_is_not_chosen_says_nothing() -> None:
    doc = with_second_branch("switch")
    doc["nodes"]["choice"]["params"]["on"] = False
    assert run(doc).check().status == "completed"
    assert "Strict" not in CALLS


def test_in_a_body_that_saves_it_is_told_before_the_outputs_are_made() -> None:
    doc = chain(4)
    doc["nodes"] |= {
        "strict": {"type": "Strict", "params": {"a": 1000.0}},
        "map": {
            "type": "Map",
            "params": {"over": 2},
            "body": {
                "made": {"type": "Make", "inputs": {"x": "map.index"}},
                "show": {"type": "Show", "inputs": {"thing": "made.thing"}},
                "sum": {"type": "Add", "inputs": {"a": "made.thing", "b": "strict.value"}},
                "other": {"type": "Show", "inputs": {"thing": "sum.thing"}},
            },
            "collect": {},
        },
    }
    result = run(doc)
    assert [problem.path for problem in result.problems] == ["strict"]
    assert CALLS[0] == "Strict"
    assert CALLS.count("Strict") == 1
    assert [artifact.data for artifact in result.artifacts] == [b"0", b"1"]
    doc["nodes"]["map"]["params"]["over"] = 0
    assert run(doc).check().status == "completed"
    assert "Strict" not in CALLS
