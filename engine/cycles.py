"""Cycles among the nodes of each body, with the path that closes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from .document import Node, split_wire
from .errors import Problem
from .scopes import Scopes

Readers = Mapping[str, Mapping[str, None]]


def cycles(scopes: Scopes) -> Iterator[Problem]:
    """One problem a knot of nodes that all need each other, with a shortest way around it.

    The way begins at the node that comes first in the file.
    """
    import networkx  # only a graph that has a cycle, or is written backwards, pays for it

    order = {node_id: place for place, node_id in enumerate(scopes.nodes)}
    readers = _readers(scopes)
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_edges_from((one, other) for one, others in readers.items() for other in others)
    knots = [
        sorted(part, key=order.__getitem__)
        for part in networkx.strongly_connected_components(graph)
        if len(part) > 1 or any(node in readers[node] for node in part if node in readers)
    ]
    for knot in sorted(knots, key=lambda part: order[part[0]]):
        path = " -> ".join(_around(knot[0], readers))
        yield Problem(
            "cycle",
            f"The wires go in a circle: {path}.",
            knot[0],
            fix="Cut one of these wires, or carry the value through a Repeat.",
        )


def _around(start: str, readers: Readers) -> list[str]:
    """The ids on a shortest cycle through `start`, from it back to it."""
    came: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for reader in readers.get(node, ()):
            if reader == start:
                path = [start, node]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return list(reversed(path)) if node != start else [start, start]
            if reader not in came:
                came[reader] = node
                waiting.append(reader)
    raise AssertionError(f"'{start}' is on no cycle")


def _readers(scopes: Scopes) -> dict[str, dict[str, None]]:
    """For each node those of the same body that read it, themselves or from within."""
    readers: dict[str, dict[str, None]] = {}
    for node_id, node in scopes.nodes.items():
        for wire in node.inputs.values():
            for one in (wire,) if isinstance(wire, str) else wire:
                _add(readers, scopes, node_id, one)
        for one in _from_body(node):
            source = split_wire(one)[0]
            if source != node_id and scopes.scope.get(source) != node_id:
                _add(readers, scopes, node_id, one)
    return readers


def _from_body(node: Node) -> Iterable[str]:
    """The wires that a loop reads in its body, which may come from around it as well."""
    match node.type:
        case "Repeat":
            return (*node.next.values(), *node.collect.values(), node.show)
        case "Map":
            return node.collect.values()
    return ()


def _add(readers: dict[str, dict[str, None]], scopes: Scopes, reader: str, wire: str) -> None:
    source, port = split_wire(wire)
    home = scopes.scope.get(source)
    if home is None or not port:
        return
    lifted = reader
    while scopes.scope[lifted] != home:
        lifted = scopes.scope[lifted]
        if not lifted:
            return  # the source is inside a body that the reader cannot see
    if lifted != source or lifted == reader:
        readers.setdefault(source, {})[lifted] = None
