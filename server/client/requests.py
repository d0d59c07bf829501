"""Every request of the public API that the clients make, by subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

from .answers import Page, Run
from .calls import SECONDS, Answer, Call, get, post
from .errors import Problem
from .saved import Forecast, SavedGraph, Upload
from .stream import Place

Json = Any
T = TypeVar("T")
Graph = str | Mapping[str, Json]
"""A saved graph's name, or a graph file as JSON."""
Turn = int | Sequence[int]
"""A turn of a loop, counted from 0, or one for each of the loops around; none: no loop."""
LONGEST_WAIT = 30.0
"""Seconds that one request waits for a run; longer waits are several requests."""
UPLOAD_SECONDS = 120.0


# runs


def submit(
    graph: Graph,
    inputs: Mapping[str, Json],
    *,
    version: int | None,
    want: Sequence[str] | None,
    count: int,
    priority: int,
    webhook: str | None,
    key: str | None,
) -> Call[tuple[Run, ...]]:
    """With a key of its own where none is given, so that a repeat never makes a second run."""
    body = {
        **_subject(graph, version),
        "inputs": dict(inputs),
        "want": None if want is None else list(want),
        "count": count,
        "priority": priority,
        "webhook": webhook,
    }
    headers = {"Idempotency-Key": key or str(uuid4())}
    return post("/api/runs", body, _runs, headers=headers, repeatable=True)


def run(id: str, *, wait: float | None = None) -> Call[Run]:
    call = get(f"/api/runs/{_name(id)}", _run, wait=wait)
    return replace(call, seconds=SECONDS + (wait or 0.0))


def runs(
    *, status: str | None, name: str | None, batch: str | None, limit: int, cursor: str | None
) -> Call[Page]:
    query = {"status": status, "name": name, "batch": batch, "limit": limit, "cursor": cursor}
    return get("/api/runs", lambda answer: Page.read(answer.json()), **query)


def cancel(id: str) -> Call[Run]:
    return post(f"/api/runs/{_name(id)}/cancel", {}, _run, repeatable=True)


def retry(id: str) -> Call[Run]:
    return post(f"/api/runs/{_name(id)}/retry", {}, _run)


def move(id: str, before: str | None, first: bool) -> Call[Run]:
    body = {"first": True} if first else {"before": before}
    call = post(f"/api/runs/{_name(id)}/move", body, _run, repeatable=True)
    return call if before or first else replace(call, body=b'{"before": null}')


def remove(id: str) -> Call[None]:
    return Call("DELETE", f"/api/runs/{_name(id)}", _nothing)


def stream(place: Place) -> tuple[str, Mapping[str, str]]:
    """Where the event stream is that goes on from there: target and headers."""
    path = "/api/events" if place.run is None else f"/api/runs/{_name(place.run)}/events"
    call: Call[None] = Call("GET", path, _nothing, {"after": place.after})
    return call.target, {} if place.after is None else {"Last-Event-ID": str(place.after)}


def used_graph(id: str) -> Call[Mapping[str, Json]]:
    return get(f"/api/runs/{_name(id)}/graph", _json)


# looking ahead, and into what is kept


def validate(graph: Mapping[str, Json]) -> Call[tuple[Problem, ...]]:
    return post("/api/validate", {"graph": graph}, _problems, repeatable=True)


def forecast(
    graph: Graph, inputs: Mapping[str, Json], version: int | None, want: Sequence[str] | None
) -> Call[Forecast]:
    wanted = None if want is None else list(want)
    body = {**_subject(graph, version), "inputs": dict(inputs), "want": wanted}
    return post("/api/forecast", body, lambda answer: Forecast.read(answer.json()), repeatable=True)


def peek(id: str, wire: str, turn: Turn, kind: str) -> Call[Answer]:
    path = f"/api/runs/{_name(id)}/peek"
    turns = [turn] if isinstance(turn, int) else turn
    place = ",".join(map(str, turns)) or None
    return get(path, _answer, wire=wire, turn=place, **{"as": kind})


