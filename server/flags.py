"""The part of `--help` that a graph brings: a flag for each public input."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import source, workplace
from .exits import Stop
from .settings import settings_of

if TYPE_CHECKING:
    from engine.catalogue import Catalogue
    from engine.graph import Graph
    from engine.ports import Input

INDENT = 26


def flag_help(options: Namespace) -> str:
    """Flags, types, limits and defaults of a graph's inputs; a sentence where it is unreadable."""
    from engine.errors import GraphError
    from engine.migrate import migrate

    try:
        found = workplace.catalogue(settings_of(options))
        graph = migrate(source.load(options.file), found)
    except (Stop, GraphError) as error:
        return f"inputs of {options.file}: {str(error).splitlines()[0]}\n"
    return flag_table(options.file, graph, found)


def flag_table(name: str, graph: Graph, catalogue: Catalogue) -> str:
    """A line for each public input of the graph."""
    rows = "".join(map(_row, help_rows(graph, catalogue)))
    return f"inputs of {name}:\n{rows or '  none'}\n"


def help_rows(graph: Graph, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Flag and explanation of every public input."""
    from engine.bind import faces
    from server.words import input_in_words

    ports = faces(graph, catalogue)
    for name, public in graph.inputs.items():
        flag = f"--{name.replace('_', '-')} {_metavar(ports.get(name))}"
        about = ". ".join(part for part in (public.title, public.about) if part)
        kind = f"({input_in_words(ports[name])})" if name in ports else ""
        yield flag, f"{about} {kind}".strip()


def _metavar(port: Input | None) -> str:
    if port is None or port.plain is None:
        return "VALUE"
    if port.widget is not None and port.widget.kind == "image":
        return "FILE"
    kinds = {"int": "INT", "float": "NUMBER", "str": "TEXT", "bool": "true|false", "enum": "NAME"}
    return kinds.get(port.plain.kind, "JSON")


def _row(row: tuple[str, str]) -> str:
    flag, about = row
    head = f"  {flag}"
    gap = "\n" + " " * INDENT if len(head) >= INDENT - 1 else " " * (INDENT - len(head))
    return f"{head}{gap}{about}\n"
