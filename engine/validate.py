"""Every problem of a graph at once, from the catalogue's data alone.

Works on what `graph.parse` accepted; imports no node and no torch.
"""

from __future__ import annotations

from .catalogue import Catalogue
from .checker import Checker, Lists, of_type
from .checkloops import check_map, check_repeat
from .checkplain import check_plain, newer_version
from .checkswitch import check_subgraph, check_switch
from .cycles import cycles
from .definitions import may_have_sink, recursion, size, uses
from .document import STRUCTURAL, Graph, Node, PublicInput, split_wire
from .errors import Problem
from .porttypes import PortTypes

NO_OUTPUTS = "The graph has no outputs and no node that saves or shows anything."
CHECKS = {
    "Repeat": check_repeat,
    "Map": check_map,
    "Switch": check_switch,
    "Subgraph": check_subgraph,
}


def validate(
    graph: Graph, catalogue: Catalogue, *, lists: Lists | None = None, ready: bool = False
) -> list[Problem]:
    """All problems of a graph, in the author's order; an empty list means it can be planned.

    `lists` are the machine's choices (models, images) by name; without them no entry is missed.
    `ready` asks for a graph whose public inputs are bound: a required one left open is a problem.
    """
    found = uses(graph)
    problems = list(recursion(found))
    if any(problem.code == "too_deep" for problem in problems):
        return problems
    if not problems:
        problems += size(graph, found)
    parts: dict[str, PortTypes] = {}
    for name, definition in graph.definitions.items():
        parts[name] = PortTypes(definition, catalogue, parts)
    for name, part in parts.items():
        inner = _problems(Checker(part, lists, ready=False))
        problems += [_within(name, problem) for problem in inner]
    problems += _problems(Checker(PortTypes(graph, catalogue, parts), lists, ready=ready))
    if not graph.outputs and not may_have_sink(graph, found, catalogue.declarations):
        fix = "Name one under outputs, or add SaveImage."
        problems.append(Problem("no_outputs", NO_OUTPUTS, fix=fix))
    return problems


def _within(name: str, problem: Problem) -> Problem:
    path = f"definitions.{name}" + (f".{problem.path}" if problem.path else "")
    return Problem(problem.code, problem.message, path, problem.port, problem.fix)


def _problems(check: Checker) -> list[Problem]:
    """The problems of one graph or definition."""
    taken: set[tuple[str, str]] = set()
    for name, public in check.types.graph.inputs.items():
        _public_input(check, name, public, taken)
    declarations, seen = check.declarations, check.seen
    for node_id, node in check.nodes.items():
        declaration = declarations.get(node.type)
        if declaration is not None:
            check_plain(check, node_id, node, declaration)
        else:
            _structural(check, node_id, node)
        seen.add(node_id)
    for name, wire in check.types.graph.outputs.items():
        check.source(wire, "", "", name)
    if check.backward:
        check.found.extend(cycles(check.types.scopes))
    return check.found


def _structural(check: Checker, node_id: str, node: Node) -> None:
    for port in node.params.keys() & node.inputs.keys():
        check.twice(node_id, port)
    if node.type in CHECKS:
        if node.v > 1:
            newer_version(check, node_id, node, 1)
        CHECKS[node.type](check, node_id, node)
        return
    known = (*check.declarations, *STRUCTURAL)
    hint = _unloaded(check, node.type) or check.hint(node.type, known)
    check.add("unknown_node_type", f"There is no node type '{node.type[:80]}'.", node_id, fix=hint)
    for port, wire in node.inputs.items():
        check.sources_only(node_id, port[:64], wire)


def _unloaded(check: Checker, type_name: str) -> str:
    """Says it where the type's pack, or a part of it, could not be loaded."""
    name, colon, _ = type_name.partition(":")
    packs = check.types.catalogue.packs if colon else ()
    error = next((pack.error for pack in packs if pack.name == name), "")
    return f"Nodes of pack '{name}' could not be loaded: {error}." if error else ""


def _public_input(
    check: Checker, name: str, public: PublicInput, taken: set[tuple[str, str]]
) -> None:
    known = [_target(check, name, wire, taken) for wire in public.to]
    if all(known) and check.types.face(name) is None:
        ports = [check.types.target(wire) for wire in public.to]
        kinds = " and ".join(dict.fromkeys(of_type(port) for port in ports if port))
        message = f"The targets of the public input '{name}' have no type in common: {kinds}."
        check.add("port_type_mismatch", message, port=name)


def _target(check: Checker, name: str, wire: str, taken: set[tuple[str, str]]) -> bool:
    """Reports what is wrong with one target; whether it is a port of a known type."""
    node_id, port = split_wire(wire)
    node = check.nodes.get(node_id)
    if node is None or not port:
        message = f"The public input '{name}' sets '{wire[:140]}', but there is no such input."
        check.add("dangling_edge", message, port=name, fix=check.hint(node_id, check.nodes))
        return False
    if port in node.inputs or (node_id, port) in taken:
        message = f"is set by the public input '{name}' and by something else as well."
        check.add("input_already_linked", message, node_id, port[:64], "Keep one of them.")
    taken.add((node_id, port))
    if node.type not in check.declarations and node.type not in STRUCTURAL:
        return False
    if check.types.target(wire) is not None:
        return True
    part = check.types.parts.get(node.graph) if node.type == "Subgraph" else None
    if node.type == "Subgraph" and (part is None or port in part.graph.inputs):
        return False  # the definition, or its own public input, is at fault
    known = check.types.inputs(node)
    message = f"The public input '{name}' sets '{wire[:140]}', but '{node_id}' has no such input."
    check.add("unknown_port", message, node_id, port[:64], check.hint(port, known))
    return False
