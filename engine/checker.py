"""What the checks of all kinds of nodes share: reporting, wires, typed values, missing inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .checkchoice import check_choice
from .document import STRUCTURAL, Node, Wire
from .errors import Problem, nearest, some
from .outtypes import NOTHING_KNOWN, UNKNOWN, OutType
from .plain import BadValueError, Json, shown
from .ports import Declaration, Input, sequence_of
from .porttypes import PortTypes
from .scopes import Source

Lists = Mapping[str, Sequence[str]]
HINT_BUDGET = 50_000
"""Names compared for hints in one graph: thousands of mistakes need no thousands of hints."""


class Checker:
    """The state of checking one graph or definition.

    `seen` are the nodes checked so far; `backward` is set by a wire from one that was not, without
    which there is no cycle.
    """

    def __init__(self, types: PortTypes, lists: Lists | None, *, ready: bool) -> None:
        self.types = types
        self.nodes = types.scopes.nodes
        self.scope = types.scopes.scope
        self.declarations = types.catalogue.declarations
        self.lists = lists
        self.ready = ready
        self.found: list[Problem] = []
        self.seen: set[str] = set()
        self.backward = False
        self._hints = HINT_BUDGET
        self._required: dict[str, tuple[str, ...]] = {}
        self._offers: dict[str, dict[str, str]] = {}

    def add(self, code: str, message: str, path: str = "", port: str = "", fix: str = "") -> None:
        self.found.append(Problem(code, message, path, port, fix))

    def hint(self, name: str, known: Iterable[str]) -> str:
        """The nearest of the known names, while hints are still affordable."""
        names = list(known)
        self._hints -= len(names)
        return nearest(name[:80], names) if self._hints > 0 else ""

    def is_off(self, node_id: str) -> bool:
        """Whether a node, or a body around it, is muted or bypassed: then it may lack inputs."""
        while node_id:
            if self.nodes[node_id].mode:
                return True
            node_id = self.scope[node_id]
        return False

    # Wires.

    def source(self, wire: str, scope: str, path: str, port: str) -> OutType:
        """The type a wire brings; what is wrong with it is reported at `path`.`port`."""
        source = self.types.scopes.resolve(wire, scope)
        if isinstance(source, Problem):
            fix = source.fix
            if source.code == "dangling_edge":
                fix = self.hint(wire.partition(".")[0], self.nodes)
            self.add(source.code, source.message, path, port, fix)
            return NOTHING_KNOWN
        if source.view == "outside" and source.node not in self.seen:
            self.backward = True
        kind = self.types.of(source)
        if kind is None:
            self._unknown_port(wire, source, path, port)
            return NOTHING_KNOWN
        return kind

    def body_source(self, wire: str, node_id: str, port: str) -> OutType:
        """As `source`, for a wire that a loop reads in its own body: those close no cycle."""
        backward = self.backward
        kind = self.source(wire, node_id, node_id, port)
        if self.scope.get(wire.partition(".")[0]) == node_id:
            self.backward = backward
        return kind

    def _unknown_port(self, wire: str, source: Source, path: str, port: str) -> None:
        node = self.nodes[source.node]
        known = self.types.outputs(source.node)
        if source.view == "inside":
            known = [*node.next, "item", "index"]
        elif source.port in {"item", "index"} and node.type in {"Repeat", "Map"}:
            message = f"'{wire}' exists only inside the body of '{source.node}'."
            self.add("leaves_body", message, path, port)
            return
        message = (
            f"is wired to '{wire[:140]}', but {node.type} '{source.node}' has no such output; "
            f"it has {some(known)}."
        )
        self.add("unknown_port", message, path, port, self.hint(source.port, known))

    def wired(self, node_id: str, port: Input, wire: Wire) -> None:
        """Checks what is wired to an input."""
        if isinstance(wire, str):
            if not self._plainly_fits(wire, node_id, port):
                self._fits(wire, node_id, port)
        elif port.many:
            for one in wire:
                self._fits(one, node_id, port)
        else:
            self.one_wire(node_id, port.name, wire)

    def one_wire(self, node_id: str, port: str, wire: Wire) -> None:
        """Reports a list of wires where one is taken, and what is wrong with each of them."""
        message = "takes one wire, this is a list of them."
        self.add("input_already_linked", message, node_id, port, "Keep one wire.")
        self.sources_only(node_id, port, wire)

    def sources_only(self, node_id: str, port: str, wire: Wire) -> None:
        """Checks that wires come from somewhere, where nothing is known of the port."""
        for one in (wire,) if isinstance(wire, str) else wire:
            self.source(one, self.scope[node_id], node_id, port)

    def _plainly_fits(self, wire: str, node_id: str, port: Input) -> bool:
        """The quick way for most wires: from an earlier declared node of the same body."""
        source, _, name = wire.partition(".")
        if source not in self.seen or self.scope[source] != self.scope[node_id]:
            return False
        declaration = self.declarations.get(self.nodes[source].type)
        found = declaration.outputs.get(name) if declaration else None
        return found is not None and found.type == port.type

    def _fits(self, wire: str, node_id: str, port: Input) -> None:
        kind = self.source(wire, self.scope[node_id], node_id, port.name).name
        if kind == port.type or UNKNOWN in {kind, port.type}:
            return
        if port.many:
            while sequence_of(kind):
                kind = sequence_of(kind)
            if kind == port.type:
                return
        if not self.types.catalogue.fits(kind, port.type):
            message = f"wants {of_type(port)}, '{wire}' is {article(kind)}."
            fix = self._converter(kind, port.type)
            self.add("port_type_mismatch", message, node_id, port.name, fix)

    def _converter(self, source: str, target: str) -> str:
        """A node type with an input for `source` and an output for `target`."""
        self._hints -= len(self.declarations)
        if sequence_of(source) or self._hints < 0:
            return ""
        fits = self.types.catalogue.fits
        for declaration in self.declarations.values():
            takes = any(p.plain is None and p.type == source for p in declaration.inputs.values())
            if takes and any(fits(port.type, target) for port in declaration.outputs.values()):
                return f"{declaration.type} makes one from the other."
        return ""

    # Typed values.

    def typed(self, node_id: str, port: Input, value: Json) -> None:
        """Checks a typed value against its port's type, limits and choices."""
        if port.plain is None:
            if port.type == UNKNOWN:
                return
            message = f"wants a wire with {of_type(port)}; {shown(value)} cannot be typed in."
            self.add("wrong_type", message, node_id, port.name)
            return
        try:
            checked = port.plain.check(value)
        except BadValueError as bad:
            is_name = bad.code == "out_of_choices" and isinstance(value, str)
            fix = nearest(value, port.plain.values) if is_name else ""
            self.add(bad.code, bad.message, node_id, port.name, fix)
            return
        if port.choices is not None and self.lists is not None and isinstance(checked, str):
            check_choice(self, node_id, port.name, port.choices, checked)

    # Names and gaps.

    def unknown_input(self, node_id: str, name: str) -> None:
        """Reports a typed or wired input that its node does not have."""
        node = self.nodes[node_id]
        known = self.types.inputs(node)
        message = f"{node.type} has no input {shown(name)[9:]}; it has {some(known)}."
        self.add("unknown_input", message, node_id, name[:64], self.hint(name, known))
        if name in node.inputs:
            self.sources_only(node_id, name[:64], node.inputs[name])

    def twice(self, node_id: str, port: str) -> None:
        """Reports an input with both a typed value and a wire."""
        message = "has both a typed value and a wire."
        self.add("input_already_linked", message, node_id, port[:64], "Remove one of them.")

    def foreign_fields(self, node_id: str, node: Node, known: frozenset[str]) -> None:
        """Reports the structural fields that this kind of node does not take."""
        for field in ("graph", "body", "next", "collect", "show"):
            value = getattr(node, field)
            if field not in known and (value or (field == "body" and value is not None)):
                whose = "" if node.type in STRUCTURAL else "; that belongs to structural nodes"
                message = f"{node.type} takes no '{field}'{whose}."
                self.add("unknown_field", message, node_id, field)

    def may_lack(self, node_id: str, port: str) -> bool:
        """Whether nothing need be wired or typed here: set from outside, or not run."""
        is_public = (node_id, port) in self.types.public
        return (is_public and not self.ready) or self.is_off(node_id)

    def required(self, declaration: Declaration) -> tuple[str, ...]:
        """The names of a node type's inputs that have no default."""
        found = self._required.get(declaration.type)
        if found is None:
            found = tuple(port.name for port in declaration.inputs.values() if port.required)
            self._required[declaration.type] = found
        return found

    def missing(self, node_id: str, port: Input) -> None:
        """Reports a required input that has neither a value nor a wire."""
        if self.may_lack(node_id, port.name):
            return
        head = f"{self.nodes[node_id].type} needs "
        if port.plain is not None:
            message = f"{head}'{port.name}' ({of_type(port)}), and no value is given."
            self.add("missing_input", message, node_id, port.name)
            return
        message = f"{head}its input '{port.name}' ({of_type(port)}), and nothing is wired to it."
        self.add("missing_input", message, node_id, port.name, self._offer(node_id, port))

    def _offer(self, node_id: str, port: Input) -> str:
        """A wire that would fit, if the graph has one in the same body."""
        scope = self.scope[node_id]
        if scope not in self._offers:
            self._offers[scope] = self._offered(scope)
        for kind, wire in self._offers[scope].items():
            if self.types.catalogue.fits(kind, port.type) and not wire.startswith(f"{node_id}."):
                return f"Wire '{wire}' to it?"
        return ""

    def _offered(self, scope: str) -> dict[str, str]:
        """For each type the first output of the body that brings it."""
        found: dict[str, str] = {}
        for node_id in self.nodes:
            if self.scope[node_id] == scope:
                for name in self.types.outputs(node_id):
                    kind = self.types.of(Source(node_id, name, "outside"))
                    if kind is not None and kind.name != UNKNOWN:
                        found.setdefault(kind.name, f"{node_id}.{name}")
        return found


def of_type(port: Input) -> str:
    """What a port wants, in words."""
    return port.plain.describe() if port.plain is not None else article(port.type)


def article(name: str) -> str:
    """A type's name with its article."""
    inner = sequence_of(name)
    if inner:
        return f"a list of {inner}"
    return f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}"
