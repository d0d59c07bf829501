"""An independent judge of graphs: slow, by brute force, from the design's words alone.

Works on JSON and on the catalogue's JSON; shares no code with the engine. Returns the set of
`(code, path, port)` that a graph deserves. Visibility is spelled out as a table for every body,
types are found by guessing again until nothing changes, cycles by the closure of who reads whom.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Doc = dict[str, Any]
Verdict = tuple[str, str, str]
Kind = tuple[str, tuple[str, ...]]
"""A type's name and, for an enum, its values. `?` is not known and accepted everywhere."""

ANY: Kind = ("?", ())
ENGINE_TYPES = {
    "Repeat": {"body", "next", "collect", "show"},
    "Map": {"body", "collect"},
    "Switch": set(),
    "Subgraph": {"graph"},
}
RESERVED = {"over", "item", "index", "on", "default"}
WORST_FIRST = [
    *("wrong_type", "unknown_input", "missing_input", "bad_number"),
    *("out_of_choices", "out_of_range", "not_multiple_of"),
]


def judge(raw: Doc, catalogue: Doc, *, ready: bool = False) -> set[Verdict]:
    """What is wrong with a graph whose JSON has the right shape."""
    definitions = raw.get("definitions", {})
    worlds: dict[str, World] = {}
    for name, inner in definitions.items():
        worlds[name] = World(inner, catalogue, worlds)
    top = World(raw, catalogue, worlds)
    found: set[Verdict] = set()
    for name, world in worlds.items():
        for code, path, port in world.verdicts(ready=False):
            found.add((code, f"definitions.{name}" + (f".{path}" if path else ""), port))
    found |= top.verdicts(ready=ready)
    found |= recursion(worlds)
    if not raw.get("outputs") and not has_sink(top, set()):
        found.add(("no_outputs", "", ""))
    return found


def recursion(worlds: dict[str, World]) -> set[Verdict]:
    """Definitions that reach themselves, by closure."""
    reach = {name: {u for u in world.uses() if u in worlds} for name, world in worlds.items()}
    for _ in worlds:
        reach = {n: r.union(*(reach[u] for u in r)) for n, r in reach.items()}
    return {("recursion", f"definitions.{name}", "") for name in worlds if name in reach[name]}


def has_sink(world: World, been: set[int]) -> bool:
    if id(world) in been:
        return False
    been.add(id(world))
    for node in world.nodes.values():
        kind = node["type"]
        if kind == "Subgraph":
            inner = world.worlds.get(node.get("graph", ""))
            if inner and has_sink(inner, been):
                return True
        elif kind not in ENGINE_TYPES:
            declared = world.types.get(kind)
            if declared is None or not declared["outputs"]:
                return True
    return False


