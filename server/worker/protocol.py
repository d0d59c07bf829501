"""What the server asks of a worker, and what it hears from one. Plain data and two protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Json = Any


@dataclass(frozen=True, slots=True)
class Job:
    """A run as a worker gets it. `graph` is a graph file's text.

    `previews`: whether somebody is watching now; `Worker.watch` changes it while the run is on.
    """

    run: str
    graph: str
    inputs: Mapping[str, Json] = field(default_factory=dict)
    want: tuple[str, ...] | None = None
    previews: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file from a sink, on its way to the server."""

    path: str
    turn: tuple[int, ...]
    ordinal: int
    name: str
    media_type: str
    data: bytes
    preview: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What a wanted output came to. Pictures are whole PNG files, one for each of the batch."""

    kind: Literal["plain", "picture", "summary"]
    plain: Json = None
    pictures: tuple[bytes, ...] = ()
    summary: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended in a worker. `timings` by path: runs, cached, seconds, failed."""

    status: Literal["completed", "failed", "cancelled"]
    seconds: float
    problems: tuple[Mapping[str, Json], ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    timings: Mapping[str, tuple[int, int, float, bool]] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Peeked:
    """A kept value looked at: a PNG picture, or a summary (shape, dtype, min, max, mean)."""

    picture: bytes | None = None
    summary: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stats:
    """How a worker is: bytes held by tier, what it is doing, its process's resident memory."""

    device: str
    state: Literal["starting", "idle", "busy", "stopping", "dead"]
    run: str | None = None
    restarts: int = 0
    resident: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)


class WorkerDiedError(Exception):
    """The worker process ended or stopped answering in mid-run; the message says how."""


class WorkerClosedError(WorkerDiedError):
    """`close` ended the run: what its loops kept is written, and a later run resumes there."""


class GraphRefusedError(Exception):
    """A forecast or peek was asked of a graph that is wrong; `problems` says all that is."""

    def __init__(self, problems: Sequence[Mapping[str, Json]]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem.get("message", "")) for problem in self.problems))


class Hears(Protocol):
    """Who listens to a run. Called in the server's event loop, in the order things happened."""

    def event(self, run: str, event: Mapping[str, Json]) -> None:
        """An engine event as JSON: `type` is planned, node_started, node_finished, node_progress,
        node_notice, turn or node_failed; the other members are the event's own. Files come by
        `made`, and the end of a run is its Outcome."""
        ...

    def preview(self, run: str, header: Mapping[str, Json], picture: bytes) -> None:
        """A preview picture (JPEG): header has path, around, index, media_type."""
        ...

    def made(self, run: str, made: Made) -> None:
        """A sink handed over a file."""
        ...


class Worker(Protocol):
    """An engine on one device, in a process of its own or elsewhere."""

    @property
    def device(self) -> str: ...

    async def start(self) -> None:
        """Starts it; returns once it answers. Raises WorkerDiedError where it cannot start."""
        ...

    async def run(self, job: Job, hears: Hears) -> Outcome:
        """Runs one job; one at a time. Raises WorkerDiedError; the worker then restarts itself.

        A wrong graph is an Outcome that failed. A run whose process had to be replaced after a
        `cancel` is an Outcome that was cancelled.
        """
        ...

    async def cancel(self, run: str) -> None:
        """Asks the run to end within one step; where it does not, the process is replaced."""
        ...

    async def watch(self, previews: bool) -> None:
        """Whether previews are wanted from now on."""
        ...

    async def forecast(
        self, graph: str, inputs: Mapping[str, Json], want: Sequence[str] | None
    ) -> Mapping[str, Json]:
        """{"states": {path: ...}, "turns": {path: [kept, of]}, "until": {path: path}, "lost": []}.

        `lost`: the outputs and sinks that muting takes away. Raises GraphRefusedError.
        """
        ...

    async def peek(
        self, graph: str, inputs: Mapping[str, Json], wire: str, turn: Sequence[int], picture: bool
    ) -> Peeked | None:
        """The kept value of `node.port`, or None where none is kept. Runs nothing.

        `turn`: [] outside loops and for what a loop ends with; [3] at the end of turn 3 (from 0);
        [-1] for what a loop starts from. Raises GraphRefusedError.
        """
        ...

    async def choices(self) -> Mapping[str, Sequence[str]]: ...

    async def stats(self) -> Stats: ...

    async def close(self, grace: float) -> None:
        """Ends the process within `grace` seconds, and kills it then.

        Turns that are kept are written first. A run that is on raises WorkerClosedError.
        """
        ...
