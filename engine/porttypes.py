"""The types of ports; those of structural nodes follow from what is wired to them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace

from .catalogue import Catalogue
from .document import STRUCTURAL, Graph, Node, PublicInput, split_wire
from .errors import Problem
from .intersect import intersect
from .outtypes import (
    FLOAT,
    INT,
    NOTHING_KNOWN,
    UNKNOWN,
    Case,
    OutType,
    common_type,
    listed,
    type_of_cases,
    typed_in,
)
from .ports import Input, sequence_of
from .scopes import Scopes, Source

Deriving = Generator[Source, OutType, OutType | None]
"""Yields a port whose type it needs, is sent that type, and returns the type it was asked for.

Not plain calls: ten thousand Switches in a row are a valid graph."""


class PortTypes:
    """Types within one graph (or definition). `parts` are the PortTypes of all definitions.

    `public` holds the ports that the graph's public inputs set, each with its first one's name.
    """

    def __init__(self, graph: Graph, catalogue: Catalogue, parts: Mapping[str, PortTypes]) -> None:
        self.graph = graph
        self.catalogue = catalogue
        self.parts = parts
        self.scopes = Scopes(graph)
        self.public: dict[tuple[str, str], str] = {}
        for name, public in graph.inputs.items():
            for wire in public.to:
                self.public.setdefault(split_wire(wire), name)
        self._open: set[Source] = set()
        self._known: dict[Source, OutType | None] = {}
        self._faces: dict[str, Input | None] = {}
        self._items: dict[str, OutType] | None = None
        self._floats: set[tuple[str, str]] | None = None

    def of(self, source: Source) -> OutType | None:
        """The type of an output port, or None where the node has no such port."""
        node = self.scopes.nodes[source.node]
        if node.type not in STRUCTURAL:
            return self._declared(node, source.port)
        if source not in self._known:
            if source in self._open:
                return NOTHING_KNOWN
            self._derive(source)
        return self._known[source]

    def wire(self, wire: str, scope: str) -> OutType | None:
        """The type of what a wire brings, UNKNOWN where it brings nothing."""
        source = self.scopes.resolve(wire, scope)
        return NOTHING_KNOWN if isinstance(source, Problem) else self.of(source)

    def outputs(self, node_id: str) -> list[str]:
        """The names of a node's output ports as seen from outside."""
        node = self.scopes.nodes[node_id]
        match node.type:
            case "Repeat":
                return [*node.next, *node.collect]
            case "Map":
                return list(node.collect)
            case "Switch":
                return ["value"]
            case "Subgraph":
                part = self.parts.get(node.graph)
                return list(part.graph.outputs) if part else []
        declaration = self.catalogue.declarations.get(node.type)
        return list(declaration.outputs) if declaration else []

    def inputs(self, node: Node) -> list[str]:
        """The names of a node's input ports, for hints."""
        match node.type:
            case "Repeat":
                return ["over", *node.next]
            case "Map":
                return ["over"]
            case "Switch":
                return ["on", "default"]
            case "Subgraph":
                part = self.parts.get(node.graph)
                return list(part.graph.inputs) if part else []
        declaration = self.catalogue.declarations.get(node.type)
        return list(declaration.inputs) if declaration else []

    def initial(self, node_id: str, port: str) -> OutType | None:
        """The type of what a structural node's input is given, None where nothing is."""
        node = self.scopes.nodes[node_id]
        wire = node.inputs.get(port)
        if isinstance(wire, str):
            return self.wire(wire, self.scopes.scope[node_id])
        if wire is not None:
            return NOTHING_KNOWN
        return typed_in(node.params[port]) if port in node.params else None

    # Public inputs.

    def face(self, name: str) -> Input | None:
        """A public input as a port: the one type of its targets, their limits intersected.

        None where they have none in common, or one of them is not there.
        """
        if name not in self._faces:
            self._faces[name] = None
            public = self.graph.inputs.get(name)
            if public is not None:
                self._faces[name] = self._face(name, public)
        return self._faces[name]

    def target(self, wire: str) -> Input | None:
        """The input port that a public input's target names."""
        node_id, port = split_wire(wire)
        node = self.scopes.nodes.get(node_id)
        if node is None:
            return None
        if node.type in {"Repeat", "Map", "Switch"}:
            return self._structural_target(node_id, node, port)
        if node.type == "Subgraph":
            part = self.parts.get(node.graph)
            found = part.face(port) if part else None
        else:
            declaration = self.catalogue.declarations.get(node.type)
            found = declaration.inputs.get(port) if declaration else None
        if found is None or port not in node.params:
            return found
        return replace(found, required=False, default=node.params[port])

    def _structural_target(self, node_id: str, node: Node, port: str) -> Input | None:
        """A port of a loop or Switch as a public input: its type follows from its use inside."""
        if port in node.next:
            kind = self.of(Source(node_id, port, "inside"))
        elif port in node.params or port in node.inputs:
            kind = self.initial(node_id, port)
        elif port == "over" and node.type in {"Repeat", "Map"}:
            item = self._item_by_use(node_id)
            kind = item if item.name == "int" else listed(item)
        elif port == "on" and node.type == "Switch":
            kind = type_of_cases(self.cases(node_id))
        elif node.type == "Switch":
            kind = self.of(Source(node_id, "value", "outside"))
        else:
            return None
        kind = kind or NOTHING_KNOWN
        required = port not in node.params
        return Input(port, kind.name, kind.plain, required=required, default=node.params.get(port))

    def cases(self, node_id: str) -> list[str]:
        """The names of a Switch's cases, those that a public input brings included."""
        node = self.scopes.nodes[node_id]
        public = [port for target, port in self.public if target == node_id]
        names = dict.fromkeys((*node.inputs, *node.params, *public))
        return [name for name in names if name != "on"]

    def _face(self, name: str, public: PublicInput) -> Input | None:
        found = [self.target(wire) for wire in public.to]
        ports = [port for port in found if port is not None]
        if len(ports) < len(found):
            return None
        known = [port for port in ports if port.type != UNKNOWN] or ports[:1]
        first, plain = known[0], known[0].plain
        for port in known[1:]:
            if plain is None or port.plain is None:
                if port.type != first.type or port.plain is not plain:
                    return None
                continue
            plain = intersect(plain, port.plain)
            if plain is None:
                return None
        return Input(
            name,
            plain.type_name if plain else first.type,
            plain,
            all(port.many for port in ports),
            any(port.required for port in ports),
            ports[0].default,
            next((port.choices for port in ports if port.choices), None),
            next((port.widget for port in ports if port.widget), None),
        )

    # Deriving: a stack of generators, each waiting for the one above it.

    def _derive(self, asked: Source) -> None:
        if self._floats is None:
            self._settle_numbers()
        stack = [(asked, self._structural(asked))]
        self._open.add(asked)
        answer: OutType | None = None
        while stack:
            source, deriving = stack[-1]
            try:
                wanted = deriving.send(answer)  # type: ignore[arg-type]  # None starts it
            except StopIteration as done:
                stack.pop()
                self._open.discard(source)
                self._known[source] = done.value
                answer = done.value or NOTHING_KNOWN
                continue
            node = self.scopes.nodes[wanted.node]
            if wanted in self._open:
                answer = NOTHING_KNOWN
            elif wanted in self._known or node.type not in STRUCTURAL:
                answer = self.of(wanted) or NOTHING_KNOWN
            else:
                stack.append((wanted, self._structural(wanted)))
                self._open.add(wanted)
                answer = None

    def _declared(self, node: Node, port: str) -> OutType | None:
        declaration = self.catalogue.declarations.get(node.type)
        if declaration is None:
            return NOTHING_KNOWN
        found = declaration.outputs.get(port)
        return None if found is None else OutType(found.type, found.plain)

    def _structural(self, source: Source) -> Deriving:
        node = self.scopes.nodes[source.node]
        match node.type:
            case "Switch":
                return (yield from self._switch(node, source))
            case "Subgraph":
                return self._part_port(node, source.port)
        inside, port = source.view == "inside", source.port
        if inside and port == "index":
            return INT
        if inside and port == "item":
            return (yield from self._item(source.node))
        if not inside and port in node.collect:
            return listed((yield from self._follow(node.collect[port], source.node)))
        if node.type == "Repeat" and port in node.next:
            return (yield from self._carried(node, source))
        return None

    def _follow(self, wire: str, scope: str) -> Generator[Source, OutType, OutType]:
        source = self.scopes.resolve(wire, scope)
        return NOTHING_KNOWN if isinstance(source, Problem) else (yield source)

    def _given(self, node_id: str, port: str) -> Deriving:
        """As `initial`, on the way to another type."""
        wire = self.scopes.nodes[node_id].inputs.get(port)
        if isinstance(wire, str):
            return (yield from self._follow(wire, self.scopes.scope[node_id]))
        return self.initial(node_id, port)

    def _part_port(self, node: Node, port: str) -> OutType | None:
        part = self.parts.get(node.graph)
        if part is None:
            return NOTHING_KNOWN
        wire = part.graph.outputs.get(port)
        return None if wire is None else part.wire(wire, "") or NOTHING_KNOWN

    def _item(self, node_id: str) -> Deriving:
        over = yield from self._given(node_id, "over")
        if over is None:
            return self._item_by_use(node_id)
        if over.name == "int":
            return INT
        inner = sequence_of(over.name)
        if not inner:
            return NOTHING_KNOWN
        return OutType(inner, over.plain.element if over.plain else None)

    def _item_by_use(self, node_id: str) -> OutType:
        """What the items of an open `over` must be: the type of the first port that reads one."""
        if self._items is None:
            self._items = {}
            for node in self.scopes.nodes.values():
                declaration = self.catalogue.declarations.get(node.type)
                for name, wire in node.inputs.items():
                    port = declaration.inputs.get(name) if declaration else None
                    kind = OutType(port.type, port.plain) if port else NOTHING_KNOWN
                    for one in (wire,) if isinstance(wire, str) else wire:
                        if one.endswith(".item"):
                            self._items.setdefault(one, kind)
        return self._items.get(f"{node_id}.item", INT)

    def _carried(self, node: Node, source: Source) -> Deriving:
        kind = yield from self._given(source.node, source.port)
        if kind is None:
            return (yield from self._follow(node.next[source.port], source.node))
        return FLOAT if (source.node, source.port) in (self._floats or ()) else kind

    def _switch(self, node: Node, source: Source) -> Deriving:
        if source.port != "value":
            return None
        cases = []
        for name in dict.fromkeys((*node.inputs, *node.params)):
            if name != "on":
                kind = yield from self._given(source.node, name)
                cases.append(Case(name, kind or NOTHING_KNOWN, name not in node.inputs))
        wanted, others = common_type(cases)
        return NOTHING_KNOWN if others else wanted

    def _settle_numbers(self) -> None:
        """Finds the carried values that start as a typed integer and go on as other numbers.

        0 and 0.0 are the same JSON, so what comes next decides; one may decide another.
        """
        self._floats = set()
        open_ones = [
            (node_id, port)
            for node_id, node in self.scopes.nodes.items()
            for port in node.next
            if node.type == "Repeat" and port not in node.inputs
            if port in node.params and typed_in(node.params[port]) == INT
        ]
        found = bool(open_ones)
        while found:
            found = False
            for node_id, port in open_ones:
                after = self.wire(self.scopes.nodes[node_id].next[port], node_id)
                if after and after.name == "float" and (node_id, port) not in self._floats:
                    self._floats.add((node_id, port))
                    found = True
            if found:
                self._known.clear()
