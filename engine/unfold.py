"""A graph unfolded: Subgraphs dissolved, bypassed nodes followed through, muted ones taken out."""

from __future__ import annotations

from collections.abc import Mapping

from .bypass import passed_on
from .catalogue import Catalogue
from .graph import Graph, Node, split_wire
from .plain import Json
from .plan import Kind, Origin, Planned, Ref, Scope, Typed
from .ports import Declaration
from .porttypes import PortTypes
from .scopes import Scopes, Source

_EXACT = {"int": int, "float": float, "str": str, "bool": bool, "enum": str}
"""Kinds whose valid values are what they are to be already."""


class Instance:
    """One use of a graph or definition: its own nodes by id, and where its inputs come from."""

    def __init__(self, graph: Graph, types: PortTypes, prefix: str, scope: Scope) -> None:
        self.graph = graph
        self.types = types
        self.scopes: Scopes = types.scopes
        self.prefix = prefix
        self.scope = scope
        self.planned: dict[str, Planned] = {}
        self.plain: dict[str, Planned] = {}  # those that a wire reaches without a detour
        self.parts: dict[str, Instance] = {}
        self.outer: Instance | None = None
        self.outer_id = ""
        self.given: dict[tuple[str, str], str] = {
            (target_node, port): name
            for name, public in graph.inputs.items()
            for target_node, port in map(split_wire, public.to)
        }


