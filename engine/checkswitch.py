"""Checks of Switch and Subgraph: one type for all cases, and a definition's public face."""

from __future__ import annotations

import re

from .checker import Checker, article
from .checkplain import NO_FIELDS, cannot_bypass
from .document import Node
from .errors import some
from .outtypes import NOTHING_KNOWN, Case, OutType, common_type, typed_in
from .plain import Json, shown

SUBGRAPH_FIELDS = frozenset({"graph"})
INTEGER = re.compile(r"0|-?[1-9][0-9]*")


def check_switch(check: Checker, node_id: str, node: Node) -> None:
    """Reports every problem of a Switch."""
    check.foreign_fields(node_id, node, NO_FIELDS)
    cases = []
    for name, wire in node.inputs.items():
        if isinstance(wire, str):
            kind = check.source(wire, check.scope[node_id], node_id, name[:64])
        else:
            check.one_wire(node_id, name[:64], wire)
            kind = NOTHING_KNOWN
        cases.append(Case(name, kind, typed=False))
    for name, value in node.params.items():
        if name not in node.inputs:
            cases.append(Case(name, typed_in(value), typed=True))
    on = next((case for case in cases if case.name == "on"), None)
    wanted, others = common_type(case for case in cases if case.name != "on")
    for case in others:
        message = f"is {article(case.kind.name)}, the other cases are {article(wanted.name)}."
        check.add("port_type_mismatch", message, node_id, case.name[:64])
    names = check.types.cases(node_id)
    if not names:
        check.add("missing_input", "Switch has no cases.", node_id)
    if on is None:
        if not check.may_lack(node_id, "on"):
            message = "Switch needs 'on', which says the case."
            check.add("missing_input", message, node_id, "on")
    elif _on(check, node_id, node, on) and names:
        _names(check, node_id, on.kind, names)
        if on.typed:
            _chosen(check, node_id, node.params["on"], names)
    if node.mode == "bypass":
        cannot_bypass(check, node_id, ["value"])


def _on(check: Checker, node_id: str, node: Node, on: Case) -> bool:
    """Whether `on` is of a type that picks a case."""
    if on.kind.name in {"bool", "int", "str"} or (on.kind == NOTHING_KNOWN and not on.typed):
        return True
    wants = "wants true or false, an integer or a text; this is"
    if on.typed:
        message = f"{wants} {shown(node.params['on'])}."
        check.add("wrong_type", message, node_id, "on")
    else:
        check.add("port_type_mismatch", f"{wants} {article(on.kind.name)}.", node_id, "on")
    return False


def _names(check: Checker, node_id: str, on: OutType, names: list[str]) -> None:
    """Cases that `on` can never pick, and those of true and false that are not there."""
    possible = ["true", "false"] if on.name == "bool" else []
    if on.plain is not None and on.plain.kind == "enum":
        possible = list(on.plain.values)
    for name in names:
        never = bool(possible) and name not in possible
        if name != "default" and (never or (on.name == "int" and not INTEGER.fullmatch(name))):
            texts = some(possible) if possible else "the text of an integer"
            message = f"{shown(name)[9:]} is no case that 'on' can pick: it is {texts}."
            check.add("unknown_input", message, node_id, name[:64], check.hint(name, possible))
    if on.name == "bool" and "default" not in names:
        for name in possible:
            if name not in names and not check.may_lack(node_id, name):
                message = f"Switch has no case '{name}' and no default."
                check.add("missing_input", message, node_id, name)


def _chosen(check: Checker, node_id: str, value: Json, names: list[str]) -> None:
    """A typed `on` that picks nothing. For true and false, `_names` has said so."""
    text = value if isinstance(value, str) else str(int(value))
    if isinstance(value, bool) or text in names or "default" in names or check.is_off(node_id):
        return
    message = f"Switch has no case {shown(text)[9:]}, which 'on' picks, and no default."
    check.add("missing_input", message, node_id, text[:64], check.hint(text, names))


def check_subgraph(check: Checker, node_id: str, node: Node) -> None:
    """Reports every problem of a use of a definition."""
    check.foreign_fields(node_id, node, SUBGRAPH_FIELDS)
    part = check.types.parts.get(node.graph)
    if part is None:
        message = f"There is no definition {shown(node.graph)[9:]}."
        hint = check.hint(node.graph, check.types.parts)
        check.add("unknown_node_type", message, node_id, "graph", hint)
        for name, wire in node.inputs.items():
            check.sources_only(node_id, name[:64], wire)
        return
    for name, value in node.params.items():
        port = part.face(name)
        if name not in part.graph.inputs:
            if name not in node.inputs:
                check.unknown_input(node_id, name)
        elif port is not None and name not in node.inputs:
            check.typed(node_id, port, value)
    for name, wire in node.inputs.items():
        port = part.face(name)
        if name not in part.graph.inputs:
            check.unknown_input(node_id, name)
        elif port is None:
            check.sources_only(node_id, name, wire)
        else:
            check.wired(node_id, port, wire)
    for name in part.graph.inputs:
        port = part.face(name)
        if port and port.required and name not in node.params and name not in node.inputs:
            check.missing(node_id, port)
    if node.mode == "bypass":
        cannot_bypass(check, node_id, check.types.outputs(node_id))
