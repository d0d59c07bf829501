"""A graph and its values for a server: from a file here, or by a name there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import source
from .exits import WRONG, Stop

if TYPE_CHECKING:
    from engine.catalogue import Catalogue
    from engine.graph import Graph

    from .client import Client, SavedGraph

Json = Any
NOT_TAKEN = frozenset({413, 415, 422})
"""The answers to a file that is no picture, damaged or too large."""
FILES = (".json", ".png", ".webp", ".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class Asking:
    """What is sent: `subject` is a saved graph's name or a graph; `graph` is what it says."""

    subject: str | Mapping[str, Json]
    version: int | None
    graph: Graph


def asking(client: Client, given: str, version: int | None = None) -> Asking:
    """A file here comes first, then a graph saved there, then a stock graph.

    Raises Stop, GraphError, ClientError.
    """
    path = Path(given)
    if given == "-" or given.endswith(FILES) or (path.exists() and not path.is_dir()):
        return _local(given)
    saved = _found(client, given, version)
    if saved is not None:
        return Asking(given, saved.version, _parsed(saved.graph))
    stock = _stock(client, given)
    if version is not None:
        raise Stop(f"'{given}' is a stock graph, which has no versions; leave --version out.")
    return Asking(stock.graph, None, _parsed(stock.graph))


def values(client: Client, asked: Asking, given: Mapping[str, str]) -> dict[str, Json]:
    """Texts of the command line as values of the graph's public inputs; pictures are uploaded.

    A list for an input that takes none makes a run an item. Raises Stop, GraphError, ClientError.
    """
    from engine.bind import faces

    from .inputs import from_text, unknown

    if not given:
        return {}
    ports = faces(asked.graph, catalogue_of(client))
    made: dict[str, Json] = {}
    for name, text in given.items():
        if name not in asked.graph.inputs:
            raise Stop(unknown(name, asked.graph))
        made[name] = from_text(ports[name], text, _uploads(client)) if name in ports else text
    return made


def catalogue_of(client: Client) -> Catalogue:
    """The server's node types, which need not be those of this machine."""
    from engine.catalogue import from_json

    return from_json(json.dumps(client.catalogue()).encode())


def _local(name: str) -> Asking:
    from engine.canonical import to_json

    graph = source.load(name)
    return Asking(to_json(graph), None, graph)


def _found(client: Client, name: str, version: int | None) -> SavedGraph | None:
    from .client import RefusedError

    try:
        return client.graph(name, version)
    except RefusedError as error:
        if error.code == "unknown_version" or error.status not in {404, 422}:
            raise
        return None


def _stock(client: Client, name: str) -> SavedGraph:
    from .client import RefusedError

    try:
        return client.template(name)
    except RefusedError as error:
        if error.status not in {404, 422}:
            raise
    known = [one.name for one in (*client.graphs(), *client.templates())]
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(known)}."
    raise Stop(f"There is no file '{name}' here and no such graph on the server. {hint}", WRONG)


def _parsed(graph: Mapping[str, Json]) -> Graph:
    from engine.graph import from_json

    return from_json(dict(graph))


def _uploads(client: Client) -> Any:
    """Takes pictures over as `engine.files.Files` does, but to the server."""
    from engine.files import Files

    from .client import RefusedError

    class Uploads(Files):
        def add(self, data: bytes, called: str = "") -> str:
            try:
                return client.upload(data).hash
            except RefusedError as error:
                if error.status not in NOT_TAKEN:
                    raise
                said = " ".join(problem.message for problem in error.problems) or error.sentence
                raise Stop(f"The server does not take '{called}': {said}") from None

    return Uploads()
