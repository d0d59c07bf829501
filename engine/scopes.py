"""Who sees whom: the nodes of one graph by id, and what a wire stands for where it is read.

A body sees its own nodes and those around it; nobody sees into a body but by its node's ports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from .document import Graph, Node, split_wire, walk_nodes
from .errors import Problem

View = Literal["inside", "outside"]


class Source(NamedTuple):
    """Where a wire comes from: a node's port, seen from `inside` its body or from outside."""

    node: str
    port: str
    view: View


class Scopes:
    """The nodes of a graph, bodies included, with the body each stands in (empty at the top)."""

    def __init__(self, graph: Graph) -> None:
        self.nodes: dict[str, Node] = {}
        self.scope: dict[str, str] = {}
        for node_id, node, scope in walk_nodes(graph.nodes):
            self.nodes[node_id] = node
            self.scope[node_id] = scope

    def enclosing(self, scope: str) -> Iterator[str]:
        """The bodies around a reader in `scope`, innermost first, the top (empty) last."""
        while scope:
            yield scope
            scope = self.scope[scope]
        yield ""

    def resolve(self, wire: str, scope: str) -> Source | Problem:
        """What `wire` means to a reader in `scope`; a Problem without a place if nothing."""
        node_id, port = split_wire(wire)
        home = self.scope.get(node_id)
        if home is None or not port:
            return _dangling(wire, node_id, port)
        if home == scope:
            return Source(node_id, port, "outside")
        around = list(self.enclosing(scope))
        if node_id in around:
            return Source(node_id, port, "inside")
        if home in around:
            return Source(node_id, port, "outside")
        return Problem(
            "leaves_body",
            f"'{wire[:140]}' is inside the body of '{home}', which only its own nodes can see.",
            fix=f"Take it out through `next` or `collect` of '{home}'.",
        )


def _dangling(wire: str, node_id: str, port: str) -> Problem:
    if not port:
        return Problem("bad_wire", f"the wire '{wire[:80]}' is not of the form node.port.")
    message = f"is wired to '{wire[:80]}', but there is no node '{node_id[:64]}'."
    return Problem("dangling_edge", message)
