"""A pack of nodes that add numbers, and an Engine of them: what the walker's tests run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from engine import Artifact, Context, NodeError, Value, node
from engine.packs import registry_of
from engine.session import Engine, Result

CALLS: list[str] = []
OUTSIDE = Path()


@dataclass(frozen=True, slots=True)
class Thing(Value):
    """A number without a content key: named by how it was made, as a latent is."""

    x: float

    def tensors(self) -> Iterator[Any]:
        return iter(())

    def is_finite(self) -> bool:
        return abs(self.x) < float("inf")

    def preview(self) -> str:
        return f"picture of {self.x:g}"


@dataclass(frozen=True, slots=True)
class Mark(Value):
    """A value with a content key, as a recipe or a step is."""

    name: str

    def digest(self) -> str:
        return f"mark {self.name}"


class Pair(NamedTuple):
    low: Thing
    high: Thing


@node("Make", category="things")
def make(x: float = 1.0) -> Thing:
    """A thing."""
    CALLS.append("Make")
    return Thing(x)


@node("Add", category="things")
def add(a: Thing, b: float = 1.0) -> Thing:
    """A thing and a number."""
    CALLS.append("Add")
    return Thing(a.x + b)


@node("Total", category="things")
def total(things: list[Thing]) -> Thing:
    """The sum of many."""
    CALLS.append("Total")
    return Thing(sum(thing.x for thing in things))


@node("Split", category="things")
def split(thing: Thing) -> Pair:
    """Two things."""
    CALLS.append("Split")
    return Pair(Thing(thing.x - 1), Thing(thing.x + 1))


@node("Read", category="things")
def read(thing: Thing) -> float:
    """The number in a thing: not static, but its result has a content key."""
    CALLS.append("Read")
    return thing.x


@node("Sum", category="things", static=True)
def plus(a: float, b: float = 0.0) -> float:
    """Static maths."""
    CALLS.append("Sum")
    return a + b


@node("Less", category="things", static=True)
def less(a: float, b: float) -> bool:
    """Static comparison."""
    CALLS.append("Less")
    return a < b


@node("Whole", category="things", static=True)
def whole(a: float) -> int:
    """A small count out of any number."""
    CALLS.append("Whole")
    return int(abs(a)) % 4


@node("Mean", category="things", static=True)
def mean(numbers: list[float]) -> float:
    """Static, from a plain list that is wired whole."""
    CALLS.append("Mean")
    return sum(numbers) / 4


@node("Strict", category="things", static=True)
def strict(a: float) -> float:
    """Static, and fails on large numbers: while keys are made."""
    CALLS.append("Strict")
    if a > 20:
        raise NodeError("This number is too large.", code="unwanted", port="a")
    return a


@node("Parts", category="things")
def parts(thing: Thing, count: int = 2) -> list[Thing]:
    """A sequence that is named as a whole."""
    CALLS.append("Parts")
    return [Thing(thing.x + index) for index in range(count)]


@node("Gauge", category="things")
def gauge(thing: Thing) -> Mark:
    """Not static, but named by its content: all large things have one mark."""
    CALLS.append("Gauge")
    return Mark("large" if thing.x > 9 else "small")


@node("Press", category="things")
def press(thing: Thing, mark: Mark) -> Thing:
    """A thing and a value with a content key."""
    CALLS.append("Press")
    return Thing(thing.x + len(mark.name))


@node("Window", category="things", effective=lambda at, start, end: start <= at < end)
def window(thing: Thing, at: int, start: int = 0, end: int = 100) -> Thing:
    """Adds 100 inside the window; its key sees only whether it is inside."""
    CALLS.append("Window")
    return Thing(thing.x + 100 if start <= at < end else thing.x)


@node("Fail", category="things")
def fail(thing: Thing, at: float = 0.0) -> Thing:
    """Fails on one number."""
    CALLS.append("Fail")
    if thing.x == at:
        raise NodeError("This number is not wanted.", code="unwanted", port="thing")
    return thing


@node("Outside", category="things", fingerprint=lambda files: OUTSIDE.read_text())
def outside() -> Thing:
    """The number in a file; `3 then 4` turns into 4 while it is read."""
    CALLS.append("Outside")
    first, _, then = OUTSIDE.read_text().partition(" then ")
    if then:
        OUTSIDE.write_text(then)
    return Thing(float(first))


@node("Crash", category="things")
def crash(thing: Thing) -> Thing:
    """Fails in a way nobody planned."""
    raise ZeroDivisionError("somewhere deep")


@node("Show", category="things")
def show(thing: Thing, ctx: Context, label: str = "") -> None:
    """A sink."""
    CALLS.append("Show")
    ctx.save(Artifact(f"{label}{thing.x:g}".encode(), "text/plain"))


def engine(**options: Any) -> Engine:
    return Engine(registry=registry_of([__name__]), device="cpu", **options)


def run(doc: dict[str, Any], inputs: dict[str, Any] | None = None, **options: Any) -> Result:
    """Runs a graph without its `format`; CALLS then holds this run's calls. `on` is the Engine."""
    on: Engine = options.pop("on", None) or engine()
    CALLS.clear()
    return on.run(on.parse(json.dumps({"format": 1, **doc})), inputs, **options)


def chain(turns: int, step: dict[str, Any] | None = None) -> dict[str, Any]:
    """A Repeat that adds `step` (1 a turn) to 5, and a Show of the result."""
    step = step or {"type": "Add", "inputs": {"a": "loop.t"}}
    return {
        "inputs": {"turns": {"to": ["loop.over"]}},
        "outputs": {"out": "loop.t"},
        "nodes": {
            "make": {"type": "Make", "params": {"x": 5}},
            "loop": {
                "type": "Repeat",
                "params": {"over": turns},
                "inputs": {"t": "make.thing"},
                "body": {"add": step},
                "next": {"t": "add.thing"},
            },
        },
    }
