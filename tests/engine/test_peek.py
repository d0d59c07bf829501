"""Kept values looked at: the oracle is what a run of the same graph gave, node by node."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine import Value, node
from engine.errors import GraphError
from engine.graph import Graph
from engine.packs import registry_of
from engine.session import Engine

CALLS: list[str] = []


@dataclass(frozen=True)
class Count(Value):
    amount: float


@node("Zero", category="peek")
def zero(amount: float = 0.0) -> Count:
    """A start."""
    CALLS.append("zero")
    return Count(amount)


@node("Plus", category="peek")
def plus(count: Count, amount: float = 1.0) -> Count:
    """More."""
    CALLS.append("plus")
    return Count(count.amount + amount)


@node("Many", category="peek", static=True)
def many(count: int = 3) -> list[float]:
    """Static: runs whenever it is wanted."""
    return [float(number) for number in range(count)]


@node("Twice", category="peek", static=True)
def twice(number: float) -> float:
    """Static, with a wire that it cannot do without."""
    return 2 * number


@node("Is", category="peek")
def is_large(count: Count) -> bool:
    """Known only once it has run."""
    return count.amount > 2


REGISTRY = registry_of([__name__])


def nested(start: float = 0.0) -> dict[str, Any]:
    """Two loops, one in the other; what the inner one collects; a node that does not turn."""
    return {
        "format": 1,
        "outputs": {
            "total": "outer.count",
            "seen": "outer.seen",
            "chosen": "pick.value",
            "fixed": "outer.fixed",
        },
        "nodes": {
            "zero": {"type": "Zero", "params": {"amount": start}},
            "many": {"type": "Many"},
            "outer": {
                "type": "Repeat",
                "params": {"over": 2},
                "inputs": {"count": "zero.count"},
                "body": {
                    "fixed": {"type": "Plus", "inputs": {"count": "zero.count"}},
                    "inner": {
                        "type": "Repeat",
                        "inputs": {"over": "many.value", "sum": "outer.count"},
                        "body": {
                            "add": {
                                "type": "Plus",
                                "inputs": {"count": "inner.sum", "amount": "inner.item"},
                            }
                        },
                        "next": {"sum": "add.count"},
                    },
                    "last": {
                        "type": "Plus",
                        "params": {"amount": 100.0},
                        "inputs": {"count": "inner.sum"},
                    },
                },
                "next": {"count": "last.count"},
                "collect": {"seen": "inner.sum", "fixed": "fixed.count"},
            },
            "is": {"type": "Is", "inputs": {"count": "outer.count"}},
            "pick": {
                "type": "Switch",
                "inputs": {"on": "is.value", "true": "outer.count", "false": "zero.count"},
            },
            "aside": {"type": "Plus", "params": {"amount": 7.0}, "inputs": {"count": "zero.count"}},
        },
    }


@pytest.fixture
def engine() -> Engine:
    CALLS.clear()
    return Engine(device="cpu", registry=REGISTRY)


@pytest.fixture
def graph(engine: Engine) -> Graph:
    return engine.parse(json.dumps(nested()))


Look = Callable[..., Any]


@pytest.fixture
def look(engine: Engine, graph: Graph) -> Look:
    def found(wire: str, *turn: int) -> Any:
        value = engine.peek(graph, wire, turn)
        if value is None:
            return None
        (one,) = value
        if isinstance(one, tuple | list):
            return [getattr(item, "amount", item) for item in one]
        return getattr(one, "amount", one)

    return found


WIRES: list[tuple[str, tuple[int, ...], Any]] = [
    ("zero.count", (), 0.0),
    ("outer.count", (), 206.0),
    ("outer.count", (-1,), 0.0),
    ("outer.count", (0,), 103.0),
    ("outer.count", (1,), 206.0),
    ("inner.sum", (0, -1), 0.0),
    ("inner.sum", (1, -1), 103.0),
    ("inner.sum", (0, 0), 0.0),
    ("inner.sum", (1, 2), 106.0),
    ("inner.sum", (1,), 106.0),
    ("add.count", (1, 1), 104.0),
    ("last.count", (0,), 103.0),
    ("fixed.count", (0,), 1.0),
    ("outer.seen", (), [3.0, 106.0]),
    ("outer.seen", (1,), 106.0),
    ("pick.value", (), 206.0),
    ("is.value", (), True),
]


@pytest.mark.parametrize(("wire", "turn", "wanted"), WIRES)
def test_what_a_run_left_is_found_and_nothing_runs(
    engine: Engine, graph: Graph, look: Look, wire: str, turn: tuple[int, ...], wanted: Any
) -> None:
    engine.run(graph)
    CALLS.clear()
    assert look(wire, *turn) == wanted
    assert CALLS == []


@pytest.mark.parametrize(("wire", "turn", "wanted"), WIRES)
def test_before_the_run_there_is_nothing(
    look: Look, wire: str, turn: tuple[int, ...], wanted: Any
) -> None:
    assert look(wire, *turn) is None
    assert CALLS == []


@pytest.mark.parametrize(
    ("wire", "turn"),
    [
        ("outer.count", (2,)),
        ("outer.count", (-2,)),
        ("outer.count", (0, 0)),
        ("inner.sum", (2, 0)),
        ("inner.sum", (-1, 0)),
        ("inner.sum", ()),
        ("add.count", (0,)),
        ("zero.count", (0,)),
        ("zero.other", ()),
        ("outer.item", (0,)),
        ("aside.count", ()),
    ],
)
def test_there_is_nothing_at_turns_and_ports_that_are_not(
    engine: Engine, graph: Graph, look: Look, wire: str, turn: tuple[int, ...]
) -> None:
    engine.run(graph)
    assert look(wire, *turn) is None


def test_turns_of_a_run_that_wanted_less_are_found(
    engine: Engine, graph: Graph, look: Look
) -> None:
    engine.run(graph, want=["total"])
    assert [look("outer.count", turn) for turn in (-1, 0, 1)] == [0.0, 103.0, 206.0]
    assert look("inner.sum", 1, 0) == 103.0


def test_a_static_value_is_always_there(look: Look) -> None:
    assert look("many.value") == [0.0, 1.0, 2.0]


def test_a_static_value_that_no_output_reads_is_there(engine: Engine) -> None:
    document = {
        "format": 1,
        "outputs": {"out": "loop.count"},
        "nodes": {
            "zero": {"type": "Zero"},
            "loop": {
                "type": "Repeat",
                "params": {"over": 2},
                "inputs": {"count": "zero.count"},
                "body": {
                    "once": {"type": "Twice", "inputs": {"number": "loop.index"}},
                    "again": {"type": "Twice", "inputs": {"number": "once.value"}},
                    "plus": {"type": "Plus", "inputs": {"count": "loop.count"}},
                },
                "next": {"count": "plus.count"},
                "collect": {"all": "again.value"},
            },
        },
    }
    graph = engine.parse(json.dumps(document))
    engine.run(graph).check()
    assert engine.peek(graph, "again.value", (1,)) == (4.0,)


def test_a_node_that_is_not_there_is_a_problem(engine: Engine, graph: Graph) -> None:
    with pytest.raises(GraphError, match="nowhere"):
        engine.peek(graph, "nowhere.count")


def test_turns_on_disk_are_found_by_another_process(tmp_path: Path) -> None:
    text = json.dumps(nested())
    with Engine(device="cpu", registry=REGISTRY, store=tmp_path) as first:
        first.run(first.parse(text))
    with Engine(device="cpu", registry=REGISTRY, store=tmp_path) as other:
        found = other.peek(other.parse(text), "outer.count", [0])
    assert found == (Count(103.0),)


def test_forecasts_and_peeks_beside_a_run_change_nothing(engine: Engine) -> None:
    """Three threads on one engine; results are those of one that was left alone."""
    errors: list[Exception] = []
    done = threading.Event()

    def ask(start: int) -> None:
        number = start
        try:
            while not done.is_set():
                graph = engine.parse(json.dumps(nested(float(number % 40))))
                engine.forecast(graph)
                found = engine.peek(graph, "outer.count", [1])
                assert found is None or found == (Count(206.0 + number % 40),)
                number += 1
        except Exception as error:  # noqa: BLE001 - for the other thread to judge
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(start,)) for start in (0, 17)]
    for thread in threads:
        thread.start()
    try:
        for number in [*range(40), *range(40)]:
            result = engine.run(engine.parse(json.dumps(nested(float(number)))))
            assert result.values["total"] == Count(206.0 + number)
            assert result.status == "completed"
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []
