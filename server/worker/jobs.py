"""A job done by an engine in this process: events as JSON, files, previews, and what came of it."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from engine import events
from engine.canonical import dumps
from engine.errors import GraphError, Problem
from engine.values import PLAIN
from engine.values import Value as GraphValue
from server.veil import veiled

from .channel import Frame
from .messages import made_frame
from .outbox import Outbox
from .protocol import Job, Made, Outcome, Value

if TYPE_CHECKING:
    from engine.report import Report
    from engine.session import Engine, Prepared, Result

log = logging.getLogger(__name__)
Json = Any
NAMES: Mapping[type[events.Event], str] = {
    events.Planned: "planned",
    events.NodeStarted: "node_started",
    events.NodeFinished: "node_finished",
    events.NodeProgress: "node_progress",
    events.NodeNotice: "node_notice",
    events.Turn: "turn",
    events.NodeFailed: "node_failed",
}
MISSING = {"unknown_model": "model_missing"}
"""A graph was checked when it was accepted: a model that is not there now has gone since."""


class JobRun:
    """One job on its way. `cancel` and `watch` are called by other threads."""

    def __init__(self, job: Job, engine: Engine, outbox: Outbox) -> None:
        self.job = job
        self._engine = engine
        self._outbox = outbox
        self._cancelled = False
        self._watched = job.previews
        self._ordinals: Counter[tuple[str, tuple[int, ...]]] = Counter()

    def cancel(self) -> None:
        """The run ends before its next node."""
        self._cancelled = True

    def watch(self, previews: bool) -> None:
        """Whether previews are wanted from now on."""
        self._watched = previews

    def run(self) -> Outcome:
        """Does it. What nobody foresaw is a problem too: the worker goes on."""
        start = time.perf_counter()
        try:
            return self._run()
        except GraphError as wrong:
            problems = [_gone(problem).to_json() for problem in wrong.problems]
        except Exception as error:
            log.exception("run %s failed in a way that nobody foresaw", self.job.run)
            message = f"The run ended in a defect of the program ({type(error).__name__})."
            fix = "The log of the worker has the details."
            problems = [Problem("internal", message, fix=fix).to_json()]
        finally:
            self._outbox.drop_preview()
        return Outcome("failed", time.perf_counter() - start, tuple(problems))

    def _run(self) -> Outcome:
        engine, job = self._engine, self.job
        ready = engine.prepare(engine.parse(job.graph), job.inputs, job.want)
        result = engine.run_prepared(
            ready,
            on_event=self._heard,
            previews=self._wants_preview,
            cancelled=lambda: self._cancelled,
        )
        if self._cancelled:  # in its last node perhaps: whoever cancelled was told that it ends
            return Outcome("cancelled", result.report.seconds, timings=timings(result.report))
        return self._outcome(ready, result)

    def _outcome(self, ready: Prepared, result: Result) -> Outcome:
        problems = list(result.problems)
        values = {}
        for name, found in result.values.items():
            try:
                values[name] = value_of(found, lambda: dumps(ready.graph))
            except Exception as error:  # noqa: BLE001 - a pack's own value, as in `drivers`
                problems.append(_unshown(ready, name, error))
        return Outcome(
            "failed" if problems else result.status,
            result.report.seconds,
            tuple(veiled(problem).to_json() for problem in problems),
            values,
            timings(result.report),
            result.lost,
        )

    def _wants_preview(self) -> bool:
        return self._watched and self._outbox.wants_preview()

    def _heard(self, event: events.Event) -> None:
        if isinstance(event, events.ArtifactSaved):
            self._made(event)
        elif isinstance(event, events.Preview):
            header = {"path": event.path, "around": list(event.around), "index": event.index}
            self._outbox.preview(self.job.run, header, event.image)
        elif type(event) in NAMES:
            head = {"type": "event", "run": self.job.run, "event": event_json(event)}
            self._outbox.send(Frame(head))

    def _made(self, event: events.ArtifactSaved) -> None:
        if self._cancelled:
            return
        artifact = event.artifact
        place = event.path, event.turn
        made = Made(
            event.path,
            event.turn,
            self._ordinals[place],
            artifact.name,
            artifact.media_type,
            artifact.data,
            artifact.preview,
        )
        self._ordinals[place] += 1
        self._outbox.send(made_frame(self.job.run, made))


def event_json(event: events.Event) -> dict[str, Json]:
    """`{"type": ..., ...}`: the event's own members but for its number."""
    made: dict[str, Json] = {"type": NAMES[type(event)]}
    for field in fields(event):
        value = getattr(event, field.name)
        made[field.name] = veiled(value).to_json() if isinstance(value, Problem) else value
    del made["seq"]
    return made


def value_of(value: Any, document: Callable[[], str]) -> Value:
    """What came of an output: pictures where it is some, itself where it is plain."""
    pictures = pictures_of(value, document)
    if pictures:
        return Value("picture", pictures=pictures)
    if _is_plain(value):
        return Value("plain", plain=_json(value))
    return Value("summary", summary=summary_of(value))


def pictures_of(value: Any, document: Callable[[], str]) -> tuple[bytes, ...]:
    """PNG files of a value, or of each in a sequence of values; none where there is none."""
    if isinstance(value, GraphValue):
        if type(value).pictures is GraphValue.pictures:
            return ()
        return value.pictures(document())
    if isinstance(value, tuple | list):
        return tuple(file for item in value for file in pictures_of(item, document))
    return ()


def summary_of(value: Any) -> dict[str, Json]:
    """A value's summary, or that of each in a sequence; numbers that are no JSON are None."""
    if isinstance(value, GraphValue):
        return dict(_json(value.summary()))
    if isinstance(value, tuple | list):
        return {"type": "sequence", "items": [summary_of(item) for item in value]}
    return {"type": type(value).__name__, "value": _json(value) if _is_plain(value) else None}


def timings(report: Report) -> dict[str, tuple[int, int, float, bool]]:
    """By path: calls, results found kept, seconds, whether it failed."""
    return {
        path: (node.runs, node.cached, node.seconds, node.failed)
        for path, node in report.nodes.items()
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, GraphValue):
        return False
    if isinstance(value, tuple | list):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(_is_plain(item) for item in value.values())
    return isinstance(value, PLAIN) or is_dataclass(value)


def _json(value: Any) -> Json:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, tuple | list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _json(asdict(value))
    return value


def _gone(problem: Problem) -> Problem:
    code = MISSING.get(problem.code, problem.code)
    return veiled(Problem(code, problem.message, problem.path, problem.port, problem.fix))


def _unshown(ready: Prepared, name: str, error: Exception) -> Problem:
    wire = ready.plan.outputs.get(name)
    path = getattr(getattr(wire, "node", None), "path", "")
    text = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return Problem("node_failed", f"The output '{name}' could not be shown: {text}", path)
