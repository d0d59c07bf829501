"""What a bypassed node passes on: which of its inputs stands for which of its outputs."""

from __future__ import annotations

from collections.abc import Iterable

from .document import Node
from .outtypes import UNKNOWN
from .porttypes import PortTypes
from .scopes import Source


def passed_on(types: PortTypes, node_id: str, port: str) -> str | None:
    """The input that stands for the output `port`; None where there is none.

    A Repeat passes each carried value's start. Any other node passes its first input, in the
    order of its declaration, that has a wire (or a public input) of the output's type.
    """
    node = types.scopes.nodes[node_id]
    if node.type == "Repeat":
        return port if port in node.next else None
    if node.type == "Map":
        return None
    wanted = types.of(Source(node_id, port, "outside"))
    for name in _order(types, node_id, node):
        kind = _kind(types, node_id, node, name)
        if kind and wanted and (kind == wanted.name or UNKNOWN in {kind, wanted.name}):
            return name
    return None


def _order(types: PortTypes, node_id: str, node: Node) -> Iterable[str]:
    if node.type == "Switch":
        return sorted(types.cases(node_id))
    return types.inputs(node) or sorted(node.inputs)


def _kind(types: PortTypes, node_id: str, node: Node, name: str) -> str:
    """The type that comes in at `name` by a wire; empty if nothing does."""
    wire = node.inputs.get(name)
    if isinstance(wire, str):
        kind = types.wire(wire, types.scopes.scope[node_id])
        return kind.name if kind else UNKNOWN
    if wire is None and (node_id, name) in types.public:
        port = types.target(f"{node_id}.{name}")
        return port.type if port else ""
    return ""
