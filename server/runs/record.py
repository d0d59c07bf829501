"""A run as data: what was asked, where it stands, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Any
Status = Literal["queued", "running", "completed", "failed", "cancelled"]
FINAL: frozenset[Status] = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client submitted, checked: everything a worker needs to run it again.

    `graph` is canonical text as submitted; `inputs` are values for its public inputs. `want` is
    None for all outputs and sinks. `name` and `version` are set where a saved graph was run.
    """

    graph: str
    inputs: Mapping[str, Json] = field(default_factory=dict)
    want: tuple[str, ...] | None = None
    title: str = ""
    name: str | None = None
    version: int | None = None
    priority: int = 0
    webhook: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A file kept by content: `hash` is `sha256:` and 64 hexadecimal digits."""

    hash: str
    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class RunArtifact:
    """A file that a sink of a run handed over. (run, path, turn, ordinal) is unique."""

    path: str
    turn: tuple[int, ...]
    ordinal: int
    name: str
    file: Stored
    preview: bool = False


@dataclass(frozen=True, slots=True)
class RunValue:
    """What a wanted output came to: a plain value, a picture kept as a file, or a summary."""

    kind: Literal["plain", "picture", "summary"]
    plain: Json = None
    pictures: tuple[Stored, ...] = ()
    summary: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NodeTiming:
    """What became of one node: calls (turns, for a loop), results found kept, seconds."""

    runs: int
    cached: int
    seconds: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A run and all that is known of it. Times are seconds since 1970, UTC.

    `batch` is shared by the runs of one submission; `item` is its place there. `attempts` counts
    how often a worker began it.
    """

    id: str
    batch: str
    item: int
    asked: Asked
    status: Status
    created: float
    started: float | None = None
    finished: float | None = None
    attempts: int = 0
    device: str | None = None
    catalogue: str | None = None
    problems: tuple[Mapping[str, Json], ...] = ()
    values: Mapping[str, RunValue] = field(default_factory=dict)
    artifacts: tuple[RunArtifact, ...] = ()
    timings: Mapping[str, NodeTiming] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    retry_of: str | None = None