class World:
    """One graph or definition."""

    def __init__(self, raw: Doc, catalogue: Doc, worlds: dict[str, World]) -> None:
        self.raw = raw
        self.types: dict[str, Doc] = catalogue["declarations"]
        self.bases: dict[str, list[str]] = catalogue["types"]
        self.worlds = worlds
        self.nodes: dict[str, Doc] = {}
        self.chain: dict[str, tuple[str, ...]] = {}
        self._collect(raw["nodes"], ())
        self.given = {
            wire_parts(wire): name
            for name, public in raw.get("inputs", {}).items()
            for wire in public["to"]
        }
        self.port_kinds: dict[tuple[str, str, str], Kind] | None = None

    def _collect(self, nodes: dict[str, Doc], chain: tuple[str, ...]) -> None:
        for node_id, node in nodes.items():
            self.nodes[node_id] = node
            self.chain[node_id] = chain
            self._collect(node.get("body", {}), (*chain, node_id))

    def uses(self) -> list[str]:
        return [n.get("graph", "") for n in self.nodes.values() if n["type"] == "Subgraph"]

    # Who sees whom.

    def table(self, chain: tuple[str, ...]) -> dict[str, str]:
        """Every node that a reader in the body at the end of `chain` can name, and from where."""
        seen = {}
        for length in range(len(chain) + 1):
            for node_id, other in self.chain.items():
                if other == chain[:length]:
                    seen[node_id] = "outside"
        for around in chain:
            seen[around] = "inside"
        return seen

    def ports(self, node_id: str, view: str) -> set[str] | None:
        """The names of a node's outputs; None where they cannot be known."""
        node = self.nodes[node_id]
        kind = node["type"]
        if kind == "Repeat" and view == "inside":
            return {*node.get("next", {}), "item", "index"}
        if kind == "Map" and view == "inside":
            return {"item", "index"}
        if kind in {"Repeat", "Map"}:
            carried = node.get("next", {}) if kind == "Repeat" else {}
            return {*carried, *node.get("collect", {})}
        if kind == "Switch":
            return {"value"}
        if kind == "Subgraph":
            inner = self.worlds.get(node.get("graph", ""))
            return None if inner is None else set(inner.raw.get("outputs", {}))
        return set(self.types[kind]["outputs"]) if kind in self.types else None

    def wire_fault(self, wire: str, chain: tuple[str, ...]) -> str:
        """The code of what is wrong with a wire, or nothing."""
        node_id, port = wire_parts(wire)
        if not port:
            return "bad_wire"
        if node_id not in self.nodes:
            return "dangling_edge"
        view = self.table(chain).get(node_id)
        if view is None:
            return "leaves_body"
        ports = self.ports(node_id, view)
        if ports is None or port in ports:
            return ""
        loop = self.nodes[node_id]["type"] in {"Repeat", "Map"}
        inner = view == "outside" and port in {"item", "index"}
        return "leaves_body" if loop and inner else "unknown_port"

    # Types: guess, and guess again.

    def kinds(self) -> dict[tuple[str, str, str], Kind]:
        """The type of every output port from each view."""
        if self.port_kinds is not None:
            return self.port_kinds
        self.port_kinds = {}
        keys = [
            (node_id, port, view)
            for node_id in self.nodes
            for view in ("inside", "outside")
            for port in self.ports(node_id, view) or ()
        ]
        numbers: set[tuple[str, str]] = set()
        while True:
            guess: dict[tuple[str, str, str], Kind] = dict.fromkeys(keys, ANY)
            for _ in range(len(keys) + 2):
                better = {key: self.guess(key, guess, numbers) for key in keys}
                if better == guess:
                    break
                guess = better
            more = {
                (node_id, name)
                for node_id, node in self.nodes.items()
                if node["type"] == "Repeat"
                for name, wire in node.get("next", {}).items()
                if name not in node.get("inputs", {})
                and name in node.get("params", {})
                and literal(node["params"][name]) == ("int", ())
                and self.brings(wire, (*self.chain[node_id], node_id), guess)[0] == "float"
            }
            if more <= numbers:
                self.port_kinds = guess
                return guess
            numbers |= more

    def brings(self, wire: str, chain: tuple[str, ...], guess: Any) -> Kind:
        if self.wire_fault(wire, chain):
            return ANY
        node_id, port = wire_parts(wire)
        kind: Kind = guess.get((node_id, port, self.table(chain)[node_id]), ANY)
        return kind

    def start(self, node_id: str, port: str, guess: Any) -> Kind | None:
        node = self.nodes[node_id]
        if port in node.get("inputs", {}):
            wire = node["inputs"][port]
            return ANY if isinstance(wire, list) else self.brings(wire, self.chain[node_id], guess)
        return literal(node["params"][port]) if port in node.get("params", {}) else None

    def guess(self, key: tuple[str, str, str], guess: Any, numbers: Any) -> Kind:
        node_id, port, view = key
        node = self.nodes[node_id]
        kind = node["type"]
        inner_chain = (*self.chain[node_id], node_id)
        if kind == "Switch":
            return self.switch(node_id, guess)[0]
        if kind == "Subgraph":
            inner = self.worlds[node["graph"]]
            return inner.brings(inner.raw["outputs"][port], (), inner.kinds())
        if kind not in {"Repeat", "Map"}:
            return kind_of(self.types[kind]["outputs"][port])
        if view == "inside" and port == "index":
            return ("int", ())
        if view == "inside" and port == "item":
            over = self.start(node_id, "over", guess)
            if over is None:
                return self.item_by_use(node_id)
            return over if over[0] == "int" else element(over)
        if view == "outside" and port in node.get("collect", {}):
            return listed(self.brings(node["collect"][port], inner_chain, guess))
        first = self.start(node_id, port, guess)
        if first is None:
            return self.brings(node["next"][port], inner_chain, guess)
        return ("float", ()) if (node_id, port) in numbers else first

    def item_by_use(self, node_id: str) -> Kind:
        for node in self.nodes.values():
            for port, wire in node.get("inputs", {}).items():
                if f"{node_id}.item" in (wire if isinstance(wire, list) else [wire]):
                    inputs = self.types.get(node["type"], {"inputs": {}})["inputs"]
                    return kind_of(inputs[port]) if port in inputs else ANY
        return ("int", ())

    def switch(self, node_id: str, guess: Any) -> tuple[Kind, set[str]]:
        """The type of a Switch, and the cases that disagree with it."""
        node = self.nodes[node_id]
        wired = {p: self.start(node_id, p, guess) or ANY for p in node.get("inputs", {})}
        typed = {p: literal(v) for p, v in node.get("params", {}).items() if p not in wired}
        wired = {p: k for p, k in wired.items() if p != "on" and k != ANY}
        typed = {p: k for p, k in typed.items() if p != "on" and k != ANY}
        if not wired and not typed:
            return ANY, set()
        if wired:
            wanted = wired[min(wired)]
        else:
            wanted = typed[min(typed)]
            if wanted[0] == "int" and ("float", ()) in typed.values():
                wanted = ("float", ())
        fine = {wanted[0], "int"} if wanted[0] == "float" else {wanted[0]}
        odd = {p for p, k in wired.items() if k[0] != wanted[0]}
        odd |= {p for p, k in typed.items() if k[0] not in fine}
        return (ANY if odd else wanted), odd

    def fits(self, source: str, target: str) -> bool:
        if "?" in {source, target} or source == target or (source, target) == ("int", "float"):
            return True
        if source.startswith("list[") and target.startswith("list["):
            return self.fits(source[5:-1], target[5:-1])
        return target in self.bases.get(source, ())

    # The public face.

    def face(self, name: str) -> Doc | None:
        """A public input: its type, the plain types a value must satisfy, whether it must be set.

        None where a target is missing, `clash` set where the targets have no type in common.
        """
        targets = [self.target(*wire_parts(w)) for w in self.raw["inputs"][name]["to"]]
        if None in targets:
            return None
        found = [t for t in targets if t is not None]
        known = [t for t in found if t["kind"] != "?"]
        plains = [t["plain"] for t in known]
        clash = any(t["clash"] for t in found)
        for one in known:
            for other in known:
                clash = clash or not same_type(one, other)
        return {
            "kind": known[0]["kind"] if known else "?",
            "plains": [p for many in plains for p in many],
            "plain": [p for many in plains for p in many],
            "many": all(t["many"] for t in found),
            "required": any(t["required"] for t in found),
            "clash": clash,
        }

    def target(self, node_id: str, port: str) -> Doc | None:
        node = self.nodes.get(node_id)
        if node is None or not port:
            return None
        typed = port in node.get("params", {})
        blank = {"kind": "?", "plain": [], "many": False, "required": not typed, "clash": False}
        kind = node["type"]
        if kind == "Subgraph":
            inner = self.worlds.get(node.get("graph", ""))
            if inner is None or port not in inner.raw.get("inputs", {}):
                return None
            face = inner.face(port)
            if face is None or face["clash"]:
                return None
            return {**face, "required": face["required"] and not typed}
        if kind in ENGINE_TYPES:
            name = self.open_kind(node_id, port)
            return None if name is None else {**blank, "kind": name}
        if kind not in self.types or port not in self.types[kind]["inputs"]:
            return None
        declared = self.types[kind]["inputs"][port]
        return {
            "kind": declared["type"],
            "plain": [declared["plain"]] if declared.get("plain") else [],
            "many": declared.get("many", False),
            "required": declared.get("required", True) and not typed,
            "clash": False,
        }

    def open_kind(self, node_id: str, port: str) -> str | None:
        """The type of a structural node's port as a public input; None if it has no such port."""
        node = self.nodes[node_id]
        kind = node["type"]
        if port in node.get("next", {}) and kind == "Repeat":
            return self.kinds()[node_id, port, "inside"][0]
        if port in node.get("params", {}) or port in node.get("inputs", {}):
            return (self.start(node_id, port, self.kinds()) or ANY)[0]
        if port == "over" and kind in {"Repeat", "Map"}:
            item = self.item_by_use(node_id)
            return item[0] if item[0] == "int" else listed(item)[0]
        if kind == "Switch" and port == "on":
            cases = [c for c in self.cases(node_id) if c != "default"]
            if cases and set(cases) <= {"true", "false"}:
                return "bool"
            digits = cases and all(re.fullmatch(r"-?\d+", case) for case in cases)
            return "int" if digits else "str"
        return self.switch(node_id, self.kinds())[0][0] if kind == "Switch" else None

    def cases(self, node_id: str) -> set[str]:
        node = self.nodes[node_id]
        public = {port for owner, port in self.given if owner == node_id}
        return {*node.get("inputs", {}), *node.get("params", {}), *public} - {"on"}

    # Verdicts.

    def verdicts(self, *, ready: bool) -> set[Verdict]:
        found = set(self.public_faults())
        for node_id, node in self.nodes.items():
            found.update(self.node_faults(node_id, node, ready))
        for name, wire in self.raw.get("outputs", {}).items():
            fault = self.wire_fault(wire, ())
            if fault:
                found.add((fault, "", name))
        found.update(self.cycles())
        return found

    def public_faults(self) -> Iterator[Verdict]:
        taken = set()
        for name, public in self.raw.get("inputs", {}).items():
            for wire in public["to"]:
                node_id, port = wire_parts(wire)
                node = self.nodes.get(node_id)
                if node is None or not port:
                    yield "dangling_edge", "", name
                    continue
                if port in node.get("inputs", {}) or wire in taken:
                    yield "input_already_linked", node_id, port
                taken.add(wire)
                unknown = node["type"] not in ENGINE_TYPES and node["type"] not in self.types
                inner = self.worlds.get(node.get("graph", ""))
                blamed_elsewhere = node["type"] == "Subgraph" and (
                    inner is None or port in inner.raw.get("inputs", {})
                )
                if self.target(node_id, port) is None and not unknown and not blamed_elsewhere:
                    yield "unknown_port", node_id, port
            face = self.face(name)
            if face is not None and face["clash"]:
                yield "port_type_mismatch", "", name

    def lacks_nothing(self, node_id: str, port: str, ready: bool) -> bool:
        off = any(self.nodes[n].get("mode") for n in (*self.chain[node_id], node_id))
        return off or ((node_id, port) in self.given and not ready)

    def node_faults(self, node_id: str, node: Doc, ready: bool) -> Iterator[Verdict]:
        kind = node["type"]
        params, inputs = node.get("params", {}), node.get("inputs", {})
        for port, wires in inputs.items():
            for wire in wires if isinstance(wires, list) else [wires]:
                fault = self.wire_fault(wire, self.chain[node_id])
                if fault:
                    yield fault, node_id, port
        for port in params.keys() & inputs.keys():
            if kind in ENGINE_TYPES or kind not in self.types or port in self.inputs_of(node):
                yield "input_already_linked", node_id, port
        if kind not in ENGINE_TYPES and kind not in self.types:
            yield "unknown_node_type", node_id, ""
            return
        for field in {"body", "next", "collect", "show", "graph"} - ENGINE_TYPES.get(kind, set()):
            if node.get(field) or (field == "body" and field in node):
                yield "unknown_field", node_id, field
        if node.get("v", 1) > self.types.get(kind, {}).get("version", 1):
            yield "unsupported_version", node_id, ""
        if kind in {"Repeat", "Map"}:
            yield from self.loop_faults(node_id, node, ready)
        elif kind == "Switch":
            yield from self.switch_faults(node_id, node, ready)
        else:
            yield from self.call_faults(node_id, node, ready)
        if node.get("mode") == "bypass":
            yield from self.bypass_faults(node_id, node)

    def inputs_of(self, node: Doc) -> dict[str, Doc | None]:
        """The inputs of a declared node or a Subgraph, in the form of faces."""
        if node["type"] == "Subgraph":
            inner = self.worlds.get(node.get("graph", ""))
            names = inner.raw.get("inputs", {}) if inner else {}
            faces = {name: inner.face(name) for name in names} if inner else {}
            return {name: None if f is None or f["clash"] else f for name, f in faces.items()}
        declared = self.types[node["type"]]["inputs"]
        return {
            name: {
                "kind": port["type"],
                "plains": [port["plain"]] if port.get("plain") else [],
                "many": port.get("many", False),
                "required": port.get("required", True),
            }
            for name, port in declared.items()
        }

    def call_faults(self, node_id: str, node: Doc, ready: bool) -> Iterator[Verdict]:
        params, inputs = node.get("params", {}), node.get("inputs", {})
        if node["type"] == "Subgraph" and node.get("graph", "") not in self.worlds:
            yield "unknown_node_type", node_id, "graph"
            return
        known = self.inputs_of(node)
        for name in {*params, *inputs} - known.keys():
            yield "unknown_input", node_id, name
        for name, port in known.items():
            if port is None:
                continue
            if name in inputs:
                yield from self.wired_faults(node_id, name, port, inputs[name])
            elif name in params:
                code = misfit(params[name], port)
                if code:
                    yield code, node_id, name
            elif port["required"] and not self.lacks_nothing(node_id, name, ready):
                yield "missing_input", node_id, name
        if node["type"] != "Subgraph":
            yield from self.product_faults(node_id, node)

    def wired_faults(self, node_id: str, name: str, port: Doc, wires: Any) -> Iterator[Verdict]:
        if isinstance(wires, list) and not port["many"]:
            yield "input_already_linked", node_id, name
            return
        for wire in wires if isinstance(wires, list) else [wires]:
            kind = self.brings(wire, self.chain[node_id], self.kinds())[0]
            if port["many"]:
                kind = re.sub(r"^(list\[)*|\]*$", "", kind)
            if not self.fits(kind, port["kind"]):
                yield "port_type_mismatch", node_id, name

    def product_faults(self, node_id: str, node: Doc) -> Iterator[Verdict]:
        declared = self.types[node["type"]]
        for product in declared.get("products", []):
            factors = [
                node.get("params", {}).get(name, declared["inputs"][name].get("default"))
                for name in product["names"]
                if name not in node.get("inputs", {})
            ]
            real = [f for f in factors if type(f) in {int, float} and f >= 1]
            if math.prod(int(f) for f in real) > product["at_most"]:
                yield "out_of_range", node_id, product["names"][0]

    def loop_faults(self, node_id: str, node: Doc, ready: bool) -> Iterator[Verdict]:
        params, inputs = node.get("params", {}), node.get("inputs", {})
        chain = (*self.chain[node_id], node_id)
        after = node.get("next", {}) if node["type"] == "Repeat" else {}
        yield from self.over_faults(node_id, node, ready)
        if not node.get("body"):
            yield "empty_graph", node_id, "body"
        outward = [*after.items(), *node.get("collect", {}).items()]
        if node.get("show") and node["type"] == "Repeat":
            outward.append(("show", node["show"]))
        for name, wire in outward:
            fault = self.wire_fault(wire, chain)
            if fault:
                yield fault, node_id, name
        for name in node.get("collect", {}):
            if name in RESERVED or name in node.get("next", {}):
                yield "bad_id", node_id, name
        given = {*inputs, *params, *(p for owner, p in self.given if owner == node_id)} - {"over"}
        for name in inputs:
            if isinstance(inputs[name], list) and (node["type"] == "Repeat" or name == "over"):
                yield "input_already_linked", node_id, name
        if node["type"] == "Map":
            for name in {*inputs, *params} - {"over"}:
                yield "unknown_input", node_id, name
            return
        for name in given | after.keys():
            off = any(self.nodes[n].get("mode") for n in chain)
            if name in RESERVED or not re.fullmatch(r"[A-Za-z_]\w{0,63}", name, re.ASCII):
                yield "bad_id", node_id, name
                continue
            unset = name not in {*inputs, *params} and not self.lacks_nothing(node_id, name, ready)
            if name not in after or (name not in given and not off) or unset:
                yield "missing_input", node_id, name
        kinds = self.kinds()
        for name in given & after.keys():
            before = kinds.get((node_id, name, "inside"), ANY)[0]
            if not self.fits(self.brings(after[name], chain, kinds)[0], before):
                yield "port_type_mismatch", node_id, name

    def over_faults(self, node_id: str, node: Doc, ready: bool) -> Iterator[Verdict]:
        params, inputs = node.get("params", {}), node.get("inputs", {})
        if "over" in inputs:
            if isinstance(inputs["over"], str):
                kind = self.brings(inputs["over"], self.chain[node_id], self.kinds())[0]
                if kind not in {"?", "int"} and not kind.startswith("list["):
                    yield "port_type_mismatch", node_id, "over"
        elif "over" in params:
            over = params["over"]
            if isinstance(over, list):
                if len(over) > 10_000:
                    yield "out_of_range", node_id, "over"
                elif over and literal(over) == ANY:
                    yield "wrong_type", node_id, "over"
            elif isinstance(over, bool) or not isinstance(over, int | float) or over % 1:
                yield "wrong_type", node_id, "over"
            elif not 0 <= over <= 10_000:
                yield "out_of_range", node_id, "over"
        elif not self.lacks_nothing(node_id, "over", ready):
            yield "missing_input", node_id, "over"

    def switch_faults(self, node_id: str, node: Doc, ready: bool) -> Iterator[Verdict]:
        params, inputs = node.get("params", {}), node.get("inputs", {})
        for name, wire in inputs.items():
            if isinstance(wire, list):
                yield "input_already_linked", node_id, name
        for name in self.switch(node_id, self.kinds())[1]:
            yield "port_type_mismatch", node_id, name
        cases = self.cases(node_id)
        if not cases:
            yield "missing_input", node_id, ""
        if "on" not in inputs and "on" not in params:
            if not self.lacks_nothing(node_id, "on", ready):
                yield "missing_input", node_id, "on"
            return
        on = self.start(node_id, "on", self.kinds()) or ANY
        typed = "on" not in inputs
        if on[0] not in {"bool", "int", "str"} and (typed or on != ANY):
            yield "wrong_type" if typed else "port_type_mismatch", node_id, "on"
            return
        if not cases:
            return
        possible = set(on[1]) or ({"true", "false"} if on[0] == "bool" else set())
        for name in cases - {"default"}:
            integer = on[0] == "int" and not re.fullmatch(r"0|-?[1-9][0-9]*", name)
            if integer or (possible and name not in possible):
                yield "unknown_input", node_id, name
        if "default" in cases:
            return
        if on[0] == "bool":
            for name in possible - cases:
                if not self.lacks_nothing(node_id, name, ready):
                    yield "missing_input", node_id, name
        elif typed:
            text = params["on"] if on[0] == "str" else str(int(params["on"]))
            if text not in cases and not self.lacks_nothing(node_id, "", ready):
                yield "missing_input", node_id, text

    def bypass_faults(self, node_id: str, node: Doc) -> Iterator[Verdict]:
        kind = node["type"]
        if kind in {"Repeat", "Map"}:
            for port in node.get("collect", {}):
                if kind == "Map" or port not in node.get("next", {}):
                    yield "cannot_bypass", node_id, port
            return
        arriving = set()
        for name, wire in node.get("inputs", {}).items():
            if (kind == "Switch" and name == "on") or isinstance(wire, list):
                continue
            if kind == "Switch" or name in self.inputs_of(node):
                arriving.add(self.brings(wire, self.chain[node_id], self.kinds())[0])
        for owner, name in self.given:
            if owner == node_id and name not in node.get("inputs", {}) and name != "on":
                target = self.target(owner, name)
                if target is not None and not target["clash"]:
                    arriving.add(target["kind"])
        for port in self.ports(node_id, "outside") or ():
            wanted = self.kinds()[node_id, port, "outside"][0]
            if not arriving or not ({wanted, "?"} & arriving or wanted == "?"):
                yield "cannot_bypass", node_id, port

    def edges(self) -> set[tuple[str, str]]:
        """`(source, reader)` within each body: a reader stands for all that is inside it."""
        found = set()
        for node_id, node in self.nodes.items():
            outer = [
                (wire, self.chain[node_id])
                for wires in node.get("inputs", {}).values()
                for wire in (wires if isinstance(wires, list) else [wires])
            ]
            own = list(node.get("collect", {}).values())
            if node["type"] == "Repeat":
                own += [*node.get("next", {}).values(), *([node["show"]] if "show" in node else [])]
            elif node["type"] != "Map":
                own = []
            inner = [(wire, (*self.chain[node_id], node_id)) for wire in own]
            for wire, chain in outer + inner:
                source, port = wire_parts(wire)
                if not port or self.table(chain).get(source) != "outside":
                    continue
                around = (*chain, node_id) if (wire, chain) in outer else chain
                level = len(self.chain[source])
                if level < len(around):
                    found.add((source, around[level]))
        return found

    def cycles(self) -> set[Verdict]:
        reads: dict[str, set[str]] = {node_id: set() for node_id in self.nodes}
        for source, reader in self.edges():
            reads[source].add(reader)
        for middle in self.nodes:
            for source in self.nodes:
                if middle in reads[source]:
                    reads[source] |= reads[middle]
        order = list(self.nodes)
        found = set()
        for node_id in order:
            if node_id in reads[node_id]:
                knot = [n for n in order if n in reads[node_id] and node_id in reads[n]]
                found.add(("cycle", knot[0], ""))
        return found


