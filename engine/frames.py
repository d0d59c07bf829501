"""What a walk is made of: calls and their answers, and what is known in each turn of each body."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from .declare import Implementation
from .errors import Problem
from .keys import many
from .plan import Origin, Planned, Ref, Scope

Outputs = tuple[Any, ...]
Task = Generator[Any, Any, Any]


class _Pending:
    """Stands for a value that a forecast has not computed."""

    def __repr__(self) -> str:
        return "a value to be computed"


PENDING = _Pending()
ABSENT: Any = object()
"""Not known without running a task."""


@dataclass(slots=True)
class Call:
    """A node whose inputs are ready. `turn` is the index of each loop around it."""

    node: Planned
    implementation: Implementation
    inputs: dict[str, Any]
    turn: tuple[int, ...]


class Done(NamedTuple):
    """The answer to a call: outputs in port order and what they cost."""

    outputs: Outputs
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed node has for outputs, and everything that needs it."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Unknown(Failure):
    """In a forecast: depends on a value that is only known once `problem.path` has run."""


def pending(value: Any) -> bool:
    """Whether a forecast has yet to know this value, or anything in this sequence."""
    return value is PENDING or (type(value) in {tuple, list} and any(map(pending, value)))


class SequenceKey(tuple[str, ...]):
    """The keys of a collected sequence's elements."""

    __slots__ = ()


class Observer(Protocol):
    """Told what the walker does besides its calls."""

    wants_previews: bool

    def cached(self, node: Planned, turn: tuple[int, ...]) -> None: ...
    def failed(self, problem: Problem, turn: tuple[int, ...]) -> None: ...
    def turn(
        self,
        node: Planned,
        around: tuple[int, ...],
        index: int,
        count: int,
        seconds: float,
        cached: bool,
    ) -> None: ...
    def resumed(
        self, node: Planned, around: tuple[int, ...], index: int, count: int, spared: int
    ) -> None: ...
    def preview(self, node: Planned, around: tuple[int, ...], index: int, value: Any) -> None: ...


@dataclass(slots=True, eq=False)
class Frame:
    """One turn of a body (or the top): what is known in it, dropped when the turn ends."""

    scope: Scope
    parent: Frame | None
    turn: tuple[int, ...] = ()
    run: LoopRun | None = None
    index: int = 0
    item: Any = None
    item_key: str = ""
    carried: dict[str, Any] | None = None
    carried_keys: Mapping[str, Any] = field(default_factory=dict)
    outputs: dict[Planned, Outputs | Failure] = field(default_factory=dict)
    keys: dict[Planned, Any] = field(default_factory=dict)
    extras: dict[Planned, str] = field(default_factory=dict)
    digests: dict[tuple[Planned, str], Any] = field(default_factory=dict)
    loops: dict[Planned, LoopRun | Failure] = field(default_factory=dict)
    unread: dict[Planned, int] = field(default_factory=dict)
    cases: dict[Planned, Origin | Failure] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What a walk came to: a value or a Failure for each wanted output."""

    outputs: dict[str, Any] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class LoopRun:
    """A Repeat or Map in one place of a walk.

    `values` are the carried values after `done` turns; `state_keys[i]` names those at the end of
    turn i; `carried_keys` names those at the end of the last turn that has keys. A `replay` goes
    again through turns that are over, for a value of theirs: nothing is heard of it.
    """

    node: Planned
    frame: Frame
    items: list[Any]
    item_keys: list[str]
    frames: list[Frame] = field(default_factory=list)
    initial_keys: dict[str, str] = field(default_factory=dict)
    carried_keys: dict[str, str] = field(default_factory=dict)
    state_keys: list[str] = field(default_factory=list)
    collected_keys: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    collected: dict[str, list[Any]] = field(default_factory=dict)
    done: int = 0
    opened: bool = False
    finished: bool = False
    replay: bool = False

    @property
    def count(self) -> int:
        return len(self.items)

    def again(self) -> LoopRun:
        """The same loop at its beginning."""
        keys = self.initial_keys
        return LoopRun(
            self.node,
            self.frame,
            self.items,
            self.item_keys,
            initial_keys=keys,
            carried_keys=keys,
            replay=True,
        )


def unknown(path: str) -> Unknown:
    return Unknown(Problem("unknown_until", f"is known once '{path}' has run.", path))


def path_of(origin: Origin) -> str:
    return origin.node.path if isinstance(origin, Ref) else ""


def joined(key: Any) -> str:
    return many(list(key)) if isinstance(key, SequenceKey) else str(key)


def flat_keys(fragments: list[Any]) -> list[str]:
    flat: list[str] = []
    for fragment in fragments:
        flat.extend(fragment if isinstance(fragment, SequenceKey) else (fragment,))
    return flat
