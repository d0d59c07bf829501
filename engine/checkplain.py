"""Checks of a declared node: its params, wires, required inputs, products and bypass."""

from __future__ import annotations

import math

from .bypass import passed_on
from .checker import Checker
from .document import Node
from .plain import Json
from .ports import Declaration

NO_FIELDS: frozenset[str] = frozenset()
BODY = Node._fields.index("body")
NO_BODY = Node("")[BODY:]


def check_plain(check: Checker, node_id: str, node: Node, declaration: Declaration) -> None:
    """Reports every problem of one declared node."""
    ports, params, inputs = declaration.inputs, node.params, node.inputs
    for name, value in params.items():
        port = ports.get(name)
        if port is None:
            if name not in inputs:
                check.unknown_input(node_id, name)
        elif name in inputs:
            check.twice(node_id, name)
        else:
            check.typed(node_id, port, value)
    for name, wire in inputs.items():
        port = ports.get(name)
        if port is None:
            check.unknown_input(node_id, name)
        else:
            check.wired(node_id, port, wire)
    for name in check.required(declaration):
        if name not in inputs and name not in params:
            check.missing(node_id, ports[name])
    if node.graph or node[BODY:] != NO_BODY:
        check.foreign_fields(node_id, node, NO_FIELDS)
    if node.v > declaration.version:
        newer_version(check, node_id, node, declaration.version)
    if declaration.products:
        _products(check, node_id, node, declaration)
    if node.mode == "bypass":
        cannot_bypass(check, node_id, list(declaration.outputs))


def newer_version(check: Checker, node_id: str, node: Node, installed: int) -> None:
    """Reports a node saved by a version that is not installed."""
    message = f"was saved by version {node.v} of {node.type}; the one installed is {installed}."
    check.add("unsupported_version", message, node_id, fix="Update the pack.")


def cannot_bypass(check: Checker, node_id: str, outputs: list[str]) -> None:
    """Reports the outputs for which a bypassed node has nothing to pass on."""
    for port in outputs:
        if passed_on(check.types, node_id, port) is None:
            kind = check.nodes[node_id].type
            message = f"is bypassed, but nothing wired to {kind} can stand for '{port}'."
            check.add("cannot_bypass", message, node_id, port, "Mute it instead.")


def _products(check: Checker, node_id: str, node: Node, declaration: Declaration) -> None:
    for product in declaration.products:
        total = 1
        for name in product.names:
            if name not in node.inputs:
                value = node.params.get(name, declaration.inputs[name].default)
                total *= _factor(value)
        if total > product.at_most:
            names = " * ".join(product.names)
            message = f"{names} is {total:,} {product.unit}; the limit is {product.at_most:,}."
            check.add("out_of_range", message, node_id, product.names[0])


def _factor(value: Json) -> int:
    """A value's part in a product; what is no positive number is reported elsewhere."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 1
    return int(value) if 1 <= value < math.inf else 1
