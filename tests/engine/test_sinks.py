"""When a sink in a body is run: in each turn it depends on, once, and not without a turn."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.forgetful import HalfCache
from tests.engine.things import CALLS, chain, engine, run

Doc = dict[str, Any]


def saved(doc: Doc, **options: Any) -> list[bytes]:
    return [artifact.data for artifact in run(doc, **options).artifacts]


def still(turns: int) -> Doc:
    """A loop whose body holds a sink that does not turn with it."""
    doc = chain(turns)
    doc["nodes"]["loop"]["body"]["show"] = {"type": "Show", "inputs": {"thing": "make.thing"}}
    return doc


@pytest.mark.parametrize("turns", [1, 4])
def test_a_sink_that_does_not_turn_is_run_once(turns: int) -> None:
    on = engine()
    for _ in range(2):
        assert saved(still(turns), on=on) == [b"5"]
    assert CALLS == ["Show"]  # and the loop around it is still resumed at its end


def test_a_sink_that_does_not_turn_is_not_run_without_a_turn() -> None:
    doc = still(0)
    assert saved(doc) == []
    doc["nodes"]["around"] = {"type": "Map", "params": {"over": 0}, "body": doc["nodes"]}
    assert saved({"nodes": {"around": doc["nodes"].pop("around")}}) == []


def test_a_sink_in_a_loop_in_a_loop_without_turns_is_not_run() -> None:
    inner = {
        "type": "Map",
        "params": {"over": 3},
        "body": {"show": {"type": "Show", "inputs": {"thing": "make.thing"}}},
    }
    nodes = {"make": {"type": "Make"}, "outer": {"type": "Map", "body": {"inner": inner}}}
    for turns, times in ((0, 0), (2, 1)):
        nodes["outer"]["params"] = {"over": turns}
        assert saved({"nodes": nodes}) == [b"1"] * times


def test_a_failing_sink_that_does_not_turn_fails_its_loop() -> None:
    doc = still(3)
    doc["nodes"]["bad"] = {
        "type": "Fail",
        "params": {"at": 5},
        "inputs": {"thing": "make.thing"},
    }
    doc["nodes"]["loop"]["body"]["show"]["inputs"] = {"thing": "bad.thing"}
    result = run(doc)
    assert [problem.path for problem in result.problems] == ["bad"]
    assert not result.values


def nested() -> Doc:
    """Loops whose keys hang on what inner loops carry, and whose innermost one shows its turns."""
    inner = {
        "type": "Repeat",
        "inputs": {"over": "middle.n", "t": "make.thing", "n": "middle.n"},
        "body": {
            "show": {"type": "Show", "inputs": {"thing": "inner.t"}},
            "one": {"type": "Make", "inputs": {"x": "middle.index"}},
        },
        "next": {"t": "one.thing", "n": "outer.item"},
    }
    middle = {
        "type": "Repeat",
        "params": {"over": 3},
        "inputs": {"n": "outer.item"},
        "body": {"inner": inner},
        "next": {"n": "inner.n"},
    }
    nodes = {
        "make": {"type": "Make", "params": {"x": 5}},
        "outer": {
            "type": "Map",
            "params": {"over": [2, 1]},
            "body": {"middle": middle},
            "collect": {"all": "middle.n"},
        },
        "after": {
            "type": "Map",
            "inputs": {"over": "outer.all"},
            "body": {"last": {"type": "Make", "inputs": {"x": "after.item"}}},
            "collect": {"all": "last.thing"},
        },
    }
    return {"outputs": {"out": "after.all"}, "nodes": nodes}


@pytest.mark.parametrize("seed", [None, *range(20)])
def test_each_turn_saves_once_and_in_order_though_later_nodes_ask_for_it(seed: int | None) -> None:
    on = engine()
    if seed is not None:
        on.cache = HalfCache(seed)
    for _ in range(3):
        assert saved(nested(), on=on) == [b"5", b"0", b"5", b"1", b"5", b"2", b"5", b"5", b"5"]


def computed() -> Doc:
    """An outer loop that goes as what it computes says, around a loop that shows each turn."""
    doc = chain(4)
    doc["nodes"]["loop"]["body"] = {
        "inner": {
            "type": "Repeat",
            "params": {"over": 3},
            "inputs": {"u": "loop.t"},
            "body": {
                "more": {"type": "Add", "inputs": {"a": "inner.u"}},
                "show": {"type": "Show", "inputs": {"thing": "inner.u"}},
            },
            "next": {"u": "more.thing"},
        },
        "read": {"type": "Read", "inputs": {"thing": "inner.u"}},
        "count": {"type": "Whole", "inputs": {"a": "read.value"}},
        "pick": {
            "type": "Switch",
            "inputs": {"on": "count.value", "0": "loop.t", "default": "inner.u"},
        },
        "add": {"type": "Add", "inputs": {"a": "pick.value"}},
    }
    return doc


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_forgotten_each_turn_saves_once_and_in_order(seed: int) -> None:
    expected = saved(computed())
    assert len(expected) == 12
    on = engine()
    on.cache = HalfCache(seed)
    for _ in range(3):
        assert saved(computed(), on=on) == expected


@pytest.mark.parametrize("seed", range(40))
def test_a_failed_node_is_called_once_a_turn_whatever_is_forgotten(seed: int) -> None:
    doc = computed()
    doc["nodes"]["loop"]["body"]["fail"] = {
        "type": "Fail",
        "params": {"at": 14},
        "inputs": {"thing": "add.thing"},
    }
    doc["nodes"]["loop"]["next"] = {"t": "fail.thing"}
    for name in ("x", "y", "z"):  # several that ask for what has failed
        doc["nodes"][name] = {"type": "Add", "inputs": {"a": "loop.t"}}
        doc["outputs"][name] = f"{name}.thing"
    failures: list[str] = []

    def listen(event: Any) -> None:
        if type(event).__name__ == "NodeFailed":
            failures.append(event.problem.path)

    on = engine()
    on.cache = HalfCache(seed)
    expected = saved(doc)
    result = run(doc, on=on, on_event=listen)
    assert [problem.path for problem in result.problems] == ["fail"]
    assert failures == ["fail"]
    assert [artifact.data for artifact in result.artifacts] == expected
    assert len(expected) == 9


def test_a_late_turn_that_cannot_be_named_spares_what_earlier_turns_save() -> None:
    """Strict is static: its failure in the last turn is known before the first has run."""
    doc = chain(1)
    doc["nodes"]["loop"]["params"]["over"] = [1.0, 2.0, 99.0]
    doc["nodes"]["loop"]["body"] = {
        "strict": {"type": "Strict", "inputs": {"a": "loop.item"}},
        "add": {"type": "Add", "inputs": {"a": "loop.t", "b": "strict.value"}},
        "show": {"type": "Show", "inputs": {"thing": "loop.t"}},
    }
    result = run(doc)
    assert [artifact.data for artifact in result.artifacts] == [b"5", b"6", b"8"]
    assert [problem.path for problem in result.problems] == ["strict"]
