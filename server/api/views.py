"""What the server answers: the JSON of every route as types, and how ours become it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from server.runs.record import Run, RunArtifact, RunValue, Status, Stored

Json = Any


class ProblemJson(TypedDict):
    """One thing that is wrong, where it is, and what to do about it where that is known."""

    code: str
    message: str
    path: str
    port: str
    fix: str


class ErrorDetail(TypedDict):
    code: str
    message: str
    problems: list[ProblemJson]


class ErrorJson(TypedDict):
    """Every refusal has this form."""

    error: ErrorDetail


class FileJson(TypedDict):
    hash: str
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    url: str


class ArtifactJson(FileJson):
    """A file that a node of the run saved."""

    path: str
    turn: list[int]
    ordinal: int
    name: str
    preview: bool


class ValueJson(TypedDict):
    """An output of a run: one of `plain`, `pictures` and `summary`, as `kind` says."""

    kind: Literal["plain", "picture", "summary"]
    plain: NotRequired[Json]
    pictures: NotRequired[list[FileJson]]
    summary: NotRequired[dict[str, Json]]


class TimingJson(TypedDict):
    runs: int
    cached: int
    seconds: float
    failed: bool


class RunSummaryJson(TypedDict):
    """A run in a list. `pictures` counts its files, `cover` is the last one."""

    id: str
    batch: str
    item: int
    status: Status
    title: str
    name: str | None
    version: int | None
    priority: int
    created: str
    started: str | None
    finished: str | None
    attempts: int
    device: str | None
    retry_of: str | None
    place: int | None
    pictures: int
    cover: FileJson | None


class RunJson(TypedDict):
    """A run and all that is known of it. `place` counts from 0 in the queue."""

    id: str
    batch: str
    item: int
    status: Status
    title: str
    name: str | None
    version: int | None
    priority: int
    created: str
    started: str | None
    finished: str | None
    attempts: int
    device: str | None
    catalogue: str | None
    inputs: dict[str, Json]
    want: list[str] | None
    problems: list[dict[str, Json]]
    values: dict[str, ValueJson]
    artifacts: list[ArtifactJson]
    timings: dict[str, TimingJson]
    lost: list[str]
    retry_of: str | None
    place: int | None


class RunsJson(TypedDict):
    runs: list[RunJson]


class RunPageJson(TypedDict):
    runs: list[RunSummaryJson]
    next: str | None


class EventsJson(TypedDict):
    """Events, oldest first; each has `seq`, `time`, `run` and `type`. `next`: the last number."""

    events: list[dict[str, Json]]
    next: int


class ProblemsJson(TypedDict):
    problems: list[ProblemJson]


class ForecastJson(TypedDict):
    """What a run would do, by path; seconds as past runs took them."""

    states: dict[str, str]
    turns: dict[str, list[int]]
    until: dict[str, str]
    seconds: dict[str, float]
    total: float | None


class PeekJson(TypedDict):
    summary: dict[str, Json]


class GraphJson(TypedDict):
    """A graph that is kept under a name."""

    name: str
    version: int
    etag: str
    title: str
    about: str
    saved: str
    graph: dict[str, Json]
    problems: list[ProblemJson]


class ListedGraphJson(TypedDict):
    name: str
    version: int
    etag: str
    title: str
    about: str
    saved: str


class GraphsJson(TypedDict):
    graphs: list[ListedGraphJson]


class TemplateJson(TypedDict):
    """A graph that comes with latentgraph."""

    name: str
    etag: str
    title: str
    about: str
    graph: dict[str, Json]


class ListedTemplateJson(TypedDict):
    name: str
    etag: str
    title: str
    about: str


class TemplatesJson(TypedDict):
    templates: list[ListedTemplateJson]


class VersionJson(TypedDict):
    version: int
    etag: str
    title: str
    saved: str


class VersionsJson(TypedDict):
    versions: list[VersionJson]


class UploadJson(FileJson):
    """An upload. An image input of a graph takes its `hash`."""


class HealthJson(TypedDict):
    status: Literal["ok"]


class ReadyJson(TypedDict):
    ready: bool
    reason: str


class StatsJson(TypedDict):
    device: str
    state: str
    run: str | None
    restarts: int
    resident: int
    kept: dict[str, int]


class CountsJson(TypedDict):
    queued: int
    running: int


class SystemJson(TypedDict):
    version: str
    devices: list[StatsJson]
    catalogue: str
    runs: CountsJson
    packs: list[dict[str, str]]


class SessionJson(TypedDict):
    """Whether a token is asked for at all; the cookie comes in a header."""

    token_needed: bool


def moment(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def maybe_moment(seconds: float | None) -> str | None:
    return None if seconds is None else moment(seconds)


def file_json(file: Stored, folder: str = "artifacts") -> FileJson:
    return {
        "hash": file.hash,
        "media_type": file.media_type,
        "bytes": file.bytes,
        "width": file.width,
        "height": file.height,
        "url": f"/api/{folder}/{file.hash}",
    }


def artifact_json(made: RunArtifact) -> ArtifactJson:
    return {
        **file_json(made.file),
        "path": made.path,
        "turn": list(made.turn),
        "ordinal": made.ordinal,
        "name": made.name,
        "preview": made.preview,
    }


def value_json(value: RunValue) -> ValueJson:
    if value.kind == "plain":
        return {"kind": "plain", "plain": value.plain}
    if value.kind == "picture":
        return {"kind": "picture", "pictures": [file_json(file) for file in value.pictures]}
    return {"kind": "summary", "summary": dict(value.summary)}


def run_json(run: Run, place: int | None) -> RunJson:
    return {
        "id": run.id,
        "batch": run.batch,
        "item": run.item,
        "status": run.status,
        "title": run.asked.title,
        "name": run.asked.name,
        "version": run.asked.version,
        "priority": run.asked.priority,
        "created": moment(run.created),
        "started": maybe_moment(run.started),
        "finished": maybe_moment(run.finished),
        "attempts": run.attempts,
        "device": run.device,
        "catalogue": run.catalogue,
        "inputs": dict(run.asked.inputs),
        "want": None if run.asked.want is None else list(run.asked.want),
        "problems": [dict(problem) for problem in run.problems],
        "values": {name: value_json(value) for name, value in run.values.items()},
        "artifacts": [artifact_json(made) for made in run.artifacts],
        "timings": {
            path: {
                "runs": timing.runs,
                "cached": timing.cached,
                "seconds": timing.seconds,
                "failed": timing.failed,
            }
            for path, timing in run.timings.items()
        },
        "lost": list(run.lost),
        "retry_of": run.retry_of,
        "place": place,
    }
