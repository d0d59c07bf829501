"""A slow interpreter of graph files, read off the design: what a graph means.

It works on the JSON itself, by recursion. No keys, no cache, no plan: every body node that is
needed is run in every turn. Shares no code with the engine but the nodes' own functions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from engine import Artifact, NodeError
from engine.packs import Registry

Doc = dict[str, Any]
THINGS = {"Make", "Add", "Total", "Split", "Window", "Fail", "Press"}
FIRST = {"Thing": ("a", "thing"), "float": ("a", "b")}
"""Inputs that a bypassed node may pass on, by type, in the order of declarations."""


class FailedError(Exception):
    """A node failed, or something it needs."""


class LostError(FailedError):
    """A muted case was chosen, here or in something that is needed."""


@dataclass(eq=False)
class Place:
    """One turn of a body, or one use of a graph. `memo` has what is known in it."""

    nodes: Doc
    graph: Doc
    above: Place | None = None
    loop: str = ""
    turn: tuple[int, ...] = ()
    inside: Doc = field(default_factory=dict)
    use: tuple[Place, str] | None = None
    memo: Doc = field(default_factory=dict)


@dataclass
class Meaning:
    """What a graph comes to: `saved` is each sink's artifacts with the turns they came from."""

    values: Doc = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    saved: dict[str, list[tuple[tuple[int, ...], bytes]]] = field(default_factory=dict)
    any_failed: bool = False
    any_lost: bool = False
    """Whether a muted case was chosen: the engine may reach that, or a failure, by another way."""


class _Save:
    """The part of a Context that a sink needs."""

    def __init__(self) -> None:
        self.data: list[bytes] = []

    def save(self, artifact: Artifact) -> None:
        self.data.append(artifact.data)


def interpret(doc: Doc, registry: Registry) -> Meaning:
    return Interpreter(doc, registry).meaning()


