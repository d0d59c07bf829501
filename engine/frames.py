"""What a walk is made of: calls and their answers, and what is known in each turn of each body."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .cache import Entry
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


Done = Entry
"""The answer to a call is what may be kept: outputs in port order and what they cost."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed node has for outputs, and everything that needs it."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Unknown(Failure):
    """In a forecast: depends on a value that is only known once `problem.path` has run."""


@dataclass(frozen=True, slots=True)
class Lost(Failure):
    """Depends on a case that was muted and chosen: nobody's fault, only not to be had."""


def pending(value: Any) -> bool:
    """Whether a forecast has yet to know this value, or anything in this sequence."""
    kind = type(value)
    if kind is tuple or kind is list:
        return any(map(pending, value))
    return value is PENDING


class SequenceKey(tuple[str, ...]):
    """The keys of a collected sequence's elements."""

    __slots__ = ()


class Observer(Protocol):
    """Told what the walker does besides its calls."""

    @property
    def wants_previews(self) -> bool: ...

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
    """One turn of a body (or the top): what is known in it, dropped when the turn ends.

    A turn that is `over` may be gone through again for a value of it: nothing is heard of that.
    """

    scope: Scope
    parent: Frame | None
    turn: tuple[int, ...] = ()
    run: LoopRun | None = None
    index: int = 0
    item: Any = None
    item_key: str = ""
    carried: dict[str, Any] | None = None
    carried_keys: Mapping[str, Any] = field(default_factory=dict)
    outputs: dict[Planned, Outputs] = field(default_factory=dict)
    keys: dict[Planned, Any] = field(default_factory=dict)
    extras: dict[Planned, str] = field(default_factory=dict)
    digests: dict[tuple[Planned, str], Any] = field(default_factory=dict)
    loops: dict[Planned, LoopRun | Failure] = field(default_factory=dict)
    unread: dict[Planned, int] = field(default_factory=dict)
    cases: dict[Planned, Origin | Failure] = field(default_factory=dict)
    over: bool = False

    def forget(self) -> None:
        """Ends the turn: drops its values, keeps their names."""
        self.outputs.clear()
        self.loops.clear()
        self.unread.clear()
        self.carried = None
        self.over = True


@dataclass(slots=True)
class Outcome:
    """What a walk came to: values of the wanted outputs, failures, and what muted cases took."""

    outputs: dict[str, Any] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    lost: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class LoopRun:
    """A Repeat or Map in one place of a walk.

    `values` are the carried values after `done` turns; `state_keys[i]` names those at the end of
    turn i; `carried_keys` names those at the end of the last turn that has keys. `broken` is why
    the turn after that has none; `received` whether its guests have been run. A `replay` goes
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
    received: bool = False
    finished: bool = False
    broken: Failure | None = None
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
