"""Makes graphs that run: random programs over the nodes of `things`, loops in loops included."""

from __future__ import annotations

from random import Random
from typing import Any

from engine.graph import from_json
from engine.packs import Registry
from engine.validate import validate

Doc = dict[str, Any]
Wires = list[tuple[str, str]]
"""What a place in a graph can see: `(wire, type)`."""

CALLS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "Make": ({"x": "float?"}, {"thing": "Thing"}),
    "Add": ({"a": "Thing", "b": "float?"}, {"thing": "Thing"}),
    "Total": ({"things": "many"}, {"thing": "Thing"}),
    "Split": ({"thing": "Thing"}, {"low": "Thing", "high": "Thing"}),
    "Read": ({"thing": "Thing"}, {"value": "float"}),
    "Sum": ({"a": "float", "b": "float?"}, {"value": "float"}),
    "Strict": ({"a": "float"}, {"value": "float"}),
    "Whole": ({"a": "float"}, {"value": "int"}),
    "Mean": ({"numbers": "list[float]"}, {"value": "float"}),
    "Less": ({"a": "float", "b": "float"}, {"value": "bool"}),
    "Window": ({"thing": "Thing", "at": "int", "start": "int?"}, {"thing": "Thing"}),
    "Fail": ({"thing": "Thing"}, {"thing": "Thing"}),
    "Parts": ({"thing": "Thing", "count": "int?"}, {"thing": "list[Thing]"}),
    "Gauge": ({"thing": "Thing"}, {"mark": "Mark"}),
    "Press": ({"thing": "Thing", "mark": "Mark"}, {"thing": "Thing"}),
    "Show": ({"thing": "Thing"}, {}),
}
RARE = {"Fail", "Strict"}
OVERS: list[tuple[Any, str]] = [
    (0, "int"),
    (1, "int"),
    (2, "int"),
    (3, "int"),
    (2.0, "int"),
    ([1, 2.5, 4], "float"),
    ([1.5, 1.5], "float"),
    ([3, 1], "int"),
]


