"""Values for a graph's public inputs, and for single params, put where the graph says they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .catalogue import Catalogue
from .errors import GraphError, Problem, nearest
from .graph import Graph, Node, split_wire
from .plain import BadValueError, Json, shown
from .ports import Input
from .porttypes import PortTypes


def faces(graph: Graph, catalogue: Catalogue) -> dict[str, Input]:
    """The public inputs of a graph as ports: type, limits, default."""
    types = _types(graph, catalogue)
    found = {name: types.face(name) for name in graph.inputs}
    return {name: port for name, port in found.items() if port is not None}


def bind(graph: Graph, catalogue: Catalogue, values: Mapping[str, Json]) -> Graph:
    """The graph with public inputs set. Raises GraphError naming every value that does not fit."""
    if not values:
        return graph
    types = _types(graph, catalogue)
    problems: list[Problem] = []
    params: dict[str, dict[str, Json]] = {}
    for name, value in values.items():
        port = types.face(name)
        if name not in graph.inputs or port is None:
            known = ", ".join(graph.inputs) or "none"
            message = f"The graph has no public input '{name}'; it has {known}."
            hint = nearest(name, graph.inputs)
            problems.append(Problem("unknown_input", message, port=name, fix=hint))
            continue
        if port.plain is None:
            message = f"is of type {port.type}, which cannot be given as a value."
            problems.append(Problem("wrong_type", message, port=name))
            continue
        try:
            checked = port.plain.check(value)
        except BadValueError as bad:
            problems.append(Problem(bad.code, bad.message, port=name))
            continue
        for wire in graph.inputs[name].to:
            node_id, target = split_wire(wire)
            params.setdefault(node_id, {})[target] = checked
    if problems:
        raise GraphError(problems)
    return with_params(graph, params)


def with_params(graph: Graph, params: Mapping[str, Mapping[str, Json]]) -> Graph:
    """The graph with typed values set by node id, in bodies too.

    Raises GraphError where there is no such node or a wire is in the way.
    """
    left = dict(params)
    nodes = _set(graph.nodes, left)
    if left:
        known = [node_id for node_id, *_ in _ids(graph.nodes)]
        raise GraphError(
            Problem("unknown_node", f"There is no node '{node_id}'.", fix=nearest(node_id, known))
            for node_id in left
        )
    return replace(graph, nodes=nodes)


def _set(nodes: Mapping[str, Node], left: dict[str, Mapping[str, Json]]) -> dict[str, Node]:
    made = {}
    for node_id, node in nodes.items():
        values = left.pop(node_id, None)
        if values:
            wired = [name for name in values if name in node.inputs]
            if wired:
                message = f"is wired to '{node.inputs[wired[0]]}' and takes no typed value."
                fix = "Remove the wire first."
                raise GraphError([Problem("input_already_linked", message, node_id, wired[0], fix)])
            node = node._replace(params={**node.params, **values})
        if node.body:
            node = node._replace(body=_set(node.body, left))
        made[node_id] = node
    return made


def _ids(nodes: Mapping[str, Node]) -> list[tuple[str, Node]]:
    found = list(nodes.items())
    for node in nodes.values():
        found += _ids(node.body) if node.body else []
    return found


def _types(graph: Graph, catalogue: Catalogue) -> PortTypes:
    parts: dict[str, PortTypes] = {}
    for name, definition in graph.definitions.items():
        parts[name] = PortTypes(definition, catalogue, parts)
    return PortTypes(graph, catalogue, parts)


def values_of(graph: Graph, catalogue: Catalogue) -> dict[str, Json]:
    """The public inputs as the graph has them: typed values and defaults."""
    return {name: port.default for name, port in faces(graph, catalogue).items()}


def describe(port: Input) -> str:
    """A public input in words: type, limits and default."""
    what = port.plain.describe() if port.plain else port.type
    return what if port.required else f"{what}; default {shown(port.default)}"
