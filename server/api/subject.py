"""The graph that a request is about: inline, saved or a template; checked off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from engine.document import Graph
from server.library.grapherrors import BadNameError, UnknownGraphError
from server.library.graphs import Saved
from server.runs.record import Asked

from .body import SMALL
from .call import Call
from .errors import not_found
from .forms import SubjectBody
from .house import House
from .prepare import Ground, Wish, asked, read_graph, read_text

T = TypeVar("T")


async def ground_of(house: House) -> Ground:
    """What graphs are checked against at this moment."""
    uploads = house.runs.uploads
    return Ground(house.shelf.catalogue, await house.shelf.lists(), lambda h: bool(uploads.path(h)))


async def off_loop(size: int, work: Callable[[], T]) -> T:
    """Runs small work here, and large work in a thread so that other clients go on."""
    return work() if size <= SMALL else await asyncio.to_thread(work)


async def graph_of(call: Call, body: SubjectBody) -> tuple[Graph, int | None, int]:
    """The graph that a body means, its version if it is a saved one, and its size in bytes.

    Raises GraphError, ApiError.
    """
    catalogue = call.house.shelf.catalogue
    if body.name is None:
        graph = await off_loop(len(call.raw), lambda: read_graph(body.graph, catalogue))
        return graph, None, len(call.raw)
    return await named(call.house, body.name, body.version)


async def named(
    house: House, name: str, version: int | None, *, template: bool = False
) -> tuple[Graph, int | None, int]:
    """A saved graph, else a template of that name. Raises ApiError, UnknownGraphError."""
    shelf = house.shelf
    if not template:
        saved = await _saved(house, name, version)
        if saved is not None:
            text = saved.text
            graph = await off_loop(len(text), lambda: read_text(text, shelf.catalogue))
            return graph, saved.version, len(text)
    if version is not None:
        raise not_found("unknown_version", "A template has no versions.")
    found = shelf.template(name)
    return found.graph, None, len(found.text)


async def _saved(house: House, name: str, version: int | None) -> Saved | None:
    """A saved graph; None where the name can only be a template's."""
    try:
        return await house.runs.graphs.get(name, version)
    except (UnknownGraphError, BadNameError):
        if name in house.shelf.stock.templates:
            return None
        raise


async def runs_of(house: House, wish: Wish, size: int) -> list[Asked]:
    """A submission's runs, checked. Raises GraphError."""
    ground = await ground_of(house)
    return await off_loop(
        size * max(1, wish.count), lambda: asked(wish, ground, house.limits.max_batch)
    )
