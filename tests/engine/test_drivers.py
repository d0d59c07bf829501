"""What drivers make of calls: failures named, cancel at once, forecasts without computing."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any, Literal, NamedTuple

import pytest
import torch

from engine import Value, node
from engine.packs import registry_of
from engine.session import Engine
from tests.engine.things import CALLS, chain, engine, run

Doc = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Box(Value):
    tensor: torch.Tensor


@node("NewBox", category="boxes")
def new_box() -> Box:
    """A tensor of ones."""
    return Box(torch.ones(3))


@node("Spoil", category="boxes")
def spoil(box: Box) -> Box:
    """Breaks the rule: changes its input."""
    box.tensor.add_(1)
    return box


@node("NeedsGrad", category="boxes")
def needs_grad(box: Box) -> bool:
    """Whether autograd is on while nodes run."""
    return torch.is_grad_enabled()


@node("Exhaust", category="boxes")
def exhaust(box: Box) -> Box:
    """As CUDA does when it is full."""
    raise torch.OutOfMemoryError("Tried to allocate 2.00 GiB. GPU 0 has 1.00 GiB free. See docs")


@node("Leave", category="boxes")
def leave(code: int = 0) -> Box:
    """Ends the program, if it is let."""
    sys.exit(code)


class Pair(NamedTuple):
    """Two outputs."""

    box: Box
    count: int


@node("Astray", category="boxes")
def astray(how: Literal["first", "second", "few", "none"]) -> Pair:
    """Returns something else than it declares."""
    box = Box(torch.ones(1))
    made: dict[str, Any] = {"first": (3, 3), "second": (box, "3"), "few": (box,), "none": (box, 1)}
    return made[how]  # type: ignore[no-any-return]


def boxes() -> Engine:
    return Engine(registry=registry_of([__name__]), device="cpu")


def parallel(bad: Doc) -> Doc:
    """Two branches from one source: one goes through `bad`, the other does not."""
    return {
        "outputs": {"good": "good.thing", "bad": "after.thing"},
        "nodes": {
            "make": {"type": "Make", "params": {"x": 1}},
            "bad": bad,
            "after": {"type": "Add", "inputs": {"a": "bad.thing"}},
            "good": {"type": "Add", "inputs": {"a": "make.thing"}},
        },
    }


def test_a_failure_names_node_and_port_and_spares_other_branches() -> None:
    bad = {"type": "Fail", "params": {"at": 1}, "inputs": {"thing": "make.thing"}}
    result = run(parallel(bad))
    assert result.status == "failed"
    (problem,) = result.problems
    assert (problem.code, problem.path, problem.port) == ("unwanted", "bad", "thing")
    assert result.values["good"].x == 2
    assert "bad" not in result.values
    assert result.report.nodes["bad"].failed


def test_an_unplanned_exception_is_a_sentence_without_a_traceback() -> None:
    result = run(parallel({"type": "Crash", "inputs": {"thing": "make.thing"}}))
    (problem,) = result.problems
    assert problem.code == "node_failed"
    assert problem.path == "bad"
    assert "ZeroDivisionError: somewhere deep" in problem.message
    assert "Traceback" not in problem.message
    assert ".py" not in problem.message


@pytest.mark.parametrize("code", [0, 7])
def test_no_node_ends_the_program(code: int) -> None:
    nodes = {"a": {"type": "Leave", "params": {"code": code}}}
    result = run({"outputs": {"box": "a.box"}, "nodes": nodes}, on=boxes())
    (problem,) = result.problems
    assert (problem.code, problem.path) == ("node_failed", "a")
    assert f"SystemExit: {code}" in problem.message


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("first", "a value of type int for its output 'box'"),
        ("second", "a value of type str for its output 'count'"),
        ("few", "1 values for its 2 outputs"),
    ],
)
def test_what_a_node_returns_is_what_it_declares(how: str, said: str) -> None:
    nodes = {"a": {"type": "Astray", "params": {"how": how}}}
    result = run({"outputs": {"box": "a.box"}, "nodes": nodes}, on=boxes())
    (problem,) = result.problems
    assert (problem.code, problem.path) == ("node_failed", "a")
    assert said in problem.message
    nodes["a"]["params"] = {"how": "none"}
    assert run({"outputs": {"box": "a.box"}, "nodes": nodes}, on=boxes()).problems == ()


def test_after_a_failure_what_was_computed_is_kept() -> None:
    bad = {"type": "Fail", "params": {"at": 1}, "inputs": {"thing": "make.thing"}}
    on = engine()
    run(parallel(bad), on=on)
    bad["params"] = {"at": 0}
    assert run(parallel(bad), on=on).check().values["bad"].x == 2
    assert CALLS == ["Fail", "Add"]


def test_a_failure_in_a_turn_fails_the_loop_and_keeps_the_turns_before() -> None:
    doc = chain(6)
    doc["nodes"]["loop"]["body"] = {
        "fail": {"type": "Fail", "inputs": {"thing": "loop.t"}, "params": {"at": 8}},
        "add": {"type": "Add", "inputs": {"a": "fail.thing"}},
    }
    on = engine()
    result = run(doc, on=on)
    assert [problem.path for problem in result.problems] == ["fail"]
    assert run(doc, {"turns": 3}, on=on).check().values["out"].x == 8
    assert CALLS == []


@pytest.mark.parametrize("after", range(1, 8))
def test_cancel_lands_at_the_next_call_and_the_next_run_is_the_same(after: int) -> None:
    on = engine()
    stop = iter([False] * after + [True] * 100)
    result = run(chain(6), on=on, cancelled=lambda: next(stop))
    assert result.status == ("cancelled" if after < 7 else "completed")
    assert len(CALLS) == min(after, 7)
    assert run(chain(6), on=on).check().values["out"].x == 11


def test_a_node_that_changes_its_input_is_caught() -> None:
    doc = {
        "outputs": {"out": "spoil.box"},
        "nodes": {
            "new": {"type": "NewBox"},
            "spoil": {"type": "Spoil", "inputs": {"box": "new.box"}},
        },
    }
    (problem,) = run(doc, on=boxes()).problems
    assert (problem.code, problem.path) == ("impure_node", "spoil")


def test_nodes_run_without_autograd() -> None:
    doc = {
        "outputs": {"out": "grad.value"},
        "nodes": {
            "new": {"type": "NewBox"},
            "grad": {"type": "NeedsGrad", "inputs": {"box": "new.box"}},
        },
    }
    assert run(doc, on=boxes()).check().values["out"] is False


def test_out_of_memory_is_typed_and_says_what_helps() -> None:
    doc = {
        "outputs": {"out": "full.box"},
        "nodes": {
            "new": {"type": "NewBox"},
            "full": {"type": "Exhaust", "inputs": {"box": "new.box"}},
        },
    }
    (problem,) = run(doc, on=boxes()).problems
    assert (problem.code, problem.path) == ("out_of_memory", "full")
    assert "2.00 GiB" in problem.message
    assert problem.fix


def forecast(on: Engine, doc: Doc, inputs: Doc | None = None) -> tuple[dict[str, str], Doc]:
    CALLS.clear()
    found = on.forecast(on.parse(json.dumps({"format": 1, **doc})), inputs)
    return dict(found.states), dict(found.turns)


def test_a_forecast_computes_nothing_and_tells_the_truth() -> None:
    on = engine()
    states, turns = forecast(on, chain(4))
    assert states == {"make": "run", "add": "run", "loop": "run"}
    assert turns == {"loop": (0, 4)}
    assert CALLS == []
    run(chain(4), on=on)
    assert forecast(on, chain(4))[0]["loop"] == "cached"
    states, turns = forecast(on, chain(4), {"turns": 6})
    assert states["loop"] == "run"
    assert turns == {"loop": (4, 6)}
    assert CALLS == []


def test_a_forecast_says_what_it_cannot_know() -> None:
    doc: Doc = {
        "outputs": {"out": "pick.value"},
        "nodes": {
            "make": {"type": "Make"},
            "read": {"type": "Read", "inputs": {"thing": "make.thing"}},
            "less": {"type": "Less", "inputs": {"a": "read.value"}, "params": {"b": 3}},
            "one": {"type": "Make", "params": {"x": 1}},
            "two": {"type": "Make", "params": {"x": 2}},
            "pick": {
                "type": "Switch",
                "inputs": {"on": "less.value", "true": "one.thing", "false": "two.thing"},
            },
        },
    }
    on = engine()
    states, _ = forecast(on, doc)
    assert states["make"] == states["read"] == "run"
    assert states["less"] == states["pick"] == "unknown"
    assert states["one"] == "not needed"
    run(doc, on=on)
    assert "unknown" not in forecast(on, doc)[0].values()


def test_record_notes_every_call_in_order() -> None:
    from engine import drivers
    from engine.report import Reporter

    on = engine()
    ready = on.prepare(on.parse(json.dumps({"format": 1, **chain(2)})))
    reporter = Reporter(ready.plan, None)
    walker = on.walker(ready, reporter)
    calls: list[Any] = []
    outcome = drivers.record(
        walker, lambda walk: drivers.run(walk, on.context(ready), reporter), calls
    )
    assert [(call.node.path, call.turn) for call in calls] == [
        ("make", ()),
        ("add", (0,)),
        ("add", (1,)),
    ]
    assert outcome.outputs["out"].x == 7
