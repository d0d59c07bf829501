"""Older graphs brought up to date: nodes of an older version, inputs that were renamed.

Works from the catalogue's data alone. A newer version than the catalogue's is `validate`'s to report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .catalogue import Catalogue
from .graph import Graph, Node, split_wire
from .ports import Declaration


def migrate(graph: Graph, catalogue: Catalogue) -> Graph:
    """The same graph with every known node at its declaration's version."""
    nodes = _nodes(graph.nodes, catalogue)
    definitions = {name: migrate(inner, catalogue) for name, inner in graph.definitions.items()}
    changed = any(definitions[name] is not graph.definitions[name] for name in definitions)
    if nodes is graph.nodes and not changed:
        return graph
    inputs = {
        name: public._replace(
            to=tuple(_renamed_target(wire, nodes, catalogue) for wire in public.to)
        )
        for name, public in graph.inputs.items()
    }
    return replace(graph, nodes=nodes, inputs=inputs, definitions=definitions)


def _nodes(nodes: Mapping[str, Node], catalogue: Catalogue) -> Mapping[str, Node]:
    changed: dict[str, Node] = {}
    for node_id, node in nodes.items():
        found = _node(node, catalogue)
        if found is not node:
            changed[node_id] = found
    return (
        {node_id: changed.get(node_id, node) for node_id, node in nodes.items()}
        if changed
        else nodes
    )


def _node(node: Node, catalogue: Catalogue) -> Node:
    if node.body is not None:
        body = _nodes(node.body, catalogue)
        return node if body is node.body else node._replace(body=body)
    declaration = catalogue.declarations.get(node.type)
    if declaration is None or (declaration.version <= node.v and not declaration.renamed):
        return node
    params = _renamed(node.params, declaration)
    for version in sorted(declaration.upgrade):
        if version > node.v:
            params = {**declaration.upgrade[version], **params}
    inputs = _renamed(node.inputs, declaration)
    params = {name: value for name, value in params.items() if name not in inputs}
    if params == node.params and inputs == node.inputs and node.v >= declaration.version:
        return node
    return node._replace(params=params, inputs=inputs, v=max(node.v, declaration.version))


def _renamed(ports: Mapping[str, object], declaration: Declaration) -> dict[str, object]:
    return {
        declaration.renamed.get(name, name) if name not in declaration.inputs else name: value
        for name, value in ports.items()
    }


def _renamed_target(wire: str, nodes: Mapping[str, Node], catalogue: Catalogue) -> str:
    node_id, port = split_wire(wire)
    node = _find(nodes, node_id)
    declaration = catalogue.declarations.get(node.type) if node else None
    if declaration is None or port in declaration.inputs:
        return wire
    return f"{node_id}.{declaration.renamed.get(port, port)}"


def _find(nodes: Mapping[str, Node], node_id: str) -> Node | None:
    for name, node in nodes.items():
        if name == node_id:
            return node
        inner = _find(node.body, node_id) if node.body else None
        if inner is not None:
            return inner
    return None
