"""The account of a run: events as they happen, and afterwards what ran, what was kept, how long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import events
from .context import Artifact
from .errors import Problem
from .plan import Plan, Planned
from .values import Value

log = logging.getLogger(__name__)
TURN_INTERVAL = 0.05


@dataclass(init=False)
class NodeReport:
    """What became of one node: calls made, results found in the cache, seconds of its calls.

    For loops `runs` and `cached` count turns. `notices` are sentences about it, each once.
    Without `__init__`, as one is made for every node of every run.
    """

    runs: int = 0
    cached: int = 0
    seconds: float = 0.0
    failed: bool = False
    notices: Sequence[str] = ()


@dataclass(slots=True)
class Report:
    """By path, every node of the plan; one that nobody asked for has neither runs nor cached."""

    nodes: dict[str, NodeReport] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ran(self) -> list[str]:
        return [path for path, node in self.nodes.items() if node.runs]

    @property
    def cached(self) -> list[str]:
        return [path for path, node in self.nodes.items() if node.cached and not node.runs]


class Reporter:
    """Hears the walker and the driver; keeps the Report and sends events to one listener.

    Turn events come at most 20 times a second for a loop, the last one always.
    """

    def __init__(
        self,
        plan: Plan,
        listener: events.Listener | None,
        *,
        wants_previews: bool | Callable[[], bool] = False,
        on_artifact: Callable[[Artifact], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._wants_previews = wants_previews
        self.report = Report({node.path: NodeReport() for node in plan.nodes})
        self._listener = listener
        self._on_artifact = on_artifact
        self._clock = clock
        self._seq = 0
        self._last_turn: dict[str, float] = {}

    @property
    def wants_previews(self) -> bool:
        """Whether somebody would see a picture that is made now."""
        wanted = self._wants_previews
        return wanted if isinstance(wanted, bool) else wanted()

    def emit(self, kind: Callable[..., events.Event], *facts: Any) -> None:
        if self._listener is not None:
            self._seq += 1
            self._listener(kind(self._seq, *facts))

    def planned(self, plan: Plan) -> None:
        if self._listener is not None:
            self.emit(events.Planned, tuple(node.path for node in plan.nodes), plan.lost)

    def started(self, node: Planned, turn: tuple[int, ...]) -> None:
        if not turn and self._listener is not None:
            self.emit(events.NodeStarted, node.path)

    def ran(self, node: Planned, turn: tuple[int, ...], seconds: float) -> None:
        entry = self.report.nodes[node.path]
        entry.runs += 1
        entry.seconds += seconds
        if not turn and self._listener is not None:
            self.emit(events.NodeFinished, node.path, seconds, False)

    def cached(self, node: Planned, turn: tuple[int, ...]) -> None:
        self.report.nodes[node.path].cached += 1
        if not turn and self._listener is not None:
            self.emit(events.NodeFinished, node.path, 0.0, True)

    def failed(self, problem: Problem, turn: tuple[int, ...]) -> None:
        if problem.path in self.report.nodes:
            self.report.nodes[problem.path].failed = True
        self.emit(events.NodeFailed, problem, turn)

    def turn(
        self,
        node: Planned,
        around: tuple[int, ...],
        index: int,
        count: int,
        seconds: float,
        cached: bool,
    ) -> None:
        entry = self.report.nodes[node.path]
        entry.seconds += seconds
        entry.runs += not cached
        entry.cached += cached
        self._turn_event(node, around, index, count, seconds, cached=cached)

    def resumed(
        self, node: Planned, around: tuple[int, ...], index: int, count: int, spared: int
    ) -> None:
        self.report.nodes[node.path].cached += spared
        self._turn_event(node, around, index, count, 0.0, cached=True)

    def _turn_event(
        self,
        node: Planned,
        around: tuple[int, ...],
        index: int,
        count: int,
        seconds: float,
        *,
        cached: bool,
    ) -> None:
        if self._listener is None:
            return
        now = self._clock()
        recent = now - self._last_turn.get(node.path, -1.0) < TURN_INTERVAL
        if recent and index + 1 < count:
            return
        self._last_turn[node.path] = now
        self.emit(events.Turn, node.path, around, index, count, seconds, cached)

    def preview(self, node: Planned, around: tuple[int, ...], index: int, value: Any) -> None:
        try:
            image = value.preview() if isinstance(value, Value) else None
        except Exception as error:  # noqa: BLE001 - a value's own method, as in `drivers`
            kind = type(value).__name__
            log.warning("%s: no preview, %s.preview failed: %r", node.path, kind, error)
            image = None
        if image is not None:
            self.emit(events.Preview, node.path, around, index, image)

    def progress(self, node: Planned, turn: tuple[int, ...], done: int, total: int) -> None:
        self.emit(events.NodeProgress, node.path, turn, done, total)

    def notice(self, node: Planned, turn: tuple[int, ...], message: str) -> None:
        """Each sentence about a node is said once in a run, however many turns it holds for."""
        entry = self.report.nodes[node.path]
        if message not in entry.notices:
            entry.notices = [*entry.notices, message]
            self.emit(events.NodeNotice, node.path, turn, message)

    def artifact(self, node: Planned, turn: tuple[int, ...], artifact: Artifact) -> None:
        if self._on_artifact is not None:
            self._on_artifact(artifact)
        self.emit(events.ArtifactSaved, node.path, turn, artifact)
