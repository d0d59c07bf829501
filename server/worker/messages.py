"""The protocol's values as frames, and back. Both ends read and write them here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .channel import Frame
from .protocol import Job, Made, Outcome, Peeked, Value

Json = Any


def job_frame(job: Job) -> Frame:
    head = {
        "type": "run",
        "run": job.run,
        "graph": job.graph,
        "inputs": dict(job.inputs),
        "want": None if job.want is None else list(job.want),
        "previews": job.previews,
    }
    return Frame(head)


def job_of(frame: Frame) -> Job:
    head = frame.head
    want = head["want"]
    return Job(
        head["run"],
        head["graph"],
        head["inputs"],
        None if want is None else tuple(want),
        head["previews"],
    )


def made_frame(run: str, made: Made) -> Frame:
    head = {
        "type": "made",
        "run": run,
        "path": made.path,
        "turn": list(made.turn),
        "ordinal": made.ordinal,
        "name": made.name,
        "media_type": made.media_type,
        "preview": made.preview,
    }
    return Frame(head, (made.data,))


def made_of(frame: Frame) -> Made:
    head = frame.head
    return Made(
        head["path"],
        tuple(head["turn"]),
        head["ordinal"],
        head["name"],
        head["media_type"],
        frame.parts[0],
        head["preview"],
    )


def outcome_frame(run: str, outcome: Outcome) -> Frame:
    values: dict[str, Json] = {}
    parts: list[bytes] = []
    for name, value in outcome.values.items():
        values[name] = {
            "kind": value.kind,
            "plain": value.plain,
            "summary": dict(value.summary),
            "pictures": len(value.pictures),
        }
        parts.extend(value.pictures)
    head = {
        "type": "outcome",
        "run": run,
        "status": outcome.status,
        "seconds": outcome.seconds,
        "problems": [dict(problem) for problem in outcome.problems],
        "values": values,
        "timings": {path: list(timing) for path, timing in outcome.timings.items()},
        "lost": list(outcome.lost),
    }
    return Frame(head, tuple(parts))


def outcome_of(frame: Frame) -> Outcome:
    head = frame.head
    parts = iter(frame.parts)
    values = {name: _value(data, parts) for name, data in head["values"].items()}
    timings = {path: _timing(timing) for path, timing in head["timings"].items()}
    problems = tuple(head["problems"])
    return Outcome(head["status"], head["seconds"], problems, values, timings, tuple(head["lost"]))


def _value(data: Mapping[str, Json], parts: Any) -> Value:
    pictures = tuple(next(parts) for _ in range(data["pictures"]))
    return Value(data["kind"], data["plain"], pictures, data["summary"])


def _timing(timing: list[Json]) -> tuple[int, int, float, bool]:
    runs, cached, seconds, failed = timing
    return runs, cached, seconds, failed


def peeked_of(answer: Frame) -> Peeked | None:
    result = answer.head["result"]
    if result is None:
        return None
    return Peeked(answer.parts[0] if answer.parts else None, result["summary"])
