"""A graph as an outline that a person reads: what feeds what, bodies indented."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from engine.graph import Graph, Node

STEP = "  "
MODES = {"mute": "(muted)", "bypass": "(bypassed)"}


def outline(graph: Graph) -> Iterator[str]:
    """Title, public face, nodes, definitions."""
    yield graph.title or "(untitled)"
    if graph.about:
        yield graph.about
    yield from _face(graph, "")
    yield ""
    yield from _nodes(graph.nodes, "")
    for name, part in graph.definitions.items():
        yield ""
        yield f"definition {name}" + (f": {part.title}" if part.title else "")
        yield from _face(part, STEP)
        yield from _nodes(part.nodes, STEP)


def _face(graph: Graph, indent: str) -> Iterator[str]:
    for name, public in graph.inputs.items():
        yield f"{indent}input  {name} -> {', '.join(public.to)}"
    for name, wire in graph.outputs.items():
        yield f"{indent}output {name} <- {wire}"


def _nodes(nodes: Mapping[str, Node], indent: str) -> Iterator[str]:
    for node_id, node in nodes.items():
        notes = (node.graph, MODES.get(node.mode, ""))
        yield " ".join(part for part in (f"{indent}{node_id}: {node.type}", *notes) if part)
        for name, value in node.params.items():
            yield f"{indent}{STEP}{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, wire in node.inputs.items():
            yield f"{indent}{STEP}{name} <- {wire if isinstance(wire, str) else ', '.join(wire)}"
        if node.body:
            yield f"{indent}{STEP}each turn:"
            yield from _nodes(node.body, indent + 2 * STEP)
        for word, wires in (("next", node.next), ("collect", node.collect)):
            for name, wire in wires.items():
                yield f"{indent}{STEP}{word} {name} <- {wire}"
        if node.show:
            yield f"{indent}{STEP}show <- {node.show}"
