"""What happens during a run, as frozen data with sequence numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .context import Artifact
from .errors import Problem


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; `seq` counts from 1 within a run."""

    seq: int


@dataclass(frozen=True, slots=True)
class Planned(Event):
    """The first event: the paths of all nodes that may be run, and what muting took away."""

    nodes: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeStarted(Event):
    """A node outside any turn begins."""

    path: str


@dataclass(frozen=True, slots=True)
class NodeFinished(Event):
    """A node outside any turn is done, after `seconds`, or was found in the cache."""

    path: str
    seconds: float
    cached: bool


@dataclass(frozen=True, slots=True)
class NodeProgress(Event):
    """How far a long call is."""

    path: str
    turn: tuple[int, ...]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class NodeNotice(Event):
    """Something about a call that whoever runs the graph should know, in a sentence."""

    path: str
    turn: tuple[int, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Turn(Event):
    """A turn of a Repeat or Map is done: `index` (from 0) of `count`, inside the turns `around`.

    `cached` turns were not run: a kept state stands for them and all before.
    """

    path: str
    around: tuple[int, ...]
    index: int
    count: int
    seconds: float
    cached: bool


@dataclass(frozen=True, slots=True)
class Preview(Event):
    """A picture of what a loop's `show` wire brings; sent only where somebody asked."""

    path: str
    around: tuple[int, ...]
    index: int
    image: Any


@dataclass(frozen=True, slots=True)
class NodeFailed(Event):
    """A node failed, in a body too (`turn`); what needs it is skipped."""

    problem: Problem
    turn: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ArtifactSaved(Event):
    """A sink handed over a finished file."""

    path: str
    turn: tuple[int, ...]
    artifact: Artifact


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """The last event."""

    status: Literal["completed", "failed", "cancelled"]
    seconds: float


Listener = Callable[[Event], None]
