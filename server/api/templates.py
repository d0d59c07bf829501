"""The graphs that come with latentgraph, to be run as they are or to begin from."""

from __future__ import annotations

from aiohttp import web

from engine.canonical import to_json

from .call import Call
from .replies import json_reply
from .route import Answer, Route
from .views import ErrorJson, TemplateJson, TemplatesJson


async def templates(call: Call) -> web.StreamResponse:
    rows = [
        {"name": one.name, "etag": one.etag, "title": one.graph.title, "about": one.graph.about}
        for one in call.house.shelf.stock.templates.values()
    ]
    return json_reply({"templates": rows})


async def template(call: Call) -> web.StreamResponse:
    found = call.house.shelf.template(call.path["name"])
    reply = {
        "name": found.name,
        "etag": found.etag,
        "title": found.graph.title,
        "about": found.graph.about,
        "graph": to_json(found.graph),
    }
    return json_reply(reply, headers={"ETag": f'"{found.etag}"'})


ROUTES = (
    Route(
        "GET",
        "/api/templates",
        "listTemplates",
        "The graphs that come with latentgraph",
        templates,
        tag="graphs",
        answers={200: Answer("The templates.", TemplatesJson)},
    ),
    Route(
        "GET",
        "/api/templates/{name}",
        "getTemplate",
        "A graph that comes with latentgraph",
        template,
        tag="graphs",
        answers={
            200: Answer("The template.", TemplateJson, headers={"ETag": "Names its content."}),
            404: Answer("There is no such template.", ErrorJson),
        },
    ),
)
