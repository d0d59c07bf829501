"""A plan as data: nodes, bodies, and the wires between them. `planner` makes one from a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from .plain import Json
from .ports import Declaration

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


@dataclass(slots=True, eq=False)
class Scope:
    """The top of the plan, or the body of one Repeat or Map; `depth` counts from 0 at the top."""

    loop: Planned | None
    depth: int
    members: list[Planned] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Planned:
    """One node of the unfolded graph.

    `params` are typed and defaulted values; `origins` the wires of each wired port. For loops,
    `origins` holds `over` and the initial values; `wanted` the collected ports somebody reads.
    """

    path: str
    kind: Kind
    type: str
    scope: Scope
    declaration: Declaration | None = None
    params: dict[str, Json] = field(default_factory=dict)
    origins: dict[str, tuple[Origin, ...]] = field(default_factory=dict)
    home: Scope = None  # type: ignore[assignment]  # set once all origins are known
    body: Scope | None = None
    next: Mapping[str, Origin] = field(default_factory=lambda: _NOTHING)
    collect: Mapping[str, Origin] = field(default_factory=lambda: _NOTHING)
    show: Origin | None = None
    wanted: tuple[str, ...] = ()
    sinks: tuple[Planned, ...] = ()
    readers: int = 0
    muted: bool = False
    head: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run needs to know of a graph.

    `nodes` are the needed ones, sources first; `outputs` the wanted public outputs; `sinks` the
    wanted sinks at the top and the loops that hold others; `lost` what muting took away.
    """

    nodes: tuple[Planned, ...]
    outputs: Mapping[str, Origin]
    sinks: tuple[Planned, ...]
    lost: tuple[str, ...] = ()
