"""Older graphs brought up to date: nodes of an older version, inputs that were renamed.

Works from the catalogue's data alone. A version newer than the catalogue's is `validate`'s to
report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from .catalogue import Catalogue
from .document import Graph, Node, PublicInput, split_wire, walk_nodes
from .ports import Declaration

T = TypeVar("T")


def migrate(graph: Graph, catalogue: Catalogue) -> Graph:
    """The same graph with every known node at its declaration's version."""
    nodes = _nodes(graph.nodes, catalogue)
    definitions = {name: migrate(inner, catalogue) for name, inner in graph.definitions.items()}
    changed = any(definitions[name] is not graph.definitions[name] for name in definitions)
    inputs = _inputs(graph, catalogue)
    if nodes is graph.nodes and inputs is graph.inputs and not changed:
        return graph
    return replace(graph, nodes=nodes, inputs=inputs, definitions=definitions)


def _nodes(nodes: Mapping[str, Node], catalogue: Catalogue) -> Mapping[str, Node]:
    made = {node_id: _node(node, catalogue) for node_id, node in nodes.items()}
    same = all(made[node_id] is node for node_id, node in nodes.items())
    return nodes if same else made


def _node(node: Node, catalogue: Catalogue) -> Node:
    if node.body is not None:
        body = _nodes(node.body, catalogue)
        return node if body is node.body else node._replace(body=body)
    declaration = catalogue.declarations.get(node.type)
    if declaration is None or (node.v >= declaration.version and not declaration.renamed):
        return node
    inputs = _renamed(node.inputs, node, declaration)
    params = _renamed(node.params, node, declaration)
    for version in sorted(declaration.upgrade):
        if version > node.v:
            given = {k: v for k, v in declaration.upgrade[version].items() if k not in inputs}
            params = {**given, **params}
    if params == node.params and inputs == node.inputs and node.v >= declaration.version:
        return node
    return node._replace(params=params, inputs=inputs, v=max(node.v, declaration.version))


def _renamed(ports: Mapping[str, T], node: Node, declaration: Declaration) -> dict[str, T]:
    return {_new_name(name, node, declaration): value for name, value in ports.items()}


def _new_name(name: str, node: Node, declaration: Declaration) -> str:
    """The name an input has today. An old name stays, to be reported, where both are given."""
    new = declaration.renamed.get(name, name)
    if name in declaration.inputs or new in node.params or new in node.inputs:
        return name
    return new


def _inputs(graph: Graph, catalogue: Catalogue) -> Mapping[str, PublicInput]:
    """The public inputs, aimed at the ports' names of today."""
    if not graph.inputs:
        return graph.inputs
    nodes = {node_id: node for node_id, node, _ in walk_nodes(graph.nodes)}

    def renamed(wire: str) -> str:
        node_id, port = split_wire(wire)
        declaration = catalogue.declarations.get(nodes[node_id].type) if node_id in nodes else None
        if declaration is None or port in declaration.inputs:
            return wire
        return f"{node_id}.{declaration.renamed.get(port, port)}"

    made = {
        name: public._replace(to=tuple(renamed(wire) for wire in public.to))
        for name, public in graph.inputs.items()
    }
    return graph.inputs if made == graph.inputs else made
