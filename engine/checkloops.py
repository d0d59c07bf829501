"""Checks of Repeat and Map: what they go over, what they carry, what leaves their bodies."""

from __future__ import annotations

from .checker import Checker, article
from .checkplain import cannot_bypass
from .document import ID, RESERVED, Node
from .outtypes import NOTHING_KNOWN, UNKNOWN, OutType, typed_in
from .plain import Json, shown
from .ports import sequence_of
from .scopes import Source
from .structural import MAX_TURNS

REPEAT_FIELDS = frozenset({"body", "next", "collect", "show"})
MAP_FIELDS = frozenset({"body", "collect"})


def check_repeat(check: Checker, node_id: str, node: Node) -> None:
    """Reports every problem of a Repeat itself; its body's nodes are checked as all others."""
    check.foreign_fields(node_id, node, REPEAT_FIELDS)
    _over(check, node_id, node)
    public = [port for target, port in check.types.public if target == node_id]
    carried = dict.fromkeys((*node.inputs, *node.params, *public))
    carried.pop("over", None)
    for name in carried:
        _carried(check, node_id, node, name)
    for name, wire in node.next.items():
        after = check.body_source(wire, node_id, name)
        if name in carried:
            _goes_on(check, node_id, node, name, after)
        elif name in RESERVED:
            check.add("bad_id", f"'{name}' is reserved.", node_id, name)
        elif not check.is_off(node_id):
            message = f"`next` sets '{name}', which has no initial value."
            fix = check.hint(name, carried) or "Wire one under inputs."
            check.add("missing_input", message, node_id, name, fix)
    _body(check, node_id, node)
    if node.show:
        check.body_source(node.show, node_id, "show")
    if node.mode == "bypass":
        cannot_bypass(check, node_id, list(node.collect))


def check_map(check: Checker, node_id: str, node: Node) -> None:
    """Reports every problem of a Map itself."""
    check.foreign_fields(node_id, node, MAP_FIELDS)
    _over(check, node_id, node)
    for name in dict.fromkeys((*node.inputs, *node.params)):
        if name != "over":
            check.unknown_input(node_id, name)
    _body(check, node_id, node)
    if node.mode == "bypass":
        cannot_bypass(check, node_id, list(node.collect))


def _over(check: Checker, node_id: str, node: Node) -> None:
    wire = node.inputs.get("over")
    if isinstance(wire, str):
        kind = check.source(wire, check.scope[node_id], node_id, "over")
        if kind.name not in {UNKNOWN, "int"} and not sequence_of(kind.name):
            message = f"wants an integer or a sequence, '{wire}' is {article(kind.name)}."
            check.add("port_type_mismatch", message, node_id, "over")
    elif wire is not None:
        check.one_wire(node_id, "over", wire)
    elif "over" in node.params:
        _typed_over(check, node_id, node.params["over"])
    elif not check.may_lack(node_id, "over"):
        message = f"{node.type} needs 'over', an integer or a sequence."
        check.add("missing_input", message, node_id, "over")


def _typed_over(check: Checker, node_id: str, over: Json) -> None:
    count = len(over) if isinstance(over, list | tuple) else over
    if isinstance(count, float) and count.is_integer():
        count = int(count)
    if type(count) is not int:
        message = f"wants an integer or a list, this is {shown(over)}."
        check.add("wrong_type", message, node_id, "over")
    elif not 0 <= count <= MAX_TURNS:
        message = f"wants 0 to {MAX_TURNS:,} turns, this is {shown(count)}."
        check.add("out_of_range", message, node_id, "over")
    elif isinstance(over, list | tuple) and over and typed_in(over) == NOTHING_KNOWN:
        check.add("wrong_type", "wants items of one plain type.", node_id, "over")


def _carried(check: Checker, node_id: str, node: Node, name: str) -> None:
    if name in RESERVED or not ID.fullmatch(name):
        message = f"{shown(name)[9:]} cannot be a carried value's name."
        check.add("bad_id", message, node_id, name[:64])
    elif name not in node.next:
        message = "is carried by the Repeat, but `next` does not say its next value."
        check.add("missing_input", message, node_id, name, f'Add "{name}" under next.')
    elif not (name in node.inputs or name in node.params or check.may_lack(node_id, name)):
        check.add("missing_input", "has no initial value.", node_id, name)
    wire = node.inputs.get(name)
    if isinstance(wire, str):
        check.source(wire, check.scope[node_id], node_id, name[:64])
    elif wire is not None:
        check.one_wire(node_id, name[:64], wire)


def _goes_on(check: Checker, node_id: str, node: Node, name: str, after: OutType) -> None:
    before = check.types.of(Source(node_id, name, "inside")) or NOTHING_KNOWN
    if UNKNOWN in {after.name, before.name}:
        return
    if not check.types.catalogue.fits(after.name, before.name):
        message = f"starts as {article(before.name)}, but `next` gives {article(after.name)}."
        check.add("port_type_mismatch", message, node_id, name)


def _body(check: Checker, node_id: str, node: Node) -> None:
    if not node.body:
        check.add("empty_graph", f"{node.type} has no body.", node_id, "body")
    for name, wire in node.collect.items():
        if name in RESERVED:
            check.add("bad_id", f"'{name}' is reserved.", node_id, name)
        elif name in node.next:
            check.add("bad_id", f"the name '{name}' is taken by `next`.", node_id, name)
        check.body_source(wire, node_id, name)
