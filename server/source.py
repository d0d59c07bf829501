"""Where a graph comes from: a stock graph's name, a JSON file, a picture, or standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import FILES, WRONG, Stop, reason
from .picture import NoGraphError, embedded_graph, generation_parameters, is_picture

if TYPE_CHECKING:
    from engine.graph import Graph

DEFAULT = "txt2img"
MAX_FILE = 256 << 20
Names = Callable[[], Iterable[str]]


def stock() -> dict[str, Path]:
    """The graphs that come with latentgraph, by name."""
    import graphs

    folder = Path(next(iter(graphs.__path__)))
    return {file.stem: file for file in sorted(folder.glob("*.json"))}


def read(name: str, models: Names = tuple) -> bytes:
    """A graph's JSON text: a picture's own, or one made of A1111's text in it.

    models: names that a model said there may go by. Raises Stop with a sentence.
    """
    if name == "-":
        return sys.stdin.buffer.read()
    path = Path(name)
    known = stock()
    if not path.exists() and name.removesuffix(".json") in known:
        path = known[name.removesuffix(".json")]
    try:
        if path.is_file() and path.stat().st_size > MAX_FILE:
            raise Stop(f"'{name}' is larger than {MAX_FILE >> 20} MiB, too large for a graph.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise Stop(f"There is no file '{name}'.{_hint(name, known)}", FILES) from None
    except ValueError:
        raise Stop(f"'{name!r}' is no file name.", WRONG) from None
    except OSError as error:
        raise Stop(f"'{name}' cannot be read: {reason(error)}.", FILES) from None
    if not is_picture(data):
        return data
    try:
        found = carried(data, models)
    except NoGraphError as missing:
        raise Stop(f"The picture '{name}' {missing}") from None
    for note in found.notes:
        print(note, file=sys.stderr)
    return found.text


@dataclass(frozen=True, slots=True)
class Carried:
    """A graph's JSON text out of a picture. `notes`: sentences about what it leaves out."""

    text: bytes
    notes: tuple[str, ...] = ()


def carried(data: bytes, models: Names = tuple) -> Carried:
    """The graph in a picture's bytes: its own, else one made of the text that A1111 wrote there.

    models: names that a model said there may go by. Raises NoGraphError.
    """
    try:
        return Carried(embedded_graph(data))
    except NoGraphError:
        made = _from_parameters(data, models)
        if made is None:
            raise
        return made


def load(name: str, models: Names = tuple) -> Graph:
    """A graph as it stands in its file; see `read`. Raises Stop, GraphError."""
    from engine.graph import parse

    return parse(read(name, models))


def _from_parameters(data: bytes, models: Names) -> Carried | None:
    from engine.canonical import dumps
    from engine.graph import parse

    from . import a1111

    found = a1111.parse(generation_parameters(data))
    if found is None:
        return None
    doc, notes = a1111.graph_of(found, stock(), models())
    return Carried(dumps(parse(json.dumps(doc))).encode(), tuple(notes))


def _hint(name: str, known: dict[str, Path]) -> str:
    near = get_close_matches(name.removesuffix(".json"), known, n=1)
    if near:
        return f" Did you mean the stock graph '{near[0]}'?"
    is_path = any(mark in name for mark in "/\\.")
    return "" if is_path else f" The stock graphs are {', '.join(known)}."
