"""What graphs are made of, without torch: the catalogue, the lists of files, the templates.

Read in the background after the start: the server answers while a changed catalogue is made anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.catalogue import Catalogue, to_json
from engine.errors import LatentgraphError, Problem
from engine.graph import Graph, parse
from engine.migrate import migrate
from engine.packs import catalogue_of, find_packs
from engine.validate import validate
from server import source
from server.settings import Settings
from server.veil import veil

from .aside import aside
from .errors import ApiError, busy, not_found

log = logging.getLogger("latentgraph")
Lists = Mapping[str, tuple[str, ...]]
FRESH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Template:
    """A graph that comes with latentgraph. `text` is its file."""

    name: str
    etag: str
    text: str
    graph: Graph


@dataclass(frozen=True, slots=True)
class Stock:
    """A catalogue with what goes with it: its JSON text, its digest, and the templates."""

    catalogue: Catalogue
    text: bytes
    digest: str
    templates: Mapping[str, Template] = field(default_factory=dict)


class Shelf:
    """Gives the stock once it is read, and the lists of this machine's files as they are now."""

    def __init__(self, settings: Settings, stock: Stock | None = None) -> None:
        self.settings = settings
        self.failure = ""
        self._stock = stock
        self._lists: tuple[float, Lists] | None = None
        self._reading = asyncio.Lock()

    @property
    def stock(self) -> Stock:
        """Raises ApiError (503) while it is being read, and where it cannot be."""
        if self._stock is None:
            message = self.failure or "The catalogue is being read; try again in a moment."
            raise busy("starting", message)
        return self._stock

    @property
    def digest(self) -> str | None:
        return self._stock.digest if self._stock else None

    @property
    def catalogue(self) -> Catalogue:
        return self.stock.catalogue

    async def load(self) -> None:
        """Reads everything, in a thread. A failure is kept, and told to whoever asks.

        A catalogue that is made anew takes seconds, which the end of the server does not wait for.
        """
        try:
            self._stock = await aside(lambda: read_stock(self.settings))
            self.failure = ""
        except (LatentgraphError, OSError) as error:
            self.failure = (
                "The catalogue of node types cannot be read; the log says why. It is tried again."
            )
            log.error("catalogue: %s", error)

    def template(self, name: str) -> Template:
        """Raises ApiError (404)."""
        found = self.stock.templates.get(name)
        if found is None:
            known = ", ".join(self.stock.templates)
            raise not_found("unknown_graph", f"There is no such template; there is {known}.")
        return found

    async def lists(self) -> Lists:
        """The entries of every list that a node's input names; read at most two seconds ago."""
        async with self._reading:  # whoever asks meanwhile waits for the same
            if self._lists is None or time.monotonic() - self._lists[0] > FRESH_SECONDS:
                found = await asyncio.to_thread(self._read_lists, self.catalogue)
                self._lists = (time.monotonic(), found)
            return self._lists[1]

    def _read_lists(self, catalogue: Catalogue) -> Lists:
        try:
            return self.settings.files().lists(catalogue.declarations.values())
        except OSError as error:
            log.error("lists of files: %s", error)
            raise ApiError(507, "storage_failed", "A folder of files cannot be read.") from None

    async def problems(self, graph: Graph) -> list[Problem]:
        """All that is wrong with a graph as a file, its inputs left open."""
        lists = await self.lists()
        return validate(graph, self.catalogue, lists=lists)


def read_stock(settings: Settings) -> Stock:
    """Reads the catalogue (made in a child process where none is kept) and the templates."""
    return stock_of(catalogue_of(find_packs(settings.nodes), settings.cache))


def stock_of(catalogue: Catalogue) -> Stock:
    """A catalogue with its JSON and the stock graphs. What packs say of failures is veiled."""
    packs = tuple(replace(pack, error=veil(pack.error)) for pack in catalogue.packs)
    catalogue = replace(catalogue, packs=packs)
    text = to_json(catalogue)
    found = {name: template(name, file, catalogue) for name, file in source.stock().items()}
    return Stock(catalogue, text, hashlib.blake2b(text, digest_size=16).hexdigest(), found)


def template(name: str, file: Path, catalogue: Catalogue) -> Template:
    data = file.read_bytes()
    etag = hashlib.blake2b(data, digest_size=16).hexdigest()
    return Template(name, etag, data.decode(), migrate(parse(data), catalogue))
