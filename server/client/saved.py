"""What the server keeps by name or hash: graphs with their versions, uploads; and forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class SavedGraph:
    """A graph under a name. `graph` is the graph file as JSON; empty in lists, which leave it out.

    `etag` names this very version: a save that gives it back fails if another came between.
    """

    name: str
    version: int | None = None
    etag: str = ""
    title: str = ""
    about: str = ""
    graph: Mapping[str, Json] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, Json], etag: str = "") -> SavedGraph:
        return cls(
            name=data["name"],
            version=data.get("version"),
            etag=etag or data.get("etag") or "",
            title=data.get("title") or "",
            about=data.get("about") or "",
            graph=data.get("graph") or {},
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that was taken over. An image input of a graph takes its `hash`."""

    hash: str
    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> Upload:
        sides = (data.get("width"), data.get("height"))
        return cls(data["hash"], data["media_type"], data["bytes"], *sides)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would do, by path: `states` cached, will run, unknown or not needed.

    turns: of a loop, turns kept and turns in all. until: the node on whose result an unknown one
    hangs. seconds: from past runs, a loop's with those of its body; `total` counts each once, None
    where none of them is known. lost: outputs and sinks that muting takes away.
    """

    states: Mapping[str, str]
    turns: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    until: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    total: float | None = None
    lost: tuple[str, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> Forecast:
        return cls(
            states=data["states"],
            turns={path: (kept, of) for path, (kept, of) in (data.get("turns") or {}).items()},
            until=data.get("until") or {},
            seconds=data.get("seconds") or {},
            total=data.get("total"),
            lost=tuple(data.get("lost") or ()),
        )
