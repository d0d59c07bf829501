"""Graphs out of pictures: a picture's own, or one made of what A1111 wrote into it."""

from __future__ import annotations

from aiohttp import web

from engine.canonical import to_json
from server import source
from server.picture import NoGraphError, is_picture

from .call import Call
from .errors import ApiError
from .filing import TAKES, sent
from .prepare import read_text
from .replies import json_reply
from .route import Answer, Route
from .subject import off_loop
from .views import ErrorJson, PictureGraphJson


async def picture_graph(call: Call) -> web.StreamResponse:
    lists = await call.house.shelf.lists()
    catalogue = call.house.shelf.catalogue
    async with sent(call) as data:
        if not is_picture(data):
            raise ApiError(415, "unsupported_media", "This is no PNG, JPEG or WebP picture.")

        def read() -> PictureGraphJson:
            found = source.carried(data, lambda: lists.get("models", ()))
            graph = read_text(found.text.decode(), catalogue)
            return {"graph": to_json(graph), "notes": list(found.notes)}

        try:
            reply = await off_loop(len(data), read)
        except NoGraphError as missing:
            raise ApiError(422, "no_graph", f"The picture {missing}") from None
        except UnicodeDecodeError:
            raise ApiError(422, "no_graph", "The graph in the picture is no text.") from None
    return json_reply(reply)


ROUTES = (
    Route(
        "POST",
        "/api/pictures/graph",
        "readPictureGraph",
        "The graph that a picture carries",
        picture_graph,
        tag="graphs",
        takes=TAKES,
        answers={
            200: Answer("The graph, and what it leaves out.", PictureGraphJson),
            422: Answer("The picture carries no graph.", ErrorJson),
        },
        about=(
            "A picture that latentgraph saved gives its own graph; one that AUTOMATIC1111 made "
            "gives a graph of its parameters. Nothing is kept."
        ),
    ),
)
