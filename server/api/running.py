"""Runs that were accepted: reading, waiting, cancelling, moving; their graphs and kept values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from aiohttp import web

from engine.bind import bind
from engine.canonical import dumps
from server.runs.errors import UnknownRunError
from server.runs.pages import Filter, Summary
from server.runs.record import FINAL, Run, Status

from . import examples
from .call import Call
from .checking import peeked
from .errors import not_found
from .forms import MoveBody, Nothing, PeekQuery, RunsQuery, WaitQuery
from .prepare import read_text
from .replies import json_reply
from .route import PNG, Answer, Route
from .shown import file_json, maybe_moment, moment, run_json
from .subject import off_loop
from .submitting import picture_reply
from .views import ErrorJson, PeekJson, RunJson, RunPageJson, RunSummaryJson


async def run_of(call: Call) -> Run:
    """The run that the path names. Raises UnknownRunError."""
    run = await call.house.runs.get(call.path["id"])
    if run is None:
        raise UnknownRunError(call.path["id"])
    return run


def reply_with(call: Call, run: Run, status: int = 200) -> web.Response:
    return json_reply(run_json(run, call.house.runs.place(run.id)), status)


async def one(call: Call) -> web.StreamResponse:
    wait = call.asked(WaitQuery).wait
    run = await run_of(call)
    if wait and run.status not in FINAL:
        run = await call.house.runs.wait(run.id, wait)
    if call.wants(PNG):
        if run.status in FINAL:
            return await picture_reply(call, [run])
        return reply_with(call, run, 202)
    return reply_with(call, run)


async def page(call: Call) -> web.StreamResponse:
    asked = call.asked(RunsQuery)
    statuses = cast("Sequence[Status]", asked.status.split(",")) if asked.status else None
    found = await call.house.runs.page(
        Filter(
            status=frozenset(statuses) if statuses else None,
            name=asked.name,
            batch=asked.batch,
            limit=asked.limit,
            cursor=asked.cursor,
        )
    )
    rows = [summary_json(call, row) for row in found.runs]
    return json_reply({"runs": rows, "next": found.next})


def summary_json(call: Call, row: Summary) -> RunSummaryJson:
    return {
        "id": row.id,
        "batch": row.batch,
        "item": row.item,
        "status": row.status,
        "title": row.title,
        "name": row.name,
        "version": row.version,
        "priority": row.priority,
        "created": moment(row.created),
        "started": maybe_moment(row.started),
        "finished": maybe_moment(row.finished),
        "attempts": row.attempts,
        "device": row.device,
        "retry_of": row.retry_of,
        "place": call.house.runs.place(row.id),
        "pictures": row.pictures,
        "cover": file_json(row.cover) if row.cover else None,
    }


async def remove(call: Call) -> web.StreamResponse:
    await call.house.runs.remove(call.path["id"])
    return web.Response(status=204)


async def cancel(call: Call) -> web.StreamResponse:
    return reply_with(call, await call.house.runs.cancel(call.path["id"]))


async def retry(call: Call) -> web.StreamResponse:
    return reply_with(call, await call.house.runs.retry(call.path["id"]), 202)


async def move(call: Call) -> web.StreamResponse:
    body = call.given(MoveBody)
    runs, run = call.house.runs, call.path["id"]
    if body.first:
        return reply_with(call, await runs.move(run, first=True))
    if body.before is not None:
        return reply_with(call, await runs.move(run, before=body.before))
    return reply_with(call, await runs.move(run, last=True))


async def graph(call: Call) -> web.StreamResponse:
    """The canonical text with the values used, as a picture of the run carries it."""
    run = await run_of(call)
    catalogue = call.house.shelf.catalogue

    def text() -> str:
        used = bind(read_text(run.asked.graph, catalogue), catalogue, run.asked.inputs)
        return dumps(used)

    made = await off_loop(len(run.asked.graph), text)
    return web.Response(body=made.encode(), content_type="application/json")


async def peek(call: Call) -> web.StreamResponse:
    asked = call.asked(PeekQuery)
    run = await run_of(call)
    picture = asked.as_ == "picture"
    if not asked.wire:
        raise not_found("not_kept", "No wire is named.")
    text, inputs = run.asked.graph, run.asked.inputs
    return await peeked(call.house, text, inputs, asked.wire, asked.place, picture=picture)


RUN = Answer("The run.", RunJson)
UNKNOWN = Answer("There is no such run.", ErrorJson)
GRAPH = dict[str, Any]
ROUTES = (
    Route(
        "GET",
        "/api/runs",
        "listRuns",
        "Runs, newest first",
        page,
        tag="runs",
        query=RunsQuery,
        answers={
            200: Answer("A page of runs; `next` is the cursor of the one after.", RunPageJson)
        },
    ),
    Route(
        "GET",
        "/api/runs/{id}",
        "getRun",
        "A run; with ?wait= once it has ended",
        one,
        tag="runs",
        query=WaitQuery,
        answers={
            200: Answer("The run; with Accept: image/png its first picture.", RunJson, (PNG,)),
            202: Answer("A picture was asked for and the run has not ended.", RunJson),
            404: UNKNOWN,
            409: Answer("A picture was asked for and the run failed.", ErrorJson),
        },
    ),
    Route(
        "DELETE",
        "/api/runs/{id}",
        "removeRun",
        "Forget a run that has ended, and its files",
        remove,
        tag="runs",
        answers={
            204: Answer("It is forgotten."),
            404: UNKNOWN,
            409: Answer("It has not ended.", ErrorJson),
        },
    ),
    Route(
        "POST",
        "/api/runs/{id}/cancel",
        "cancelRun",
        "Cancel a run; one that has ended stays as it is",
        cancel,
        tag="runs",
        body=Nothing,
        answers={200: RUN, 404: UNKNOWN},
    ),
    Route(
        "POST",
        "/api/runs/{id}/retry",
        "retryRun",
        "Queue a run that has ended once more",
        retry,
        tag="runs",
        body=Nothing,
        answers={
            202: Answer("The new run.", RunJson),
            404: UNKNOWN,
            409: Answer("It has not ended.", ErrorJson),
            429: Answer("The queue is full.", ErrorJson),
        },
    ),
    Route(
        "POST",
        "/api/runs/{id}/move",
        "moveRun",
        "Give a queued run another place",
        move,
        tag="runs",
        body=MoveBody,
        example=examples.MOVE,
        answers={200: RUN, 404: UNKNOWN, 409: Answer("It does not wait.", ErrorJson)},
    ),
    Route(
        "GET",
        "/api/runs/{id}/graph",
        "runGraph",
        "The graph of a run, with the values used",
        graph,
        tag="runs",
        answers={200: Answer("A graph file.", GRAPH), 404: UNKNOWN},
    ),
    Route(
        "GET",
        "/api/runs/{id}/peek",
        "peekRun",
        "Look at a kept value of a run, at any turn of a loop",
        peek,
        tag="runs",
        query=PeekQuery,
        answers={
            200: Answer("The picture, or the summary.", PeekJson, (PNG,)),
            404: Answer("There is no such run, or nothing is kept.", ErrorJson),
        },
    ),
)
