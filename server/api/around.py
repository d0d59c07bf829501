"""Which loops stand around each node: their seconds contain those of what is in their bodies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.document import Graph, Node


def seconds_in_all(graph: Graph, running: Iterable[str], seconds: Mapping[str, float]) -> float:
    """What the nodes at the paths `running` take together, each second counted once.

    A node in the body of a loop that counts itself adds nothing; `seconds` may lack paths.
    """
    counted = {path for path in running if path in seconds}
    around = dict(_around(graph))
    outermost = (path for path in counted if counted.isdisjoint(around.get(path, ())))
    return sum(seconds[path] for path in outermost)


def _around(graph: Graph) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The path of each node, those of subgraphs included, with the paths of the loops around it."""
    waiting: list[tuple[str, Mapping[str, Node], tuple[str, ...]]] = [("", graph.nodes, ())]
    while waiting:
        prefix, nodes, loops = waiting.pop()
        for name, node in nodes.items():
            path = prefix + name
            yield path, loops
            if node.body is not None:
                waiting.append((prefix, node.body, (*loops, path)))
            part = graph.definitions.get(node.graph) if node.type == "Subgraph" else None
            if part is not None:
                waiting.append((f"{path}/", part.nodes, loops))
