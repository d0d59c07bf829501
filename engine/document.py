"""The graph file, format 1, as frozen data. Knows neither JSON text nor what a graph means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from .plain import Json

FORMAT = 1
MAX_NODES = 20_000
MAX_NESTING = 32
ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
STRUCTURAL = frozenset({"Repeat", "Map", "Switch", "Subgraph"})
RESERVED = frozenset({"over", "item", "index", "on", "default"})
NONE: Mapping[str, Any] = MappingProxyType({})

Wire = str | tuple[str, ...]


class Node(NamedTuple):
    """One node: typed values in `params`, wires (`node.port`) in `inputs`.

    `body`, `next`, `collect` and `show` belong to Repeat and Map, `graph` to Subgraph.
    """

    type: str
    v: int = 1
    mode: str = ""
    graph: str = ""
    params: Mapping[str, Json] = NONE
    inputs: Mapping[str, Wire] = NONE
    body: Mapping[str, Node] | None = None
    next: Mapping[str, str] = NONE
    collect: Mapping[str, str] = NONE
    show: str = ""


class PublicInput(NamedTuple):
    """A public input: the ports it sets, and how it is presented."""

    to: tuple[str, ...]
    title: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A whole graph file, or one definition in it."""

    nodes: Mapping[str, Node]
    title: str = ""
    about: str = ""
    inputs: Mapping[str, PublicInput] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, Graph] = field(default_factory=dict)
    view: Mapping[str, Json] = field(default_factory=dict)
    origin: str = ""


def walk_nodes(nodes: Mapping[str, Node], scope: str = "") -> Iterator[tuple[str, Node, str]]:
    """Every node with its id and the id of the body it stands in, bodies included."""
    for node_id, node in nodes.items():
        yield node_id, node, scope
        if node.body:
            yield from walk_nodes(node.body, node_id)


def split_wire(wire: str) -> tuple[str, str]:
    """`node.port` taken apart; a text without a dot has an empty port."""
    node_id, _, port = wire.partition(".")
    return node_id, port
