"""Graphs kept by name, with their versions."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from engine.canonical import dumps, to_json
from engine.errors import GraphError, Problem
from engine.validate import validate
from server.library.graphs import ANY, NEW, Saved

from . import examples
from .call import Call
from .errors import ApiError, refused
from .forms import RenameBody, RestoreBody, SaveBody, VersionQuery
from .prepare import read_graph, read_text
from .replies import has_etag, json_reply
from .route import Answer, Route
from .shown import moment
from .subject import off_loop
from .views import ErrorJson, GraphJson, GraphsJson, VersionsJson

Json = Any


async def graphs(call: Call) -> web.StreamResponse:
    rows = [
        {
            "name": row.name,
            "version": row.version,
            "etag": row.etag,
            "title": row.title,
            "about": row.about,
            "saved": moment(row.saved),
        }
        for row in await call.house.runs.graphs.list()
    ]
    return json_reply({"graphs": rows})


async def read(call: Call) -> web.StreamResponse:
    saved = await call.house.runs.graphs.get(call.path["name"], call.asked(VersionQuery).version)
    return await _reply(call, saved)


async def save(call: Call) -> web.StreamResponse:
    """Keeps a graph, right or not: a draft is kept, too. What is no graph at all is refused."""
    expect = condition(call)
    catalogue = call.house.shelf.catalogue
    raw = call.given(SaveBody).graph
    text = await off_loop(len(call.raw), lambda: dumps(read_graph(raw, catalogue)))
    saved = await call.house.runs.graphs.put(call.path["name"], text, expect)
    return await _reply(call, saved, 201 if saved.version == 1 else 200)


async def remove(call: Call) -> web.StreamResponse:
    given = "If-Match" in call.request.headers
    await call.house.runs.graphs.remove(call.path["name"], condition(call) if given else ANY)
    return web.Response(status=204)


def condition(call: Call) -> object:
    """What a save expects to replace. Raises ApiError (428) where it does not say."""
    match, none = call.header("If-Match").strip(), call.header("If-None-Match").strip()
    if "If-Match" in call.request.headers and not match:
        raise _bad("is empty; leave it out, or give an ETag.", "If-Match")
    if match and none:
        raise _bad("Give either If-Match or If-None-Match.", "If-Match")
    if none:
        if none != "*":
            raise _bad("wants * here: save as a new graph.", "If-None-Match")
        return NEW
    if match:
        tag = match.removeprefix("W/").strip('"')
        return ANY if match == "*" else tag
    message = (
        "Say what is to be replaced: If-Match with the ETag of the version you changed, or "
        "If-None-Match: * for a new graph."
    )
    raise ApiError(428, "condition_required", message)


def _bad(message: str, header: str) -> ApiError:
    return refused([Problem("bad_condition", message, port=header)], 422, "request")


async def versions(call: Call) -> web.StreamResponse:
    rows = [
        {"version": row.version, "etag": row.etag, "title": row.title, "saved": moment(row.saved)}
        for row in await call.house.runs.graphs.versions(call.path["name"])
    ]
    return json_reply({"versions": rows})


async def restore(call: Call) -> web.StreamResponse:
    version = call.given(RestoreBody).version
    kept = call.house.runs.graphs
    expect = condition(call) if "If-Match" in call.request.headers else ANY
    return await _reply(call, await kept.restore(call.path["name"], version, expect))


async def rename(call: Call) -> web.StreamResponse:
    kept = call.house.runs.graphs
    expect = condition(call) if "If-Match" in call.request.headers else ANY
    return await _reply(
        call, await kept.rename(call.path["name"], call.given(RenameBody).to, expect)
    )


async def _reply(call: Call, saved: Saved, status: int = 200) -> web.StreamResponse:
    headers = {"ETag": f'"{saved.etag}"'}
    none = call.header("If-None-Match")
    if call.request.method == "GET" and none and has_etag(none, saved.etag):
        return web.Response(status=304, headers=headers)
    shelf = call.house.shelf
    lists = await shelf.lists()

    def whole() -> tuple[dict[str, Json], list[Problem]]:
        raw: dict[str, Json] = json.loads(saved.text)
        try:
            graph = read_text(saved.text, shelf.catalogue)
        except GraphError as wrong:
            return raw, list(wrong.problems)
        return to_json(graph), validate(graph, shelf.catalogue, lists=lists)

    raw, problems = await off_loop(len(saved.text), whole)
    return json_reply(
        {
            "name": saved.name,
            "version": saved.version,
            "etag": saved.etag,
            "title": saved.title,
            "about": str(raw.get("about", "")),
            "saved": moment(saved.saved),
            "graph": raw,
            "problems": [problem.to_json() for problem in problems],
        },
        status,
        headers,
    )


UNKNOWN = Answer("There is no graph of this name, or no such version.", ErrorJson)
ETAG = {"ETag": "Names this version; give it back in If-Match."}
CONDITIONS = {
    "If-Match": "The ETag of the version that is replaced; * for whichever is there.",
    "If-None-Match": "* to save a new graph, and to fail where the name is taken.",
}
CONFLICT = Answer("Another version came between; its ETag is in the headers.", ErrorJson)
ROUTES = (
    Route(
        "GET",
        "/api/graphs",
        "listGraphs",
        "The saved graphs",
        graphs,
        tag="graphs",
        answers={200: Answer("Their newest versions.", GraphsJson)},
    ),
    Route(
        "GET",
        "/api/graphs/{name}",
        "getGraph",
        "A saved graph",
        read,
        tag="graphs",
        query=VersionQuery,
        answers={
            200: Answer("The graph and what is wrong with it.", GraphJson, headers=ETAG),
            304: Answer("You have it already."),
            404: UNKNOWN,
        },
    ),
    Route(
        "PUT",
        "/api/graphs/{name}",
        "saveGraph",
        "Save a graph under a name; it becomes an endpoint",
        save,
        tag="graphs",
        body=SaveBody,
        headers=CONDITIONS,
        example=examples.SAVE,
        answers={
            200: Answer("Saved as a new version.", GraphJson, headers=ETAG),
            201: Answer("Saved as a new graph.", GraphJson, headers=ETAG),
            412: CONFLICT,
            428: Answer("Neither If-Match nor If-None-Match was given.", ErrorJson),
        },
    ),
    Route(
        "DELETE",
        "/api/graphs/{name}",
        "removeGraph",
        "Remove a saved graph and its versions",
        remove,
        tag="graphs",
        headers={"If-Match": CONDITIONS["If-Match"]},
        answers={204: Answer("It is gone."), 404: UNKNOWN, 412: CONFLICT},
    ),
    Route(
        "GET",
        "/api/graphs/{name}/versions",
        "listVersions",
        "The kept versions of a graph, newest first",
        versions,
        tag="graphs",
        answers={200: Answer("The versions.", VersionsJson), 404: UNKNOWN},
    ),
    Route(
        "POST",
        "/api/graphs/{name}/restore",
        "restoreVersion",
        "Make an older version the newest",
        restore,
        tag="graphs",
        body=RestoreBody,
        headers={"If-Match": CONDITIONS["If-Match"]},
        example=examples.RESTORE,
        answers={
            200: Answer("The new version.", GraphJson, headers=ETAG),
            404: UNKNOWN,
            412: CONFLICT,
        },
    ),
    Route(
        "POST",
        "/api/graphs/{name}/rename",
        "renameGraph",
        "Give a graph another name, with all its versions",
        rename,
        tag="graphs",
        body=RenameBody,
        headers={"If-Match": CONDITIONS["If-Match"]},
        example=examples.RENAME,
        answers={
            200: Answer("The newest version under its new name.", GraphJson, headers=ETAG),
            404: UNKNOWN,
            409: Answer("There is a graph of that name.", ErrorJson),
            412: CONFLICT,
        },
    ),
)