def wire_parts(wire: str) -> tuple[str, str]:
    node_id, _, port = wire.partition(".")
    return node_id, port


def kind_of(port: Doc) -> Kind:
    plain = port.get("plain") or {}
    return port["type"], tuple(plain.get("values", ()))


def listed(kind: Kind) -> Kind:
    return ANY if kind == ANY else (f"list[{kind[0]}]", ())


def element(kind: Kind) -> Kind:
    return (kind[0][5:-1], ()) if kind[0].startswith("list[") else ANY


def literal(value: Any) -> Kind:
    """The type of a value typed into a structural node."""
    if isinstance(value, bool):
        return ("bool", ())
    if isinstance(value, int | float):
        return ("float", ()) if value % 1 else ("int", ())
    if isinstance(value, str):
        return ("str", ())
    if not isinstance(value, list) or not value:
        return ANY
    kinds = {literal(item)[0] for item in value}
    if len(kinds) == 1 and "?" not in kinds:
        return listed((kinds.pop(), ()))
    depths = {kind.count("list[") for kind in kinds}
    leaves = {kind.replace("list[", "").rstrip("]") for kind in kinds}
    if len(depths) == 1 and leaves == {"int", "float"}:
        return ("list[" * (1 + depths.copy().pop()) + "float" + "]" * (1 + depths.pop()), ())
    return ANY