class Interpreter:
    """Runs one file once."""

    def __init__(self, doc: Doc, registry: Registry) -> None:
        self.doc = doc
        self.registry = registry
        self.found = Meaning()
        self.asking = 0
        self.mutes = '"mute"' in json.dumps(doc)

    def meaning(self) -> Meaning:
        top = Place(self.doc["nodes"], self.doc)
        for name, wire in self.doc.get("outputs", {}).items():
            if self.muted(wire, top):
                self.found.lost.add(name)
                continue
            try:
                self.found.values[name] = self.wire(wire, top)
            except LostError:
                self.found.lost.add(name)
            except FailedError:
                self.found.failed.add(name)
        self.sinks(top)
        return self.found

    # Values.

    def wire(self, wire: str, place: Place) -> Any:
        node_id, _, port = wire.partition(".")
        here: Place | None = place
        while here is not None:
            if here.loop == node_id:
                return here.inside[port]
            if node_id in here.nodes:
                return self.output(node_id, port, here)
            here = here.above
        raise AssertionError(f"a wire to nowhere: {wire}")

    def output(self, node_id: str, port: str, place: Place) -> Any:
        node = place.nodes[node_id]
        if node.get("mode") == "bypass":
            return self.passed_on(node_id, node, port, place)
        match node["type"]:
            case "Subgraph":
                return self.wire(self.part(node)["outputs"][port], self.inner(node_id, place))
            case "Switch":
                return self.input(self.case(node_id, node, place), node_id, node, place)
        outputs = self.once(node_id, node, place)
        found = outputs[port]
        if isinstance(found, tuple) and found and isinstance(found[0], Place):
            # What a loop collects is made when it is asked for: a list of places and their wire.
            *places, source = found
            return tuple(self.wire(source, turn) for turn in places)
        return () if found == ("nothing",) else found

    def once(self, node_id: str, node: Doc, place: Place) -> Doc:
        if node_id not in place.memo:
            try:
                loop = node["type"] in {"Repeat", "Map"}
                made = self.loop if loop else self.call
                place.memo[node_id] = made(node_id, node, place)
            except FailedError as failure:
                self.found.any_failed |= not isinstance(failure, LostError)
                place.memo[node_id] = failure
        known = place.memo[node_id]
        if isinstance(known, FailedError):
            raise known
        return dict(known)

    def passed_on(self, node_id: str, node: Doc, port: str, place: Place) -> Any:
        return self.input(self.stand_in(node_id, node, port, place), node_id, node, place)

    def stand_in(self, node_id: str, node: Doc, port: str, place: Place) -> str:
        """The input that a bypassed node passes on as `port`."""
        if node["type"] == "Repeat":
            return port
        kind = "Thing" if node["type"] in THINGS else "float"
        for name in FIRST[kind]:
            if name in node.get("inputs", {}) or self.handed(node_id, name, place):
                return name
        raise AssertionError(f"{node_id} has nothing to pass on")

    def input(self, name: str, node_id: str, node: Doc, place: Place) -> Any:
        """What comes in at one port; many wires give a flat list."""
        handed = self.handed(node_id, name, place)
        if handed is not None:
            (use, use_id), public = handed
            return self.input(public, use_id, use.nodes[use_id], use)
        if name in node.get("inputs", {}):
            wire = node["inputs"][name]
            if isinstance(wire, str):
                return self.wire(wire, place)
            return [self.wire(one, place) for one in wire]
        return node["params"][name]

    def handed(self, node_id: str, name: str, place: Place) -> Any:
        """The use of this graph and its input, where they set this port."""
        base = place
        while base.above is not None:
            base = base.above
        if base.use is None:
            return None
        for public, face in base.graph.get("inputs", {}).items():
            if f"{node_id}.{name}" in face["to"]:
                use, use_id = base.use
                node = use.nodes[use_id]
                given = public in node.get("inputs", {}) or public in node.get("params", {})
                if given or self.handed(use_id, public, use):
                    return base.use, public
        return None

    # Nodes.

    def call(self, node_id: str, node: Doc, place: Place) -> Doc:
        implementation = self.registry.implementations[node["type"]]
        arguments: Doc = {}
        for name, port in implementation.declaration.inputs.items():
            wired = name in node.get("inputs", {}) or name in node.get("params", {})
            if wired or self.handed(node_id, name, place):
                value = self.input(name, node_id, node, place)
                arguments[name] = value
                if port.many:
                    arguments[name] = flat([value])
                elif port.plain is not None and port.plain.kind == "float":
                    arguments[name] = float(value)
                elif port.plain is not None and port.plain.kind == "int":
                    arguments[name] = int(value)
        saved = _Save()
        if implementation.context:
            arguments[implementation.context] = saved
        try:
            result = implementation.function(**arguments)
        except NodeError as error:
            raise FailedError from error
        if implementation.declaration.sink:
            entry = (place.turn, saved.data[0])
            self.found.saved.setdefault(arguments["label"], []).append(entry)
        names = list(implementation.declaration.outputs)
        results = [result] if len(names) == 1 else list(result or ())
        return dict(zip(names, results, strict=True))

    def case(self, node_id: str, node: Doc, place: Place) -> str:
        on = self.input("on", node_id, node, place)
        text = str(on).lower() if isinstance(on, bool) else str(on)
        cases = {*node.get("inputs", {}), *node.get("params", {})} - {"on"}
        if text not in cases and "default" not in cases:
            self.found.any_failed = True
            raise FailedError
        name = text if text in cases else "default"
        if self.cut(name, node_id, node, place):
            self.found.any_lost = True
            raise LostError
        return name

    def loop(self, node_id: str, node: Doc, place: Place) -> Doc:
        over = self.input("over", node_id, node, place)
        items = list(over) if isinstance(over, list | tuple) else list(range(int(over)))
        carried = {name: self.input(name, node_id, node, place) for name in node.get("next", {})}
        turns = []
        first: FailedError | None = None
        for index, item in enumerate(items):
            inside = {"item": item, "index": index, **carried}
            turn = (*place.turn, index)
            here = Place(node["body"], place.graph, place, node_id, turn, inside, None)
            turns.append(here)
            try:
                self.sinks(here)
                carried = {n: self.wire(w, here) for n, w in node.get("next", {}).items()}
            except FailedError as failure:
                if node["type"] == "Repeat":
                    raise
                if first is None or isinstance(first, LostError):
                    first = failure
        if first is not None:
            raise first
        outputs: Doc = dict(carried)
        for name, wire in node.get("collect", {}).items():
            outputs[name] = (*turns, wire) if turns else ("nothing",)
        return outputs

    def sinks(self, place: Place) -> None:
        """Runs the sinks of a body or graph, and the loops and parts that hold some."""
        first: FailedError | None = None
        for node_id, node in place.nodes.items():
            if node.get("mode") or self.off(node_id, node, place):
                continue
            try:
                if node["type"] == "Subgraph":
                    self.sinks(self.inner(node_id, place))
                elif node["type"] == "Show" or self.holds(self.shape(node_id, place)):
                    self.once(node_id, node, place)
            except LostError:
                pass
            except FailedError as failure:
                first = first or failure
        if first is not None and (place.loop or place.use):
            raise first

    def holds(self, place: Place) -> bool:
        """Whether there is a sink in a body or graph that muting leaves in it."""
        for node_id, node in place.nodes.items():
            if node.get("mode") or self.off(node_id, node, place):
                continue
            if node["type"] == "Show" or self.holds(self.shape(node_id, place)):
                return True
            if node["type"] == "Subgraph" and self.holds(self.inner(node_id, place)):
                return True
        return False

    def shape(self, node_id: str, place: Place) -> Place:
        """A loop's body as it is written, in no turn."""
        return Place(place.nodes[node_id].get("body", {}), place.graph, place, node_id)

    def part(self, node: Doc) -> Doc:
        return dict(self.doc["definitions"][node["graph"]])

    def inner(self, node_id: str, place: Place) -> Place:
        key = f"{node_id}/"
        if key not in place.memo:
            part = self.part(place.nodes[node_id])
            place.memo[key] = Place(part["nodes"], part, turn=place.turn, use=(place, node_id))
        return place.memo[key]  # type: ignore[no-any-return]

    # Muting: said of the graph, whatever it would compute.

    def muted(self, wire: str | list[str], place: Place) -> bool:
        if not self.mutes:
            return False
        if isinstance(wire, list):
            return any(self.muted(one, place) for one in wire)
        node_id, _, port = wire.partition(".")
        here: Place | None = place
        while here is not None:
            if here.loop == node_id:
                assert here.above is not None
                return self.off(node_id, here.above.nodes[node_id], here.above)
            if node_id in here.nodes:
                node = here.nodes[node_id]
                if node.get("mode") == "mute":
                    return True
                if node["type"] == "Subgraph" and not node.get("mode"):
                    return self.muted(self.part(node)["outputs"][port], self.inner(node_id, here))
                if node.get("mode") == "bypass":
                    return self.cut(self.stand_in(node_id, node, port, here), node_id, node, here)
                return self.off(node_id, node, here)
            here = here.above
        raise AssertionError(wire)

    def off(self, node_id: str, node: Doc, place: Place) -> bool:
        """Whether muting takes this node away; remembered but within a loop's own question."""
        known = place.memo.get(f"{node_id}!")
        if known is None:
            known = self.is_off(node_id, node, place)
            if not self.asking:
                place.memo[f"{node_id}!"] = known
        return bool(known)

    def is_off(self, node_id: str, node: Doc, place: Place) -> bool:
        if node.get("mode") == "mute":
            return True
        if node["type"] == "Subgraph":
            return False
        inputs = node.get("inputs", {})
        if node["type"] == "Switch":
            cases = {*inputs, *node.get("params", {})} - {"on"}
            off = {name for name in {*cases, "on"} if self.cut(name, node_id, node, place)}
            return "on" in off or off == cases
        declared = self.registry.implementations.get(node["type"])
        ports = declared.declaration.inputs if declared else ("over", *node.get("next", {}))
        if any(self.cut(name, node_id, node, place) for name in {*ports, *inputs}):
            return True
        if "body" not in node:
            return False
        shape = self.shape(node_id, place)
        if f"{node_id}?" in place.memo:
            return False
        place.memo[f"{node_id}?"] = True
        self.asking += 1
        try:
            wires = [*node.get("next", {}).values(), *node.get("collect", {}).values()]
            return any(self.muted(wire, shape) for wire in wires)
        finally:
            del place.memo[f"{node_id}?"]
            self.asking -= 1

    def cut(self, name: str, node_id: str, node: Doc, place: Place) -> bool:
        """Whether what comes in at a port comes from something muted."""
        handed = self.handed(node_id, name, place)
        if handed is not None:
            (use, use_id), public = handed
            return self.cut(public, use_id, use.nodes[use_id], use)
        wire = node.get("inputs", {}).get(name)
        return wire is not None and self.muted(wire, place)


def flat(value: Any) -> list[Any]:
    """One list of what may be nested in lists."""
    found: list[Any] = []
    for item in value:
        found.extend(flat(item) if isinstance(item, list | tuple) else [item])
    return found
