"""What the server answers: the JSON of every route as types."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from server.runs.record import Status

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


class RunHeadJson(TypedDict):
    """What a run in a list and a run by itself have in common. `place` counts from 0."""

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


class RunSummaryJson(RunHeadJson):
    """A run in a list. `pictures` counts its files, `cover` is the last one."""

    pictures: int
    cover: FileJson | None


class RunJson(RunHeadJson):
    """A run and all that is known of it. `place` counts from 0 in the queue."""

    catalogue: str | None
    inputs: dict[str, Json]
    want: list[str] | None
    problems: list[dict[str, Json]]
    values: dict[str, ValueJson]
    artifacts: list[ArtifactJson]
    timings: dict[str, TimingJson]
    lost: list[str]


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
    """What a run would do, by path; seconds as past runs took them.

    The seconds of a loop contain those of its body: `total` counts each once. `lost` names the
    outputs, and the nodes that save or show, of which muting leaves nothing.
    """

    states: dict[str, str]
    turns: dict[str, list[int]]
    until: dict[str, str]
    seconds: dict[str, float]
    total: float | None
    lost: list[str]


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


class PictureGraphJson(TypedDict):
    """The graph in a picture. `notes`: sentences about what it leaves out."""

    graph: dict[str, Json]
    notes: list[str]


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
