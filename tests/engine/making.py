"""Makes graphs for tests: valid by construction, then broken in one or several ways."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

Doc = dict[str, Any]
Wires = list[tuple[str, str]]
"""What a place in a graph can see: `(wire, type)`."""

NEEDS = {
    "Start": {},
    "Add": {"num": "Num"},
    "Grow": {"num": "Num"},
    "Shrink": {"big": "Big"},
    "Total": {"nums": "many"},
    "Split": {"num": "Num"},
    "Apart": {"num": "Num"},
    "Say": {},
    "Length": {"word": "Word"},
    "Half": {},
    "Above": {},
    "Tone": {},
    "Letters": {},
    "Range": {},
    "Load": {},
    "Area": {},
    "Show": {"num": "Num"},
    "Renewed": {},
}
GIVES = {
    "Start": {"num": "Num"},
    "Add": {"num": "Num"},
    "Grow": {"big": "Big"},
    "Shrink": {"num": "Num"},
    "Total": {"num": "Num"},
    "Split": {"num": "list[Num]"},
    "Apart": {"low": "Num", "word": "Word"},
    "Say": {"word": "Word"},
    "Length": {"value": "int"},
    "Half": {"value": "float"},
    "Above": {"value": "bool"},
    "Tone": {"value": "str"},
    "Letters": {"value": "list[str]"},
    "Range": {"value": "list[int]"},
    "Load": {"num": "Num"},
    "Area": {"num": "Num"},
    "Show": {},
    "Renewed": {"num": "Num"},
}
PARAMS: dict[str, dict[str, list[Any]]] = {
    "Start": {"x": [0, 5, -100, 7.0]},
    "Add": {"scale": [0, 1.5, 10], "count": [1, 8]},
    "Shrink": {"by": [None, 2, 0.5]},
    "Split": {"parts": [1, 3]},
    "Say": {"text": ["", "hey"], "tone": ["low", "high"], "points": [None, [], [{"at": 1}]]},
    "Half": {"value": [1, 2.5]},
    "Above": {"value": [0.5], "limit": [3]},
    "Tone": {"high": [True, False]},
    "Letters": {"text": ["xyz"]},
    "Range": {"count": [0, 4]},
    "Load": {"model": ["demo", "other"]},
    "Area": {"height": [8, 32], "batch": [1, 2]},
    "Show": {"title": ["a picture"]},
    "Renewed": {"size": [2], "mode": ["old"], "step": [3]},
}
WIRED_PARAMS = {
    ("Add", "count"): "int",
    ("Add", "scale"): "float",
    ("Say", "tone"): "str",
    ("Say", "text"): "str",
    ("Half", "value"): "float",
    ("Above", "value"): "float",
    ("Tone", "high"): "bool",
    ("Range", "count"): "int",
}


def fits(source: str, target: str) -> bool:
    if target == "many":
        return fits(source.replace("list[", "").rstrip("]"), "Num")
    return source == target or (source, target) in {("Big", "Num"), ("int", "float")}


class Maker:
    """Makes one valid file."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0
        self.faces: dict[str, tuple[dict[str, str], dict[str, str]]] = {}

    def file(self) -> Doc:
        definitions: Doc = {}
        for _ in range(self.random.choice([0, 0, 1, 2])):
            name = f"part{len(definitions)}"
            definitions[name] = self.definition(name)
        made: Doc = {"format": 1, **self.graph(self.random.randint(1, 6))}
        if definitions:
            made["definitions"] = definitions
        return made

    def definition(self, name: str) -> Doc:
        made = self.graph(self.random.randint(1, 4))
        self.faces[name] = (made.pop("face_in"), made.pop("face_out"))
        made["inputs"] = made.get("inputs", {})
        return made

    def graph(self, size: int) -> Doc:
        nodes: Doc = {}
        wires = self.fill(nodes, [], size, 0)
        made: Doc = {"nodes": nodes}
        inputs, face_in = self.public_inputs(nodes)
        if inputs:
            made["inputs"] = inputs
        picked = self.random.sample(wires, min(len(wires), self.random.randint(1, 2)))
        made["outputs"] = {f"out{i}": wire for i, (wire, _) in enumerate(picked)}
        made["face_in"] = face_in
        made["face_out"] = {f"out{i}": kind for i, (_, kind) in enumerate(picked)}
        return made

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind.lower()[:3]}{self.count}"

    def fill(self, nodes: Doc, around: Wires, size: int, depth: int) -> Wires:
        """Adds nodes to a body; returns what they give."""
        start = self.name("Start")
        nodes[start] = {"type": "Start", "params": {"x": self.random.randint(-9, 9)}}
        own: Wires = [(f"{start}.num", "Num")]
        for _ in range(size):
            kinds = [*NEEDS, "Switch", "Subgraph"] + ["Repeat", "Map"] * (3 if depth < 3 else 0)
            kind = self.random.choice(kinds)
            if kind == "Subgraph" and not self.faces:
                continue
            if kind in {"Repeat", "Map"}:
                own += self.loop(nodes, [*around, *own], kind, depth)
            elif kind == "Switch":
                own += self.switch(nodes, [*around, *own])
            elif kind == "Subgraph":
                own += self.use(nodes, [*around, *own])
            else:
                own += self.call(nodes, [*around, *own], kind)
        return own

    def find(self, wires: Wires, kind: str) -> str | None:
        fitting = [wire for wire, other in wires if fits(other, kind)]
        return self.random.choice(fitting) if fitting else None

    def params(self, kind: str) -> Doc:
        return {
            name: copy.deepcopy(self.random.choice(values))
            for name, values in PARAMS.get(kind, {}).items()
            if self.random.random() < 0.4
        }

    def call(self, nodes: Doc, wires: Wires, kind: str) -> Wires:
        node: Doc = {"type": kind, "params": self.params(kind), "inputs": {}}
        if kind == "Area":
            node["params"]["width"] = self.random.choice([8, 16, 64.0])
        for port, wanted in NEEDS[kind].items():
            wire = self.find(wires, wanted)
            if wire is None:
                return []
            many = wanted == "many" and self.random.random() < 0.7
            node["inputs"][port] = [wire, *self.more(wires)] if many else wire
        if kind in {"Add", "Renewed"} and self.random.random() < 0.5:
            node["inputs"]["other" if kind == "Add" else "num"] = self.find(wires, "Num")
        for (owner, port), wanted in WIRED_PARAMS.items():
            wire = self.find(wires, wanted) if owner == kind else None
            if wire and port not in node["params"]:
                node["inputs"][port] = wire
        if kind == "Renewed":
            node["v"] = self.random.choice([1, 2, 3])
        node_id = self.name(kind)
        nodes[node_id] = {key: value for key, value in node.items() if value}
        return [(f"{node_id}.{port}", given) for port, given in GIVES[kind].items()]

    def more(self, wires: Wires) -> list[str]:
        found = [self.find(wires, "many") for _ in range(self.random.randint(0, 2))]
        return [wire for wire in found if wire]

    def loop(self, nodes: Doc, wires: Wires, kind: str, depth: int) -> Wires:
        node_id = self.name(kind)
        node: Doc = {"type": kind, "params": {}, "inputs": {}}
        nodes[node_id] = node
        over: Any = self.random.choice([3, [1, 2.5], ["a", "b"], [], "wire"])
        sequences = [(w, k) for w, k in wires if k == "int" or k.startswith("list[")]
        if over == "wire" and sequences:
            wire, source = self.random.choice(sequences)
            node["inputs"]["over"] = wire
            item = source[5:-1] if source.startswith("list[") else "int"
        else:
            node["params"]["over"] = over = 3 if over == "wire" else over
            item = {"3": "int", "[1, 2.5]": "float", "['a', 'b']": "str"}.get(str(over), "?")
        inside: Wires = [(f"{node_id}.index", "int"), (f"{node_id}.item", item)]
        carried: dict[str, str] = {}
        if kind == "Repeat":
            carried = self.carried(node, wires)
            inside += [(f"{node_id}.{name}", held) for name, held in carried.items()]
        node["body"] = {}
        own = self.fill(node["body"], [*wires, *inside], self.random.randint(1, 3), depth + 1)
        seen = [*wires, *inside, *own]
        if carried:
            node["next"] = {name: self.find(seen, held) for name, held in carried.items()}
        given = [(f"{node_id}.{name}", held) for name, held in carried.items()]
        if self.random.random() < 0.6:
            wire, held = self.random.choice(own)
            node["collect"] = {"all": wire}
            given.append((f"{node_id}.all", f"list[{held}]" if held != "?" else "?"))
        if kind == "Repeat" and self.random.random() < 0.2:
            node["show"] = self.random.choice(own)[0]
        for field in ("params", "inputs"):
            if not node[field]:
                del node[field]
        return given

    def carried(self, node: Doc, wires: Wires) -> dict[str, str]:
        held = {}
        for name in self.random.sample(["a", "b", "sum"], self.random.randint(0, 2)):
            if self.random.random() < 0.3:
                value, kind = self.random.choice([(1.5, "float"), ("x", "str"), (True, "bool")])
                node["params"][name] = value
            else:
                wire, kind = self.random.choice(wires)
                node["inputs"][name] = wire
            held[name] = kind
        return held

    def switch(self, nodes: Doc, wires: Wires) -> Wires:
        node: Doc = {"type": "Switch", "params": {}, "inputs": {}}
        flag, text = self.find(wires, "bool"), self.find(wires, "str")
        if flag and self.random.random() < 0.6:
            node["inputs"]["on"], cases = flag, ["true", "false"]
        elif text and self.random.random() < 0.5:
            node["inputs"]["on"], cases = text, ["low", "default"]
        else:
            node["params"]["on"], cases = self.random.choice(
                [(True, ["true", "false"]), (2, ["2", "7"]), ("b", ["a", "b"]), (9, ["default"])]
            )
        if self.random.random() < 0.3:
            for case in cases:
                node["params"][case] = self.random.choice([1.5, 2.5])
            kind = "float"
        else:
            kind = self.random.choice(wires)[1]
            same = [wire for wire, other in wires if other == kind]
            for case in cases:
                node["inputs"][case] = self.random.choice(same)
        node_id = self.name("Switch")
        nodes[node_id] = {key: value for key, value in node.items() if value}
        return [(f"{node_id}.value", kind)]

    def use(self, nodes: Doc, wires: Wires) -> Wires:
        name = self.random.choice(list(self.faces))
        face_in, face_out = self.faces[name]
        node: Doc = {"type": "Subgraph", "graph": name, "inputs": {}}
        for port, wanted in face_in.items():
            wire = self.find(wires, wanted)
            if wire is None:
                return []
            node["inputs"][port] = wire
        node_id = self.name("use")
        nodes[node_id] = {key: value for key, value in node.items() if value}
        return [(f"{node_id}.{port}", kind) for port, kind in face_out.items()]

    def public_inputs(self, nodes: Doc) -> tuple[Doc, dict[str, str]]:
        """Opens some ports: unwired params, and required wires that are cut for it."""
        inputs: Doc = {}
        face: dict[str, str] = {}
        for node_id, node in every_node(nodes):
            kind = node["type"]
            if kind == "Start" and self.random.random() < 0.3:
                inputs[f"x{len(inputs)}"] = {"to": [f"{node_id}.x"]}
            elif kind in {"Grow", "Split"} and self.random.random() < 0.3:
                node["inputs"].pop("num")
                if not node["inputs"]:
                    del node["inputs"]
                face[f"num{len(inputs)}"] = "Num"
                inputs[f"num{len(inputs)}"] = {"to": [f"{node_id}.num"], "title": "A number"}
        return inputs, face