# graphs


def graphs() -> Call[tuple[SavedGraph, ...]]:
    return get("/api/graphs", lambda answer: _list(answer, "graphs"))


def templates() -> Call[tuple[SavedGraph, ...]]:
    return get("/api/templates", lambda answer: _list(answer, "templates"))


def graph(name: str, version: int | None) -> Call[SavedGraph]:
    return get(f"/api/graphs/{_name(name)}", _saved, version=version)


def template(name: str) -> Call[SavedGraph]:
    return get(f"/api/templates/{_name(name)}", _saved)


def versions(name: str) -> Call[tuple[SavedGraph, ...]]:
    def read(answer: Answer) -> tuple[SavedGraph, ...]:
        return tuple(SavedGraph.read({"name": name, **one}) for one in answer.json()["versions"])

    return get(f"/api/graphs/{_name(name)}/versions", read)


def save(name: str, graph: Mapping[str, Json], etag: str | None) -> Call[SavedGraph]:
    """`etag`: of the version to replace; None for a new graph."""
    condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
    path = f"/api/graphs/{_name(name)}"
    return post(path, {"graph": graph}, _saved, headers=condition, method="PUT")


def delete_graph(name: str, etag: str | None) -> Call[None]:
    headers = {"If-Match": etag} if etag else {}
    return Call("DELETE", f"/api/graphs/{_name(name)}", _nothing, headers=headers)


def restore(name: str, version: int) -> Call[SavedGraph]:
    return post(f"/api/graphs/{_name(name)}/restore", {"version": version}, _saved)


def rename(name: str, to: str, etag: str | None) -> Call[SavedGraph]:
    headers = {"If-Match": etag} if etag else {}
    return post(f"/api/graphs/{_name(name)}/rename", {"to": to}, _saved, headers=headers)


# files


def upload(data: bytes, media_type: str) -> Call[Upload]:
    return Call(
        "POST",
        "/api/uploads",
        lambda answer: Upload.read(answer.json()),
        headers={"Content-Type": media_type},
        body=data,
        repeatable=True,
        seconds=UPLOAD_SECONDS,
    )


def download(hash: str, *, uploaded: bool) -> Call[bytes]:
    path = f"/api/{'uploads' if uploaded else 'artifacts'}/{_name(hash)}"
    call = get(path, lambda answer: answer.body)
    return replace(call, seconds=UPLOAD_SECONDS)


# the server


def document(path: str) -> Call[Mapping[str, Json]]:
    """A JSON document of its own: catalogue, choices, limits, system, health."""
    return get(f"/api/{path}", _json)


def _subject(graph: Graph, version: int | None) -> dict[str, Json]:
    if isinstance(graph, str):
        return {"name": graph, "version": version}
    return {"graph": dict(graph)}


def _name(text: str) -> str:
    """One segment of a path, whatever is in it. `.` and `..` would be taken for folders."""
    return quote(text, safe=":") if text.strip(".") else text.replace(".", "%2E")


def _list(answer: Answer, member: str) -> tuple[SavedGraph, ...]:
    return tuple(map(SavedGraph.read, answer.json()[member]))


def _saved(answer: Answer) -> SavedGraph:
    return SavedGraph.read(answer.json(), answer.headers.get("etag", ""))


def _run(answer: Answer) -> Run:
    return Run.read(answer.json())


def _runs(answer: Answer) -> tuple[Run, ...]:
    return tuple(map(Run.read, answer.json()["runs"]))


def _problems(answer: Answer) -> tuple[Problem, ...]:
    return tuple(map(Problem.read, answer.json()["problems"]))


def _json(answer: Answer) -> Mapping[str, Json]:
    found: Mapping[str, Json] = answer.json()
    return found


def _answer(answer: Answer) -> Answer:
    return answer


def _nothing(answer: Answer) -> None:
    """Nothing was asked to come back."""
