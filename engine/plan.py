"""A plan as data: nodes, bodies, and the wires between them. `planner` makes one from a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from .plain import Json
from .ports import Declaration, Input

Kind = Literal["call", "repeat", "map", "switch"]
_NOTHING: Mapping[str, Origin] = MappingProxyType({})


class Ref(NamedTuple):
    """A wire's source: a port of a node; `inside` is a loop's own port as its body sees it."""

    node: Planned
    port: str
    inside: bool = False


class Typed(NamedTuple):
    """A value typed in where a wire could be (carried values, `over`, Switch cases)."""

    value: Json


Origin = Ref | Typed


class Read(NamedTuple):
    """One wire into a call, as a run follows it.

    `near` is the call it comes from if that lives in the same turn as its reader, and `place` is
    then the place of its port among the outputs.
    """

    port: Input
    origin: Origin
    near: Planned | None = None
    place: int = 0


@dataclass(slots=True, eq=False)
class Scope:
    """The top of the plan, or the body of one Repeat or Map; `depth` counts from 0 at the top.

    It knows none of its nodes: a plan of many is gone as soon as nobody holds it.
    """

    loop: Planned | None
    depth: int


@dataclass(slots=True, eq=False)
class Planned:
    """One node of the unfolded graph.

    `params` are typed and defaulted values; `origins` the wires of each wired port, and `reads`
    the same wires of a call as a run follows them. For loops, `origins` holds `over` and the
    initial values; `wanted` the collected ports somebody reads; `sinks` what is run in each turn
    for its own sake (sinks, loops that hold some), `guests` what is in the body but does not turn
    with it: run once, at the first turn. For a Switch, `lost` are the cases that muting took away.
    """

    path: str
    kind: Kind
    type: str
    scope: Scope
    declaration: Declaration | None = None
    params: dict[str, Json] = field(default_factory=dict)
    origins: dict[str, tuple[Origin, ...]] = field(default_factory=dict)
    home: Scope = None  # type: ignore[assignment]  # set once all origins are known
    reads: tuple[Read, ...] = ()
    body: Scope | None = None
    next: Mapping[str, Origin] = field(default_factory=lambda: _NOTHING)
    collect: Mapping[str, Origin] = field(default_factory=lambda: _NOTHING)
    show: Origin | None = None
    wanted: tuple[str, ...] = ()
    sinks: tuple[Planned, ...] = ()
    guests: tuple[Planned, ...] = ()
    lost: frozenset[str] = frozenset()
    readers: int = 0
    muted: bool = False
    head: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run needs to know of a graph.

    `top` is the scope around all; `nodes` are the needed ones, sources first; `outputs` the
    wanted public outputs; `sinks` the wanted sinks at the top and the loops at the top that hold
    others; `lost` what muting took away.
    """

    top: Scope
    nodes: tuple[Planned, ...]
    outputs: Mapping[str, Origin]
    sinks: tuple[Planned, ...]
    lost: tuple[str, ...] = ()


def is_sink(node: Planned) -> bool:
    return node.declaration is not None and node.declaration.sink


def sink_paths(node: Planned) -> Iterator[str]:
    """A sink itself, or the sinks that a loop holds."""
    if node.kind == "call":
        yield node.path
    for inner in (*node.sinks, *node.guests):
        yield from sink_paths(inner)