def every_node(nodes: Doc) -> list[tuple[str, Doc]]:
    found = []
    for node_id, node in nodes.items():
        found.append((node_id, node))
        found += every_node(node.get("body", {}))
    return found


def make(random: Random) -> Doc:
    """A valid file (what `Maker` leaves of its own notes is removed)."""
    made = Maker(random).file()
    for graph in (made, *made.get("definitions", {}).values()):
        graph.pop("face_in", None)
        graph.pop("face_out", None)
    return made


class Breaker:
    """Breaks a file in one way. Each method is one kind of mistake."""

    def __init__(self, random: Random, file: Doc) -> None:
        self.random = random
        self.file = file
        graphs = [file, *file.get("definitions", {}).values()]
        self.graph = random.choice(graphs)
        self.all = every_node(self.graph["nodes"])
        self.id, self.node = random.choice(self.all)

    def wire(self) -> str:
        """A wire of any kind: to a real port or not, visible here or not."""
        node_id, node = self.random.choice(self.all)
        ports = [*GIVES.get(node["type"], {}), *node.get("next", {}), *node.get("collect", {})]
        ports += ["value"] * (node["type"] == "Switch") + ["item", "index", "nope", "num"]
        if node["type"] == "Subgraph":
            ports += ["out0"] * 3
        return f"{node_id}.{self.random.choice(ports)}"

    def port(self) -> str:
        node = self.node
        mine = [*node.get("inputs", {}), *node.get("params", {})]
        known = [*NEEDS.get(node["type"], {}), *PARAMS.get(node["type"], {})]
        return str(self.random.choice([*mine, *mine, *known, "over", "on", "nope", "default"]))

    def value(self) -> Any:
        return copy.deepcopy(
            self.random.choice(
                [
                    *(0, 1, -1, 2.5, 20.0, 10**9, 513, True, None, "low", "", "x" * 30),
                    *([], [1, "a"], [[1], [2.5]], {"at": 1}, [{"at": 1}], [{"nope": 2}]),
                ]
            )
        )

    def retarget(self) -> None:
        inputs = self.node.get("inputs")
        if inputs:
            inputs[self.random.choice(list(inputs))] = self.wire()

    def add_wire(self) -> None:
        wire: Any = self.wire()
        if self.random.random() < 0.2:
            wire = [wire, self.wire()]
        self.node.setdefault("inputs", {})[self.port()] = wire

    def rename_wire(self) -> None:
        inputs = self.node.get("inputs")
        if inputs:
            name = self.random.choice(list(inputs))
            inputs[name] = self.random.choice(["ghost.num", "plain", "a.", ".b", "sta1.x.y"])

    def drop_input(self) -> None:
        for field in ("inputs", "params"):
            if self.node.get(field):
                del self.node[field][self.random.choice(list(self.node[field]))]
                return

    def set_param(self) -> None:
        self.node.setdefault("params", {})[self.port()] = self.value()

    def retype(self) -> None:
        kinds = [*NEEDS, "Repeat", "Map", "Switch", "Subgraph", "NoSuchNode"]
        self.node["type"] = self.random.choice(kinds)

    def mode(self) -> None:
        self.node["mode"] = self.random.choice(["mute", "bypass"])

    def version(self) -> None:
        self.node["v"] = self.random.choice([2, 4])

    def drop_node(self) -> None:
        def drop(nodes: Doc) -> None:
            nodes.pop(self.id, None)
            for node in nodes.values():
                drop(node.get("body", {}))

        if len(self.all) > 1 and len(self.graph["nodes"]) > 1:
            drop(self.graph["nodes"])

    def loop_field(self) -> None:
        field = self.random.choice(["next", "collect"])
        names = self.random.choice(["a", "b", "sum", "all", "index", "over"])
        self.node.setdefault(field, {})[names] = self.wire()

    def drop_loop_field(self) -> None:
        for field in ("next", "collect", "show", "body"):
            if field in self.node and self.random.random() < 0.4:
                del self.node[field]

    def show(self) -> None:
        self.node["show"] = self.wire()

    def output(self) -> None:
        self.graph.setdefault("outputs", {})["extra"] = self.wire()

    def no_outputs(self) -> None:
        self.graph.pop("outputs", None)

    def public(self) -> None:
        targets = [f"{self.id}.{self.port()}" for _ in range(self.random.randint(1, 2))]
        self.graph.setdefault("inputs", {})["open"] = {"to": targets}

    def use(self) -> None:
        names = [*self.file.get("definitions", {}), "nope"]
        self.node["graph"] = self.random.choice(names)

    def turn(self) -> None:
        """Wires a node to itself or to one that comes later."""
        later = [node_id for node_id, _ in self.all]
        node_id = self.random.choice(later[later.index(self.id) :])
        kind = dict(self.all)[node_id]["type"]
        port = self.random.choice([*GIVES.get(kind, {"value": ""})] or ["value"])
        self.node.setdefault("inputs", {})[self.port()] = f"{node_id}.{port}"


BREAKS = [
    name for name in vars(Breaker) if name not in {"wire", "port", "value"} and name[0] != "_"
]


def broken(random: Random, file: Doc, count: int) -> Doc:
    """The file with so many mistakes (some of them harmless)."""
    file = copy.deepcopy(file)
    for _ in range(count):
        getattr(Breaker(random, file), random.choice(BREAKS))()
    return file