class Program:
    """Makes one file. `failing` lets nodes in that may fail."""

    def __init__(self, random: Random, *, failing: bool = False) -> None:
        self.random = random
        self.failing = failing
        self.count = 0
        self.left = 24
        self.faces: dict[str, tuple[dict[str, str], dict[str, str]]] = {}

    def file(self) -> Doc:
        definitions: Doc = {}
        for index in range(self.random.choice([0, 0, 1, 2])):
            definitions[f"part{index}"] = self.definition(f"part{index}")
        nodes: Doc = {}
        wires = self.fill(nodes, [], self.random.randint(2, 6), 0)
        picked = self.random.sample(wires, min(len(wires), self.random.randint(1, 4)))
        outputs = {f"out{index}": wire for index, (wire, _) in enumerate(picked)}
        made: Doc = {"format": 1, "outputs": outputs, "nodes": nodes}
        return {**made, "definitions": definitions} if definitions else made

    def definition(self, name: str) -> Doc:
        """A closed graph; some ports of its nodes, in bodies too, are its public inputs."""
        nodes: Doc = {}
        wires = self.fill(nodes, [], self.random.randint(1, 3), 0)
        picked = self.random.sample(wires, min(len(wires), 2))
        gives = {f"out{index}": kind for index, (_, kind) in enumerate(picked)}
        takes: dict[str, str] = {}
        inputs: Doc = {}
        for node_id, node in every_node(nodes):
            wanted = CALLS.get(node["type"], ({}, {}))[0]
            for port, kind in wanted.items():
                if kind == "many" or self.random.random() > 0.3:
                    continue
                public = f"in{len(inputs)}"
                wired = node["inputs"].pop(port, None)
                typed = port in node["params"]
                inputs[public] = {"to": [f"{node_id}.{port}"]}
                optional = typed or (kind.endswith("?") and not wired)
                takes[public] = kind.rstrip("?") + "?" * (optional or kind.endswith("?"))
            if node["type"] in {"Repeat", "Map"} and type(node["params"].get("over")) is int:
                inputs[f"in{len(inputs)}"] = {"to": [f"{node_id}.over"]}
                takes[f"in{len(inputs) - 1}"] = "int?"
        self.faces[name] = (takes, gives)
        outputs = {f"out{index}": wire for index, (wire, _) in enumerate(picked)}
        return {"inputs": inputs, "outputs": outputs, "nodes": nodes}

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind.lower()[:3]}{self.count}"

    def fill(self, nodes: Doc, around: Wires, size: int, depth: int) -> Wires:
        """Adds nodes to a body; returns what they give."""
        own: Wires = []
        if not around:
            own += self.call(nodes, around, "Make")
            own += self.call(nodes, own, "Read")
        for _ in range(size):
            self.left -= 1
            if self.left < 0 and own:
                break
            kinds = [*CALLS, "Add", "Show", "Switch", "Switch", "Switch"]
            kinds += ["Repeat", "Repeat", "Repeat", "Map", "Map"] * (2 if depth < 3 else 0)
            kinds += ["Subgraph"] * 3 if self.faces else []
            kind = self.random.choice(kinds)
            if kind in RARE and not self.failing:
                continue
            make = getattr(self, kind.lower(), None)
            wires = [*around, *own]
            if kind in {"Repeat", "Map"}:
                own += self.loop(nodes, wires, kind, depth)
            elif make is not None:
                own += make(nodes, wires)
            else:
                own += self.call(nodes, wires, kind)
        return own or self.call(nodes, around, "Make")

    def find(self, wires: Wires, kind: str) -> str | None:
        """A wire of this type, a near one rather."""
        kinds = {kind, "int"} if kind == "float" else {kind}
        kinds |= {"list[int]"} if kind == "list[float]" else set()
        fitting = [wire for wire, other in wires if other in kinds]
        if not fitting:
            return None
        return self.random.choice(fitting[-4:] if self.random.random() < 0.7 else fitting)

    def call(self, nodes: Doc, wires: Wires, kind: str) -> Wires:
        takes, gives = CALLS[kind]
        node_id = self.name(kind)
        node: Doc = {"type": kind, "params": {}, "inputs": {}}
        for port, wanted in takes.items():
            if not self.bring(node, port, wanted, wires):
                return []
        if kind == "Fail":
            node["params"]["at"] = self.random.choice([1, 2, 3, 4])
        if kind == "Show":
            node["params"]["label"] = f"{node_id} "
        if kind == "Window":
            node["params"]["end"] = self.random.choice([1, 2, 3])
        nodes[node_id] = node
        return [(f"{node_id}.{port}", held) for port, held in gives.items()]

    def bring(self, node: Doc, port: str, wanted: str, wires: Wires) -> bool:
        """Gives a port a wire, or a value, or leaves it open; False where it must have one."""
        kind = wanted.rstrip("?")
        if kind == "many":
            sort = ["Thing", "list[Thing]", "list[list[Thing]]"]
            found = [self.find(wires, one) for one in self.random.choices(sort, k=3)]
            wired = [wire for wire in found if wire]
            if wired:
                node["inputs"][port] = wired
            return bool(wired)
        wire = self.find(wires, kind)
        if kind in {"float", "int"} and (wire is None or self.random.random() < 0.5):
            if wanted.endswith("?") and self.random.random() < 0.3:
                return True
            node["params"][port] = self.random.choice([0, 1, 2] + [1.5] * (kind == "float"))
            return True
        if wire is None:
            return False
        node["inputs"][port] = wire
        return True

    def loop(self, nodes: Doc, wires: Wires, kind: str, depth: int) -> Wires:
        node_id = self.name(kind)
        node: Doc = {"type": kind, "params": {}, "inputs": {}, "body": {}}
        over, item = self.random.choice(OVERS)
        sequences = [(w, k) for w, k in wires if k.startswith("list[") or k == "int"]
        if sequences and self.random.random() < 0.5:
            node["inputs"]["over"], source = self.random.choice(sequences)
            item = source[5:-1] if source.startswith("list[") else "int"
        else:
            node["params"]["over"] = over
        inside: Wires = [(f"{node_id}.index", "int"), (f"{node_id}.item", item)]
        carried = self.carried(node, wires) if kind == "Repeat" else {}
        inside += [(f"{node_id}.{name}", held) for name, held in carried.items()]
        own = self.fill(node["body"], [*wires, *inside], self.random.randint(1, 4), depth + 1)
        if carried:
            seen = [*wires, *inside, *own, *own]
            node["next"] = {name: self.find(seen, held) for name, held in carried.items()}
            if self.random.random() < 0.5:
                node["next"] = dict(reversed(node["next"].items()))
        given = [(f"{node_id}.{name}", held) for name, held in carried.items()]
        if kind == "Map" or self.random.random() < 0.5:
            picked = [self.random.choice([*own, *inside]) for _ in range(2)]
            node["collect"] = {f"all{n}": wire for n, (wire, _) in enumerate(picked)}
            given += [(f"{node_id}.all{n}", f"list[{held}]") for n, (_, held) in enumerate(picked)]
        if kind == "Repeat" and self.random.random() < 0.3:
            node["show"] = self.random.choice([*own, *inside])[0]
        nodes[node_id] = node
        return given

    def carried(self, node: Doc, wires: Wires) -> dict[str, str]:
        held = {}
        for name in self.random.sample(["a", "b", "c", "d"], self.random.randint(1, 3)):
            if self.random.random() < 0.2:
                node["params"][name], held[name] = self.random.choice(
                    [(1.5, "float"), (True, "bool")]
                )
            else:
                node["inputs"][name], held[name] = self.random.choice(wires)
        return held

    def switch(self, nodes: Doc, wires: Wires) -> Wires:
        node_id = self.name("Switch")
        node: Doc = {"type": "Switch", "params": {}, "inputs": {}}
        flag, number = self.find(wires, "bool"), self.find(wires, "int")
        if flag and self.random.random() < 0.7:
            node["inputs"]["on"], cases = flag, ["true", "false"]
        elif number and self.random.random() < 0.8:
            node["inputs"]["on"], cases = number, ["0", "1", "default"]
        else:
            node["params"]["on"] = on = self.random.choice([True, 1, "b"])
            cases = {"True": ["true", "false"], "1": ["1", "2"], "b": ["a", "default"]}[str(on)]
        kind = self.random.choice(wires)[1]
        if kind == "float" and self.random.random() < 0.4:
            node["params"] |= {case: n + 0.5 for n, case in enumerate(cases)}
        else:
            same = [wire for wire, other in wires if other == kind]
            node["inputs"] |= {case: self.random.choice(same) for case in cases}
        nodes[node_id] = node
        return [(f"{node_id}.value", kind)]

    def subgraph(self, nodes: Doc, wires: Wires) -> Wires:
        name = self.random.choice(list(self.faces))
        takes, gives = self.faces[name]
        node: Doc = {"type": "Subgraph", "graph": name, "params": {}, "inputs": {}}
        for port, wanted in takes.items():
            if wanted.endswith("?") and self.random.random() < 0.5:
                continue
            if not self.bring(node, port, wanted, wires):
                return []
        node_id = self.name("use")
        nodes[node_id] = node
        return [(f"{node_id}.{port}", kind) for port, kind in gives.items()]


def every_node(nodes: Doc) -> list[tuple[str, Doc]]:
    found = []
    for node_id, node in nodes.items():
        found.append((node_id, node))
        found += every_node(node.get("body", {}))
    return found


def with_modes(random: Random, doc: Doc, registry: Registry) -> Doc:
    """The file with a node or two muted or bypassed, where it stays valid."""
    graphs = [doc, *doc.get("definitions", {}).values()]
    for _ in range(random.randint(1, 3)):
        nodes = [node for graph in graphs for _, node in every_node(graph["nodes"])]
        node = random.choice(nodes)
        mode = random.choice(["mute", "bypass"])
        if "mode" in node or (node["type"] == "Subgraph" and mode == "bypass"):
            continue
        if mode == "bypass" and node["type"] in {"Switch", "Map"}:
            continue
        node["mode"] = mode
        if validate(from_json(doc), registry.catalogue, ready=True):
            del node["mode"]
    return doc


def program(random: Random, registry: Registry, *, failing: bool = False) -> Doc | None:
    """A valid file, or None where chance made none."""
    doc = Program(random, failing=failing).file()
    if validate(from_json(doc), registry.catalogue, ready=True):
        return None
    return with_modes(random, doc, registry) if random.random() < 0.3 else doc
