"""Definitions among each other: none contains itself, and what they unfold to has a limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .document import MAX_NESTING, MAX_NODES, STRUCTURAL, Graph, walk_nodes
from .errors import Problem
from .ports import Declaration

Uses = Mapping[str, Mapping[str, int]]


def uses(graph: Graph) -> dict[str, dict[str, int]]:
    """For each definition, and the graph itself (empty name), how often it uses which others."""
    found = {"": _uses(graph, graph)}
    found |= {name: _uses(inner, graph) for name, inner in graph.definitions.items()}
    return found


def _uses(inner: Graph, graph: Graph) -> dict[str, int]:
    counts: dict[str, int] = {}
    for _, node, _ in walk_nodes(inner.nodes):
        if node.type == "Subgraph" and node.graph in graph.definitions:
            counts[node.graph] = counts.get(node.graph, 0) + 1
    return counts


def recursion(found: Uses) -> Iterator[Problem]:
    """Definitions that contain themselves, each with the way round, and too deep a nesting."""
    depth: dict[str, int] = {}
    open_ones: dict[str, Iterator[str]] = {}
    for start in found:
        if start in depth:
            continue
        open_ones[start] = iter(found[start])
        while open_ones:
            name = next(reversed(open_ones))
            inner = next(open_ones[name], None)
            if inner is None:
                open_ones.popitem()
                depth[name] = 1 + max((depth.get(used, 0) for used in found[name]), default=-1)
            elif inner in open_ones:
                path = list(open_ones)
                ring = " -> ".join([*path[path.index(inner) :], inner])
                message = f"A definition cannot contain itself: {ring}."
                yield Problem("recursion", message, f"definitions.{inner}")
            elif inner not in depth:
                open_ones[inner] = iter(found[inner])
    if max(depth.values()) > MAX_NESTING:
        message = f"Definitions stand in each other at most {MAX_NESTING} deep."
        yield Problem("too_deep", message, port="definitions")


def size(graph: Graph, found: Uses) -> Iterator[Problem]:
    """A problem where the unfolded graph has too many nodes. No definition contains itself."""
    sizes: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in sizes:
            nodes = graph.definitions[name].nodes if name else graph.nodes
            own = sum(1 for _ in walk_nodes(nodes))
            sizes[name] = own + sum(count * of(used) for used, count in found[name].items())
        return sizes[name]

    count = of("")
    if count > MAX_NODES:
        shown = f"{count:,}" if count < 10**12 else "more than a million million"
        message = f"The graph has {shown} nodes, subgraphs counted; the limit is {MAX_NODES:,}."
        yield Problem("too_many_nodes", message)


def may_have_sink(graph: Graph, found: Uses, declarations: Mapping[str, Declaration]) -> bool:
    """Whether a node that saves or shows something is run; a node of unknown type may be one."""
    reached: dict[str, None] = {"": None}
    waiting = [""]
    while waiting:
        name = waiting.pop()
        nodes = graph.definitions[name].nodes if name else graph.nodes
        for _, node, _ in walk_nodes(nodes):
            declaration = declarations.get(node.type)
            if declaration.sink if declaration else node.type not in STRUCTURAL:
                return True
        for used in found[name]:
            if used not in reached:
                reached[used] = None
                waiting.append(used)
    return False
