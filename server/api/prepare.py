"""From what a client asked to runs that a worker can run: read, spread over lists, checked.

Pure but for the uploads it looks up, so it runs in a thread where a graph is large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.bind import bind, faces
from engine.canonical import dumps
from engine.catalogue import Catalogue
from engine.document import Graph, walk_nodes
from engine.errors import GraphError, Problem, nearest
from engine.files import brief
from engine.graph import from_json, parse
from engine.migrate import migrate
from engine.plain import MAX_INT
from engine.planner import plan
from engine.ports import Input
from engine.validate import validate
from server.missing import missing_uploads
from server.runs.record import Asked

from .shelf import Lists

Json = Any
MAX_CHECKED = 200_000
"""Nodes times runs of one submission: each run is checked with its own values."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a graph is checked against. `has_upload` says whether a hash is kept here."""

    catalogue: Catalogue
    lists: Lists
    has_upload: Callable[[str], bool] = field(default=lambda hash: True)


@dataclass(frozen=True, slots=True)
class Wish:
    """A submission: one graph, and values of which some may be lists to be spread."""

    graph: Graph
    inputs: Mapping[str, Json]
    want: Sequence[str] | None = None
    name: str | None = None
    version: int | None = None
    count: int = 1
    priority: int = 0
    webhook: str | None = None


def read_graph(raw: Json, catalogue: Catalogue) -> Graph:
    """A parsed body's graph, brought up to date. Raises GraphError."""
    return migrate(from_json(raw), catalogue)


def read_text(text: str, catalogue: Catalogue) -> Graph:
    """A kept graph, brought up to date. Raises GraphError."""
    return migrate(parse(text), catalogue)


def asked(wish: Wish, ground: Ground, at_most: int) -> list[Asked]:
    """The runs of a submission, each checked with its values. Raises GraphError."""
    ports = faces(wish.graph, ground.catalogue)
    items = list(spread(wish.inputs, ports, at_most))
    _affordable(wish.graph, len(items) * wish.count, at_most)
    text = dumps(wish.graph)
    made = []
    for inputs in items:
        check(wish.graph, inputs, wish.want, ground)
        for values in repeated(inputs, ports, wish.graph, wish.count):
            made.append(
                Asked(
                    graph=text,
                    inputs=values,
                    want=None if wish.want is None else tuple(wish.want),
                    title=wish.graph.title,
                    name=wish.name,
                    version=wish.version,
                    priority=wish.priority,
                    webhook=wish.webhook,
                )
            )
    return made


def check(
    graph: Graph, inputs: Mapping[str, Json], want: Sequence[str] | None, ground: Ground
) -> Graph:
    """The graph with its values, ready to run. Raises GraphError with every problem."""
    bound = bind(graph, ground.catalogue, inputs)
    problems = validate(bound, ground.catalogue, lists=ground.lists, ready=True)
    problems += _missing_uploads(bound, ground)
    if not problems and want is not None:
        problems += _unwanted(bound, want, ground.catalogue)
    if problems:
        raise GraphError(problems)
    return bound


def spread(
    inputs: Mapping[str, Json], ports: Mapping[str, Input], at_most: int
) -> Iterator[dict[str, Json]]:
    """The values of each run: lists for inputs that take none are taken item by item.

    Several such lists go together, first with first; they must be of one length.
    """
    lists = {name: value for name, value in inputs.items() if _is_spread(value, ports.get(name))}
    sizes = {name: len(value) for name, value in lists.items()}
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        message = f"Lists that make one run an item must be equally long: {said}."
        raise GraphError([Problem("unequal_lists", message, port=name) for name in sizes])
    count = next(iter(sizes.values()), 1)
    for name in lists:
        if not 1 <= count <= at_most:
            message = f"takes 1 to {at_most} items for as many runs, this has {count}."
            raise GraphError([Problem("out_of_range", message, port=name)])
    for index in range(count):
        yield {**inputs, **{name: value[index] for name, value in lists.items()}}


def _is_spread(value: Json, port: Input | None) -> bool:
    takes_list = port is not None and port.plain is not None and port.plain.kind == "list"
    return isinstance(value, list) and port is not None and not takes_list


def repeated(
    inputs: dict[str, Json], ports: Mapping[str, Input], graph: Graph, count: int
) -> Iterator[dict[str, Json]]:
    """The values `count` times, each time with the next seed where the graph has a public one."""
    given = {name: inputs.get(name, port.default) for name, port in ports.items() if _seed(port)}
    seeds = {name: int(value) for name, value in given.items() if value is not None}
    for turn in range(count):
        yield {
            **inputs,
            **{name: (seed + turn) % (MAX_INT + 1) for name, seed in seeds.items() if turn},
        }


def _seed(port: Input) -> bool:
    return port.widget is not None and port.widget.kind == "seed"


def _affordable(graph: Graph, runs: int, at_most: int) -> None:
    if runs > at_most:
        message = f"A submission makes at most {at_most} runs, this would make {runs}."
        raise GraphError([Problem("out_of_range", message, port="count")])
    nodes = sum(1 for _ in walk_nodes(graph.nodes))
    if nodes * runs > MAX_CHECKED:
        message = f"{runs} runs of {nodes:,} nodes are too many at once; submit fewer runs."
        raise GraphError([Problem("too_many_nodes", message)])


def _missing_uploads(graph: Graph, ground: Ground) -> Iterator[Problem]:
    """A problem for each upload that a node names and that is not kept here."""
    for node_id, port, name in missing_uploads(graph, ground.catalogue, ground.has_upload):
        message = f"The upload '{brief(name)}' is not kept on this server."
        fix = "Send the file to /api/uploads first."
        yield Problem("unknown_upload", message, node_id, port, fix)


def _unwanted(graph: Graph, want: Sequence[str], catalogue: Catalogue) -> list[Problem]:
    """What is wanted and is not there."""
    try:
        plan(graph, catalogue, want)
    except KeyError as missing:
        name = str(missing.args[0])
        message = f"There is no output, sink or value '{name[:140]}' to want."
        return [Problem("unknown_port", message, fix=nearest(name, graph.outputs))]
    return []