class Unfolding:
    """Every node of a graph as a Planned, connected; `root` is the graph itself."""

    def __init__(self, graph: Graph, catalogue: Catalogue) -> None:
        parts: dict[str, PortTypes] = {}
        for name, definition in graph.definitions.items():
            parts[name] = PortTypes(definition, catalogue, parts)
        self.parts = parts
        self.catalogue = catalogue
        self.defaults: dict[str, dict[str, Json]] = {}
        self.top = Scope(None, 0)
        self.root = Instance(graph, PortTypes(graph, catalogue, parts), "", self.top)
        self.all: list[Planned] = []
        self._create(self.root, self.root.graph.nodes, self.top)
        self._connect(self.root)
        self._mute()

    def _create(self, instance: Instance, nodes: Mapping[str, Node], scope: Scope) -> None:
        for node_id, node in nodes.items():
            if node.type == "Subgraph":
                self._create_part(instance, node_id, node, scope)
                continue
            declaration = self.catalogue.declarations.get(node.type)
            path = instance.prefix + node_id
            if declaration is not None:
                made = Planned(path, "call", node.type, scope, declaration)
            else:
                kind: Kind = "repeat" if node.type == "Repeat" else "map"
                made = Planned(path, "switch" if node.type == "Switch" else kind, node.type, scope)
            instance.planned[node_id] = made
            before = len(self.all)
            self.all.append(made)
            if node.body is not None:
                made.body = Scope(made, scope.depth + 1)
                self._create(instance, node.body, made.body)
            if node.mode == "bypass":
                del self.all[before:]
                continue
            instance.plain[node_id] = made
            if node.mode == "mute":
                for inner in self.all[before:]:
                    inner.muted = True

    def _create_part(self, instance: Instance, node_id: str, node: Node, scope: Scope) -> None:
        types = self.parts[node.graph]
        part = Instance(types.graph, types, f"{instance.prefix}{node_id}/", scope)
        part.outer, part.outer_id = instance, node_id
        instance.parts[node_id] = part
        if node.mode != "bypass":
            before = len(self.all)
            self._create(part, types.graph.nodes, scope)
            if node.mode == "mute":
                for made in self.all[before:]:
                    made.muted = True

    # Connecting: wires become Refs.

    def _connect(self, instance: Instance) -> None:
        for node_id, made in instance.planned.items():
            node = instance.scopes.nodes[node_id]
            if made.declaration is not None:
                self._connect_call(instance, node_id, node, made, made.declaration)
            else:
                self._connect_structural(instance, node_id, node, made)
        for part in instance.parts.values():
            self._connect(part)

    def _connect_call(
        self, instance: Instance, node_id: str, node: Node, made: Planned, declaration: Declaration
    ) -> None:
        params = {**self._defaults(declaration), **node.params}
        for name, wire in node.inputs.items():
            params.pop(name, None)
            made.origins[name] = self._refs(instance, wire, instance.scopes.scope[node_id])
        if instance.outer is not None:
            for name in declaration.inputs:
                origins = self._given(instance, node_id, name)
                if origins is not None:
                    params.pop(name, None)
                    _put(made, params, name, origins)
        for name in node.params:
            plain = declaration.inputs[name].plain
            if name in params and plain and type(params[name]) is not _EXACT.get(plain.kind):
                params[name] = plain.check(params[name])
        made.params = params

    def _defaults(self, declaration: Declaration) -> dict[str, Json]:
        """Defaults of plain inputs; those of value ports are the function's own business."""
        known = self.defaults.get(declaration.type)
        if known is None:
            known = {
                port.name: port.plain.check(port.default)
                for port in declaration.inputs.values()
                if port.plain is not None and not port.required
            }
            self.defaults[declaration.type] = known
        return known

    def _connect_structural(
        self, instance: Instance, node_id: str, node: Node, made: Planned
    ) -> None:
        scope = instance.scopes.scope[node_id]
        for name, value in node.params.items():
            made.origins[name] = (Typed(value),)
        for (target, name), _ in instance.given.items():
            if target == node_id and name not in node.inputs:
                given = self._given(instance, node_id, name)
                made.origins[name] = given or made.origins[name]
        for name, wire in node.inputs.items():
            made.origins[name] = self._refs(instance, wire, scope)
        made.next = {n: self._ref(instance, w, node_id) for n, w in sorted(node.next.items())}
        made.collect = {n: self._ref(instance, wire, node_id) for n, wire in node.collect.items()}
        if node.show:
            made.show = self._ref(instance, node.show, node_id)

    def _given(self, instance: Instance, node_id: str, port: str) -> tuple[Origin, ...] | None:
        """What a Subgraph instance sends to a public input of its definition, if anything."""
        name = instance.given.get((node_id, port))
        outer = instance.outer
        if name is None or outer is None:
            return None
        use = outer.scopes.nodes[instance.outer_id]
        if name in use.inputs:
            scope = outer.scopes.scope[instance.outer_id]
            return self._refs(outer, use.inputs[name], scope)
        handed = self._given(outer, instance.outer_id, name)
        if handed is not None:
            return handed
        return (Typed(use.params[name]),) if name in use.params else None

    def _refs(
        self, instance: Instance, wire: str | tuple[str, ...], scope: str
    ) -> tuple[Origin, ...]:
        found: list[Origin] = []
        for one in (wire,) if isinstance(wire, str) else wire:
            node_id, port = split_wire(one)
            near = instance.plain.get(node_id)
            if near is not None and instance.scopes.scope[node_id] == scope:
                found.append(Ref(near, port))
            else:
                found += self.origin(instance, one, scope)
        return tuple(found)

    def _ref(self, instance: Instance, wire: str, scope: str) -> Origin:
        """What leaves a body: a typed value where a bypassed node passes one on."""
        (found,) = self.origin(instance, wire, scope)
        return found

    def origin(self, instance: Instance, wire: str, scope: str) -> tuple[Origin, ...]:
        """Follows a wire through Subgraph outputs and bypassed nodes to what makes its value."""
        while True:
            source = instance.scopes.resolve(wire, scope)
            assert isinstance(source, Source), f"an invalid wire in a valid graph: {wire}"
            node = instance.scopes.nodes[source.node]
            home = instance.scopes.scope[source.node]
            if node.mode == "bypass" and source.view == "outside":
                name = passed_on(instance.types, source.node, source.port) or ""
                passed = node.inputs.get(name)
                if not isinstance(passed, str):
                    return self._typed_or_given(instance, source.node, node, name)
                wire, scope = passed, home
                continue
            if node.type != "Subgraph":
                made = instance.planned[source.node]
                return (Ref(made, source.port, source.view == "inside"),)
            instance = instance.parts[source.node]
            wire, scope = instance.graph.outputs[source.port], ""

    def _typed_or_given(
        self, instance: Instance, node_id: str, node: Node, name: str
    ) -> tuple[Origin, ...]:
        """What a bypassed node passes on that no wire brings."""
        given = self._given(instance, node_id, name)
        if given is not None:
            return given
        if name in node.params:
            return (Typed(node.params[name]),)
        return (Typed(self._defaults(self.catalogue.declarations[node.type])[name]),)

    # Muting: a muted node takes everything that needs it with it, but for the cases of a Switch.

    def _mute(self) -> None:
        changed = any(made.muted for made in self.all)
        while changed:
            changed = False
            for made in self.all:
                loop = made.scope.loop
                if made.muted:
                    continue
                if loop is not None and loop.muted:
                    made.muted = True
                elif made.kind == "switch":
                    kept = {n: o for n, o in made.origins.items() if not _muted(o)}
                    made.lost |= frozenset(made.origins.keys() - kept.keys())
                    made.origins = kept
                    made.muted = "on" not in kept or len(kept) == 1
                else:
                    made.muted = any(map(_muted, made.origins.values())) or (
                        made.body is not None
                        and any(
                            _muted((ref,)) for ref in (*made.next.values(), *made.collect.values())
                        )
                    )
                changed |= made.muted
        for made in self.all:
            if made.show is not None and _muted((made.show,)):
                made.show = None


def _put(made: Planned, params: dict[str, Json], name: str, origins: tuple[Origin, ...]) -> None:
    if len(origins) == 1 and isinstance(origins[0], Typed):
        assert made.declaration is not None
        plain = made.declaration.inputs[name].plain
        made.origins.pop(name, None)
        params[name] = plain.check(origins[0].value) if plain else origins[0].value
    else:
        made.origins[name] = origins


def _muted(origins: tuple[Origin, ...]) -> bool:
    return any(isinstance(origin, Ref) and origin.node.muted for origin in origins)
