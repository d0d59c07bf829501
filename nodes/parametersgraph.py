"""A graph's JSON as one flat set of nodes: bodies opened, Subgraphs replaced by what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Any
Node = dict[str, Json]
DEEPEST = 64


class Flat:
    """Nodes by path (`sampler/predict`), their wires by path as well."""

    def __init__(self, graph: Mapping[str, Json]) -> None:
        self.nodes: dict[str, Node] = {}
        self._add(graph, graph.get("definitions", {}), "")

    def all(self, kind: str) -> Iterator[Node]:
        """The nodes of a type, in the file's order."""
        return (node for node in self.nodes.values() if node.get("type") == kind)

    def upstream(self, node: Node, port: str, kind: str, along: str) -> Node | None:
        """The node of a type that is wired to a port, at once or along inputs of one name."""
        for _ in range(DEEPEST):
            wire = node.get("inputs", {}).get(port, "")
            path, _, out = wire.partition(".") if isinstance(wire, str) else ("", "", "")
            found = self.nodes.get(path)
            if found is None or found.get("type") == kind:
                return found
            inside = found.get("type") == "Subgraph"
            node, port = (found["out"], out) if inside else (found, along)
        return None

    def _add(self, graph: Mapping[str, Json], parts: Mapping[str, Json], prefix: str) -> None:
        for node_id, node in _opened(graph.get("nodes", {})):
            wires = {port: _within(wire, prefix) for port, wire in node.get("inputs", {}).items()}
            path = prefix + node_id
            self.nodes[path] = {**node, "inputs": wires, "params": dict(node.get("params", {}))}
            part = parts.get(node.get("graph", ""))
            if node.get("type") == "Subgraph" and part and path.count("/") < DEEPEST:
                self._add(part, parts, f"{path}/")
                self._fill(path, part)

    def _fill(self, path: str, part: Mapping[str, Json]) -> None:
        """What is typed and wired into a Subgraph, at the places that its part leads it to."""
        outer = self.nodes[path]
        outputs = part.get("outputs", {}).items()
        outer["out"] = {"inputs": {name: _within(wire, f"{path}/") for name, wire in outputs}}
        for field in ("params", "inputs"):
            for name, value in outer[field].items():
                for place in part.get("inputs", {}).get(name, {}).get("to", []):
                    node_id, _, port = place.partition(".")
                    if inner := self.nodes.get(f"{path}/{node_id}"):
                        inner["params"].pop(port, None)
                        inner[field][port] = value


def _opened(nodes: Mapping[str, Json]) -> Iterator[tuple[str, Node]]:
    for node_id, node in nodes.items():
        yield node_id, node
        yield from _opened(node.get("body", {}))


def _within(wire: Json, prefix: str) -> Json:
    return [prefix + each for each in wire] if isinstance(wire, list) else prefix + str(wire)
