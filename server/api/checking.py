"""Looking before running: is a graph right, what would a run do, what is kept from earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from engine.canonical import dumps
from engine.document import Graph
from engine.errors import GraphError, Problem
from engine.validate import validate
from server.worker.protocol import Peeked

from . import examples
from .around import seconds_in_all
from .call import Call
from .errors import not_found
from .forms import PeekBody, SubjectBody, ValidateBody
from .house import House
from .prepare import check, read_graph
from .replies import json_reply
from .route import PNG, Answer, Route
from .subject import graph_of, ground_of, off_loop
from .views import ForecastJson, PeekJson, ProblemsJson

Json = Any


async def validated(call: Call) -> web.StreamResponse:
    body = call.given(ValidateBody)
    ground = await ground_of(call.house)

    def problems() -> list[Problem]:
        try:
            graph = read_graph(body.graph, ground.catalogue)
            if body.inputs is not None:
                check(graph, body.inputs, None, ground)
                return []
            return validate(graph, ground.catalogue, lists=ground.lists)
        except GraphError as wrong:
            return list(wrong.problems)

    found = await off_loop(len(call.raw), problems)
    return json_reply({"problems": [problem.to_json() for problem in found]})


async def forecast(call: Call) -> web.StreamResponse:
    body = call.given(SubjectBody)
    graph, text = await _checked(call, body)
    worker = call.house.runs.workers[0]
    said = await worker.forecast(text, body.inputs, body.want)
    estimates = await call.house.runs.estimates(text)
    states: Mapping[str, str] = said["states"]
    turns: Mapping[str, Sequence[int]] = said.get("turns", {})
    seconds = {
        path: _seconds(estimates[path], states[path], turns.get(path))
        for path in states
        if path in estimates
    }
    coming = [path for path, state in states.items() if state == "run" and path in seconds]
    total = seconds_in_all(graph, coming, seconds)
    reply = {
        "states": dict(states),
        "turns": {path: list(pair) for path, pair in turns.items()},
        "until": dict(said.get("until", {})),
        "seconds": seconds,
        "total": round(total, 4) if coming else (0.0 if _all_kept(states) else None),
        "lost": list(said.get("lost", ())),
    }
    return json_reply(reply)


def _all_kept(states: Mapping[str, str]) -> bool:
    return not any(state in {"run", "unknown"} for state in states.values())


def _seconds(estimate: Any, state: str, turns: Sequence[int] | None) -> float:
    """What a node would take now: of a loop only the turns that are not kept."""
    if state != "run":
        return 0.0
    whole = float(estimate.seconds)
    if turns and turns[1]:
        whole *= (turns[1] - turns[0]) / turns[1]
    return round(whole, 4)


async def peek(call: Call) -> web.StreamResponse:
    body = call.given(PeekBody)
    _, text = await _checked(call, body)
    picture = body.as_ == "picture"
    return await peeked(call.house, text, body.inputs, body.wire, body.turn, picture=picture)


async def peeked(
    house: House,
    text: str,
    inputs: Mapping[str, Json],
    wire: str,
    turn: Sequence[int],
    *,
    picture: bool,
) -> web.StreamResponse:
    """A kept value as PNG or summary. Raises ApiError (404) where none is kept."""
    found: Peeked | None = None
    for worker in house.runs.workers:
        found = found or await worker.peek(text, inputs, wire, turn, picture)
    if found is None or (picture and found.picture is None):
        message = "No value of this wire is kept at that turn; run the graph to have one."
        raise not_found("not_kept", message)
    if picture:
        return web.Response(body=found.picture, content_type=PNG)
    return json_reply({"summary": dict(found.summary)})


async def _checked(call: Call, body: SubjectBody) -> tuple[Graph, str]:
    """A graph that is ready to run with these inputs, and its text."""
    graph, _, size = await graph_of(call, body)
    ground = await ground_of(call.house)
    await off_loop(size, lambda: check(graph, body.inputs, body.want, ground))
    return graph, await off_loop(size, lambda: dumps(graph))


ROUTES = (
    Route(
        "POST",
        "/api/validate",
        "validate",
        "All problems of a graph",
        validated,
        tag="graphs",
        body=ValidateBody,
        example=examples.VALIDATE,
        answers={200: Answer("All that is wrong; an empty list: it can run.", ProblemsJson)},
    ),
    Route(
        "POST",
        "/api/forecast",
        "forecast",
        "What a run would do: kept, would run, unknown; and how long it would take",
        forecast,
        tag="runs",
        body=SubjectBody,
        example=examples.FORECAST,
        answers={200: Answer("States and seconds by node.", ForecastJson)},
    ),
    Route(
        "POST",
        "/api/peek",
        "peek",
        "Look at a kept value of any node at any turn; runs nothing",
        peek,
        tag="runs",
        body=PeekBody,
        example=examples.PEEK,
        answers={200: Answer("The picture, or the summary.", PeekJson, (PNG,))},
    ),
)
