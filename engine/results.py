"""What an engine hands back: a graph made ready, what a run came to, what one would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from .canonical import dumps
from .context import Artifact
from .errors import GraphError, Problem, RunCancelled
from .graph import Graph
from .keys import Known
from .plan import Plan
from .report import NodeReport, Report
from .seed import seed_of

Status = Literal["completed", "failed", "cancelled"]
State = Literal["cached", "run", "unknown", "not needed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to. `values` has each wanted output that was reached."""

    status: Status
    values: Mapping[str, Any]
    artifacts: tuple[Artifact, ...]
    problems: tuple[Problem, ...]
    report: Report
    lost: tuple[str, ...] = ()

    def check(self) -> Self:
        """Returns itself, or raises GraphError (RunCancelled) where the run did not complete."""
        if self.status == "cancelled":
            raise RunCancelled("The run was cancelled.")
        if self.problems:
            raise GraphError(self.problems)
        return self


@dataclass(slots=True)
class Prepared:
    """A graph made ready once: bound, validated, planned. Reused while graph and inputs are."""

    graph: Graph
    plan: Plan
    keys: Known = field(default_factory=Known)
    _document: str = ""
    _seed: str | None = None

    @property
    def document(self) -> str:
        """The canonical text with the values used, where the plan has a sink to put it in."""
        if not self._document and self.plan.sinks:
            self._document = dumps(self.graph)
        return self._document

    @property
    def seed(self) -> str:
        """What the graph starts from (see `seed_of`), where the plan has a sink to tell it."""
        if self._seed is None:
            self._seed = seed_of(self.graph) if self.plan.sinks else ""
        return self._seed


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would do, by path.

    `turns` says for a loop how many of how many are kept; `until` for an unknown node what has to
    run before it is known.
    """

    states: Mapping[str, State]
    turns: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    until: Mapping[str, str] = field(default_factory=dict)


def forecast_of(
    plan: Plan, report: Report, running: Mapping[str, str], unknown: Mapping[str, str]
) -> Forecast:
    """The forecast that a walk without computing amounts to.

    `running` are the calls it would have made, `unknown` what waits for the result of another.
    """
    turns = {}
    for node in plan.nodes:
        entry = report.nodes[node.path]
        if node.kind in {"repeat", "map"}:
            turns[node.path] = (entry.cached, entry.cached + entry.runs)
    states = {path: _state(path, running, unknown, entry) for path, entry in report.nodes.items()}
    return Forecast(states, turns, dict(unknown))


def _state(
    path: str, running: Mapping[str, str], unknown: Mapping[str, str], entry: NodeReport
) -> State:
    if path in running or entry.runs:
        return "run"
    if path in unknown:
        return "unknown"
    return "cached" if entry.cached else "not needed"
