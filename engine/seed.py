"""The seed that a graph starts from, as people name pictures by it."""

from __future__ import annotations

from .graph import Graph, split_wire, walk_nodes


def seed_of(graph: Graph) -> str:
    """The public input `seed`, else the first `seed` that is typed into a node; empty for none."""
    nodes = {node_id: node for node_id, node, _ in walk_nodes(graph.nodes)}
    public = graph.inputs.get("seed")
    places = [split_wire(wire) for wire in public.to] if public else []
    places += [(node_id, "seed") for node_id in nodes]
    for node_id, name in places:
        node = nodes.get(node_id)
        if node is not None and name in node.params:
            return str(node.params[name])
    return ""
