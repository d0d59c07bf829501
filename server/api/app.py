"""The aiohttp application, made from the route table around the server's parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from .answering import handler_of, outermost
from .house import HOUSE, House
from .routes import ROUTES
from .security import guard, seal
from .watching import watch_choices
from .webhooks import Webhooks

AGAIN_SECONDS = 5.0
"""Until a catalogue that could not be read is tried again."""


def make_app(house: House) -> web.Application:
    """The application. It opens nothing: `house.runs` is opened and closed by whoever made it."""
    app = web.Application(middlewares=[outermost, guard])
    app[HOUSE] = house
    app.on_response_prepare.append(seal)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, handler_of(route))
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, handler_of(route))
    app.cleanup_ctx.append(_background)
    app.on_shutdown.append(_close_sockets)
    return app


async def _background(app: web.Application) -> AsyncIterator[None]:
    """What goes on besides requests: the catalogue is read, lists are watched, webhooks called."""
    house = app[HOUSE]
    tasks = [asyncio.create_task(_loaded(house))]
    if house.webhooks:
        tasks.append(asyncio.create_task(Webhooks(house.runs, house.webhooks).follow()))
    yield
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _loaded(house: House) -> None:
    """What failed may be mended while the server is up: a pack's file, a folder."""
    while house.shelf.digest is None:
        await house.shelf.load()
        if house.shelf.digest is None:
            await asyncio.sleep(AGAIN_SECONDS)
    await watch_choices(house)


async def _close_sockets(app: web.Application) -> None:
    await app[HOUSE].sockets.close()
