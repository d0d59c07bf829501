"""Pictures of a graph that saves none: the command line then saves its public outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.catalogue import Catalogue
from engine.graph import Graph, Node, walk_nodes
from engine.porttypes import PortTypes

SAVER, SHOWER = "SaveImage", "PreviewImage"


def with_savers(graph: Graph, catalogue: Catalogue) -> Graph:
    """A graph that saves nothing gets a SaveImage on each picture among its public outputs."""
    saver = catalogue.declarations.get(SAVER)
    if saver is None or _sinks(graph, catalogue):
        return graph
    wanted = saver.inputs["image"].type
    added = {
        f"save_{name}"[:64]: Node(SAVER, inputs={"image": graph.outputs[name]})
        for name, kind in _output_types(graph, catalogue).items()
        if catalogue.fits(kind, wanted)
    }
    taken = {node_id for node_id, *_ in walk_nodes(graph.nodes)}
    return replace(graph, nodes={**graph.nodes, **_renamed(added, taken)})


def saves(graph: Graph, catalogue: Catalogue) -> bool:
    """Whether a run of the graph may write files."""
    return any(kind != SHOWER for kind in _sinks(graph, catalogue))


def _sinks(graph: Graph, catalogue: Catalogue) -> set[str]:
    """The types of the nodes without outputs."""
    parts = (graph, *graph.definitions.values())
    kinds = {node.type for part in parts for _, node, _ in walk_nodes(part.nodes)}
    declared = catalogue.declarations
    return {kind for kind in kinds if kind in declared and declared[kind].sink}


def _renamed(added: Mapping[str, Node], taken: set[str]) -> dict[str, Node]:
    made = {}
    for node_id, node in added.items():
        while node_id in taken:
            node_id = f"{node_id[:63]}_"
        taken.add(node_id)
        made[node_id] = node
    return made


def _output_types(graph: Graph, catalogue: Catalogue) -> dict[str, str]:
    parts: dict[str, PortTypes] = {}
    for name, definition in graph.definitions.items():
        parts[name] = PortTypes(definition, catalogue, parts)
    types = PortTypes(graph, catalogue, parts)
    kinds = {name: types.wire(wire, "") for name, wire in graph.outputs.items()}
    return {name: kind.name for name, kind in kinds.items() if kind is not None}
