"""The OpenAPI document and the page that shows it, both kept until a graph or node changes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging

from aiohttp import web

from engine.errors import GraphError
from engine.validate import validate
from server.library.graphs import Saved

from .call import Call
from .endpoint import Endpoint, endpoint
from .house import House
from .openapi import document
from .page import POLICY, render
from .prepare import read_text
from .replies import etagged
from .route import Answer, Route

log = logging.getLogger("latentgraph")
MAX_ENDPOINTS = 200


async def openapi(call: Call) -> web.StreamResponse:
    return etagged(call.request, *await _document(call.house))


async def docs(call: Call) -> web.StreamResponse:
    text, _ = await _document(call.house)
    page = await asyncio.to_thread(lambda: render(json.loads(text), call.origin))
    headers = {"Content-Security-Policy": POLICY}
    return web.Response(text=page, content_type="text/html", headers=headers)


async def _document(house: House) -> tuple[bytes, str]:
    """The document's text and its ETag, made anew where graphs or node types have changed."""
    saved = await house.runs.graphs.list()
    state = repr((house.shelf.stock.digest, [(row.name, row.etag) for row in saved]))
    if house.described is None or house.described[0] != state:
        graphs = [await house.runs.graphs.get(row.name) for row in saved[:MAX_ENDPOINTS]]
        made = await asyncio.to_thread(_made, house, graphs)
        house.described = (state, made)
    text = house.described[1]
    return text, hashlib.blake2b(text, digest_size=16).hexdigest()


def _made(house: House, saved: list[Saved]) -> bytes:
    from .routes import API

    made = document(
        API, endpoints(house, saved), version=house.version, token=bool(house.access.token)
    )
    return json.dumps(made, ensure_ascii=False).encode()


def endpoints(house: House, saved: list[Saved]) -> list[Endpoint]:
    """Templates and saved graphs; one that has problems is a draft and stays out."""
    catalogue = house.shelf.catalogue
    found = [
        endpoint("templates", one.name, one.graph, catalogue)
        for one in house.shelf.stock.templates.values()
    ]
    for one in saved:
        try:
            graph = read_text(one.text, catalogue)
            if problems := validate(graph, catalogue):
                raise GraphError(problems)
            found.append(endpoint("graphs", one.name, graph, catalogue))
        except GraphError:
            log.info("the graph %s has problems and is not in the OpenAPI document", one.name)
    return found


ROUTES = (
    Route(
        "GET",
        "/api/openapi.json",
        "openapi",
        "This document",
        openapi,
        answers={200: Answer("OpenAPI 3.1.", dict[str, object]), 304: Answer("You have it.")},
    ),
    Route(
        "GET",
        "/api/docs",
        "docs",
        "This document as a page",
        docs,
        answers={200: Answer("A page.", None, ("text/html",))},
    ),
)
