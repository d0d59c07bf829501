"""What a server answers, as frozen data. Members that a newer server adds are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .errors import Problem

Json = Any
FINAL = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class File:
    """A file on the server: `hash` is `sha256:` and 64 digits, `url` its path there."""

    hash: str
    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    url: str = ""

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> File:
        return cls(
            hash=data["hash"],
            media_type=data["media_type"],
            bytes=data["bytes"],
            width=data.get("width"),
            height=data.get("height"),
            url=data.get("url") or "",
        )


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that a node of the run saved; `name` is a file name without folder or extension."""

    path: str
    turn: tuple[int, ...]
    ordinal: int
    name: str
    file: File
    preview: bool = False

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> Artifact:
        return cls(
            path=data["path"],
            turn=tuple(data.get("turn") or ()),
            ordinal=data["ordinal"],
            name=data["name"],
            file=File.read(data),
            preview=bool(data.get("preview")),
        )


@dataclass(frozen=True, slots=True)
class Value:
    """An output of a run. `kind`: plain, picture (a file for each of the batch) or summary."""

    kind: str
    plain: Json = None
    pictures: tuple[File, ...] = ()
    summary: Mapping[str, Json] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> Value:
        return cls(
            kind=data["kind"],
            plain=data.get("plain"),
            pictures=tuple(map(File.read, data.get("pictures") or ())),
            summary=data.get("summary") or {},
        )


@dataclass(frozen=True, slots=True)
class Timing:
    """One node of a run: calls, results found kept, seconds."""

    runs: int
    cached: int
    seconds: float
    failed: bool

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> Timing:
        return cls(data["runs"], data["cached"], data["seconds"], data["failed"])


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the server knows it. A page of runs leaves out values, artifacts and timings.

    `status` is queued, running, completed, failed or cancelled. Times carry their zone, UTC.
    `place` counts from 0 in the queue and is None once the run has left it.
    """

    id: str
    status: str
    batch: str = ""
    item: int = 0
    title: str = ""
    name: str | None = None
    version: int | None = None
    priority: int = 0
    created: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    attempts: int = 0
    device: str | None = None
    inputs: Mapping[str, Json] = field(default_factory=dict)
    want: tuple[str, ...] | None = None
    problems: tuple[Problem, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    artifacts: tuple[Artifact, ...] = ()
    timings: Mapping[str, Timing] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    retry_of: str | None = None
    place: int | None = None
    cover: File | None = None

    @property
    def final(self) -> bool:
        return self.status in FINAL

    @property
    def seconds(self) -> float | None:
        """From the start of the last attempt to the end; None before that."""
        if self.started is None or self.finished is None:
            return None
        return (self.finished - self.started).total_seconds()

    @property
    def pictures(self) -> tuple[File, ...]:
        """What was saved; where nothing was, the pictures among the outputs; in lists, one."""
        saved = tuple(made.file for made in self.artifacts if not made.preview)
        made = tuple(file for value in self.values.values() for file in value.pictures)
        return saved or made or ((self.cover,) if self.cover else ())

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> Run:
        want = data.get("want")
        return cls(
            id=data["id"],
            status=data["status"],
            batch=data.get("batch") or "",
            item=data.get("item") or 0,
            title=data.get("title") or "",
            name=data.get("name"),
            version=data.get("version"),
            priority=data.get("priority") or 0,
            created=_time(data.get("created")),
            started=_time(data.get("started")),
            finished=_time(data.get("finished")),
            attempts=data.get("attempts") or 0,
            device=data.get("device"),
            inputs=data.get("inputs") or {},
            want=None if want is None else tuple(want),
            problems=tuple(map(Problem.read, data.get("problems") or ())),
            values={name: Value.read(item) for name, item in (data.get("values") or {}).items()},
            artifacts=tuple(map(Artifact.read, data.get("artifacts") or ())),
            timings={name: Timing.read(item) for name, item in (data.get("timings") or {}).items()},
            lost=tuple(data.get("lost") or ()),
            retry_of=data.get("retry_of"),
            place=data.get("place"),
            cover=File.read(data["cover"]) if data.get("cover") else None,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Runs, newest first; `next` is the cursor of the page after this one, None on the last."""

    runs: tuple[Run, ...]
    next: str | None

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> Page:
        return cls(tuple(map(Run.read, data["runs"])), data.get("next"))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `data` is the whole message, the four members included.

    `seq` rises for the life of the server's data folder; `run` is None for what concerns no run.
    """

    seq: int
    type: str
    run: str | None
    data: Mapping[str, Json]

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> Event:
        return cls(data.get("seq") or 0, data["type"], data.get("run"), data)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
