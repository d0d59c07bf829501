"""Accepting runs: from a body, and what is answered once they are queued or have ended."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from engine.bind import faces
from engine.document import Graph
from server.runs.record import FINAL, Run, Stored

from . import examples
from .call import Call
from .errors import ApiError, bad_request, not_found
from .forms import RunBody, WaitQuery
from .pictures import taken_over
from .prepare import Wish
from .replies import file_reply, json_reply
from .route import PNG, Answer, Route
from .shown import run_json
from .subject import graph_of, off_loop, runs_of
from .views import ErrorJson, RunsJson
from .webhooks import check_url

Json = Any
KEY = "Idempotency-Key"
KEY_ABOUT = "A text of your own: the same one with the same body gives the same runs again."


async def submit(call: Call) -> web.StreamResponse:
    body = call.given(RunBody)
    if body.webhook is not None:
        check_url(body.webhook, call.house.webhooks)
    graph, version, size = await graph_of(call, body)
    wish = Wish(
        graph=graph,
        inputs=await with_pictures(call, graph, body.inputs, size),
        want=body.want,
        name=body.name,
        version=version,
        count=body.count,
        priority=body.priority,
        webhook=body.webhook,
    )
    return await queued(call, wish, size, call.asked(WaitQuery).wait)


async def with_pictures(
    call: Call, graph: Graph, inputs: Mapping[str, Json], size: int
) -> Mapping[str, Json]:
    """The inputs with pictures taken over as uploads."""
    if not any(_may_hold_picture(value) for value in inputs.values()):
        return inputs
    house = call.house
    ports = await off_loop(size, lambda: faces(graph, house.shelf.catalogue))
    return await taken_over(inputs, ports, house.runs.uploads)


def _may_hold_picture(value: Json) -> bool:
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, str) and item.startswith("data:") for item in items)


async def queued(call: Call, wish: Wish, size: int, wait: float) -> web.StreamResponse:
    """Queues the runs of a wish and answers with them, at once or when they have ended."""
    runs = call.house.runs
    asked = await runs_of(call.house, wish, size)
    key = idempotency_key(call)
    made = await runs.submit(asked, key=key, body_digest=_digest(call))
    if wait:
        made = await waited(call, made, wait)
        if call.wants(PNG) and all(run.status in FINAL for run in made):
            return await picture_reply(call, made)
    done = wait and all(run.status in FINAL for run in made)
    rows = [run_json(run, runs.place(run.id)) for run in made]
    headers = {"Location": f"/api/runs/{made[0].id}"}
    return json_reply({"runs": rows}, 200 if done else 202, headers)


async def waited(call: Call, made: Sequence[Run], wait: float) -> tuple[Run, ...]:
    """The runs as they are when all have ended, or when the time is up."""
    return tuple(await asyncio.gather(*(call.house.runs.wait(run.id, wait) for run in made)))


def idempotency_key(call: Call) -> str | None:
    """The key, if one came. Raises ApiError (400) where it is no plain short text."""
    if KEY not in call.request.headers:
        return None
    key = call.header(KEY)
    if not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise bad_request("wants 1 to 200 printable ASCII characters.", port=KEY)
    return key


def _digest(call: Call) -> str:
    """What was asked, so that a key that comes with something else is told."""
    target = f"{call.request.method} {call.request.path_qs}\n".encode()
    return hashlib.sha256(target + call.raw).hexdigest()


def pictures_of(run: Run) -> tuple[Stored, ...]:
    """What a run saved; where it saved nothing, the pictures among its outputs."""
    saved = tuple(made.file for made in run.artifacts if not made.preview)
    return saved or tuple(file for value in run.values.values() for file in value.pictures)


async def picture_reply(call: Call, made: Sequence[Run]) -> web.StreamResponse:
    """The first picture of runs that have ended. Raises ApiError where there is none."""
    for run in made:
        if run.status != "completed":
            said = "; ".join(str(problem.get("message", "")) for problem in run.problems)
            message = f"The run {run.id} is {run.status}. {said}".strip()
            raise ApiError(409, f"run_{run.status}", message)
        for file in pictures_of(run):
            path = call.house.runs.artifacts.path(file.hash)
            if path is not None:
                seconds = call.house.limits.stalled_seconds
                return await file_reply(call.request, path, file.media_type, file.hash, seconds)
    raise not_found("no_picture", "The run made no picture.")


SUBMITTED: Mapping[int, Answer] = {
    202: Answer("Accepted and kept: they will run, even after a crash.", RunsJson),
    200: Answer(
        "Ended within the time waited; with Accept: image/png the picture.", RunsJson, (PNG,)
    ),
    409: Answer("The run failed, so there is no picture; or the key was used before.", ErrorJson),
    429: Answer("The queue is full; Retry-After says when to come again.", ErrorJson),
}
ROUTES = (
    Route(
        "POST",
        "/api/runs",
        "submitRun",
        "Queue runs of a graph, inline or saved",
        submit,
        tag="runs",
        body=RunBody,
        query=WaitQuery,
        example=examples.SUBMIT,
        answers=SUBMITTED,
        headers={KEY: KEY_ABOUT},
    ),
)