def same_type(one: Doc, other: Doc) -> bool:
    """Whether two targets of a public input have a type, and a value, in common."""
    if bool(one["plain"]) != bool(other["plain"]):
        return False
    if not one["plain"]:
        return bool(one["kind"] == other["kind"])
    for a in one["plain"]:
        for b in other["plain"]:
            kinds = {a["kind"], b["kind"]}
            if len(kinds) > 1 and kinds != {"enum", "str"}:
                return False
            if kinds == {"enum"} and not set(a["values"]) & set(b["values"]):
                return False
            if (a.get("element"), a.get("members")) != (b.get("element"), b.get("members")):
                return False
    return True


def misfit(value: Any, port: Doc) -> str:
    """The code of what is wrong with a typed value, or nothing: it must suit every plain type."""
    if not port["plains"]:
        return "" if port["kind"] == "?" else "wrong_type"
    codes = {plain_misfit(value, plain) for plain in port["plains"]} - {""}
    return min(codes, key=WORST_FIRST.index) if codes else ""


def plain_misfit(value: Any, plain: Doc) -> str:
    if value is None:
        return "" if plain.get("nullable") else "wrong_type"
    kind = plain["kind"]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    right = {
        "int": number and value % 1 == 0,
        "float": number,
        "str": isinstance(value, str),
        "enum": isinstance(value, str),
        "bool": isinstance(value, bool),
        "list": isinstance(value, list),
        "record": isinstance(value, dict),
    }[kind]
    if not right:
        return "wrong_type"
    if kind == "enum" and value not in plain["values"]:
        return "out_of_choices"
    for code in parts_misfit(value, plain):
        return code
    limits = plain.get("limits") or {}
    size = len(value) if isinstance(value, str | list) else 0
    if size > limits.get("max_length", size) or size < limits.get("min_length", 0):
        return "out_of_range"
    if number and not (
        value >= limits.get("ge", -math.inf)
        and value > limits.get("gt", -math.inf)
        and value <= limits.get("le", math.inf)
        and value < limits.get("lt", math.inf)
    ):
        return "out_of_range"
    if number and limits.get("multiple_of"):
        ratio = Fraction(str(value)) / Fraction(str(limits["multiple_of"]))
        return "" if ratio.denominator == 1 else "not_multiple_of"
    return ""


def parts_misfit(value: Any, plain: Doc) -> Iterator[str]:
    """What is wrong with the items of a list or the fields of an object, the first one first."""
    if plain["kind"] == "list":
        yield from (code for item in value if (code := plain_misfit(item, plain["element"])))
    if plain["kind"] == "record":
        members = {member["name"]: member for member in plain["members"]}
        yield from ("unknown_input" for name in value if name not in members)
        for name, member in members.items():
            if name not in value and member["required"]:
                yield "missing_input"
            elif name in value and plain_misfit(value[name], member["plain"]):
                yield plain_misfit(value[name], member["plain"])
