"""Reading a graph file, format 1: whether a text has the shape of a graph.

What it means is `validate`'s subject. Checks are by hand: pydantic takes 5 us a node, half of
what parsing and validation together may cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .document import (
    FORMAT,
    ID,
    MAX_NESTING,
    MAX_NODES,
    NONE,
    STRUCTURAL,
    Graph,
    Node,
    PublicInput,
    Wire,
    split_wire,
    walk_nodes,
)
from .errors import GraphError, Problem, nearest
from .jsontext import DOUBLE, decode, doubles, flaw, quoted
from .plain import Json, shown

__all__ = [
    "FORMAT",
    "ID",
    "MAX_NODES",
    "STRUCTURAL",
    "Graph",
    "Node",
    "PublicInput",
    "Wire",
    "from_json",
    "parse",
    "split_wire",
    "walk_nodes",
]

SIMPLE_FIELDS = frozenset({"type", "params", "inputs"})
NODE_FIELDS = frozenset(Node._fields)
DEFINITION_FIELDS = frozenset(
    {"format", "title", "about", "inputs", "outputs", "nodes", "view", "origin"}
)
GRAPH_FIELDS = (DEFINITION_FIELDS - {"origin"}) | {"definitions"}
PUBLIC_FIELDS = frozenset(PublicInput._fields)
TOO_MANY = f"The graph has more than {MAX_NODES:,} nodes."
WIRE = 'wants a wire, the text "node.port", this is {}.'


def parse(text: str | bytes) -> Graph:
    """Reads a graph from JSON text. Raises GraphError with every problem of its shape."""
    problems: list[Problem] = []
    raw = decode(text, problems)
    if problems:
        raise GraphError(problems)
    return from_json(raw)


def from_json(raw: Json) -> Graph:
    """Reads a graph from parsed JSON. Raises GraphError with every problem of its shape."""
    reader = _Reader()
    graph = reader.graph(raw)
    if reader.problems or graph is None:
        raise GraphError(reader.problems)
    return graph


class _Reader:
    """Turns parsed JSON into a Graph, collecting every problem of shape on the way.

    `within` is the definition that is being read, `seen` the ids met in it.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.seen: set[str] = set()
        self.count = 0
        self.within = ""

    def problem(
        self, code: str, message: str, path: str = "", port: str = "", fix: str = ""
    ) -> None:
        if self.within:
            path = f"{self.within}.{path}" if path else self.within
        self.problems.append(Problem(code, message, path, port, fix))

    def graph(self, raw: Json) -> Graph | None:
        """The whole file, or the definition that `within` names."""
        if type(raw) is not dict:
            self.problem("bad_graph", f"A graph is a JSON object, this is {shown(raw)}.")
            return None
        if (not self.within or "format" in raw) and not self._format(raw):
            return None
        self._fields(raw, DEFINITION_FIELDS if self.within else GRAPH_FIELDS, "A graph")
        self.seen = set()
        before = len(self.problems)
        nodes = self._nodes(raw.get("nodes", {}), "", 0)
        if not nodes and len(self.problems) == before:
            self.problem("empty_graph", "The graph has no nodes.")
        return Graph(
            nodes=nodes,
            title=self._text(raw, "title", ""),
            about=self._text(raw, "about", ""),
            inputs=self._public_inputs(raw),
            outputs=self._wires(raw, "outputs", ""),
            definitions=NONE if self.within else self._definitions(raw),
            view=self._values(raw, "view", ""),
            origin=self._text(raw, "origin", ""),
        )

    def _format(self, raw: dict[str, Json]) -> bool:
        number = raw.get("format")
        if type(number) in {int, float} and number == FORMAT:
            return True
        if "format" not in raw and _is_comfy(raw):
            message = "This is a ComfyUI workflow; latentgraph reads its own format 1."
            self.problem("unsupported_version", message, fix="Rebuild it with `latentgraph new`.")
        else:
            came = shown(raw["format"]) if "format" in raw else "missing"
            message = f"The graph's format is {came}; this version reads format {FORMAT}."
            self.problem("unsupported_version", message, port="format")
        return False

    def _fields(
        self, raw: dict[str, Json], known: Iterable[str], what: str, path: str = "", port: str = ""
    ) -> None:
        for name in raw:
            if name not in known:
                message = f"{what} has no field {quoted(name)}."
                self.problem("unknown_field", message, path, port, nearest(name, known))

    def _nodes(self, raw: Json, path: str, depth: int) -> dict[str, Node]:
        if type(raw) is not dict:
            self.problem("bad_graph", f"Nodes are an object by id, this is {shown(raw)}.", path)
            return {}
        if depth > MAX_NESTING:
            self.problem("too_deep", f"Bodies nest at most {MAX_NESTING} deep.", path)
            return {}
        if self.count <= MAX_NODES < self.count + len(raw):
            self.problem("too_many_nodes", TOO_MANY)
        self.count += len(raw)
        if self.count > MAX_NODES:
            return {}
        nodes = {}
        seen, fullmatch = self.seen, ID.fullmatch
        for node_id, item in raw.items():
            if not fullmatch(node_id):
                self._bad_id("node id", node_id, path)
                continue
            if node_id in seen:
                message = f"The node id '{node_id}' is used twice in one graph (bodies included)."
                self.problem("duplicate_id", message, node_id, fix="Rename one of them.")
            seen.add(node_id)
            if type(item) is dict and item.keys() <= SIMPLE_FIELDS:
                node = self._simple_node(node_id, item)
                if node is not None:
                    nodes[node_id] = node
                    continue
            nodes[node_id] = self._node(node_id, item, depth)
        return nodes

    def _bad_id(self, what: str, name: str, path: str, port: str = "") -> None:
        rule = "is not a letter or underscore followed by up to 63 letters, digits or underscores."
        self.problem("bad_id", f"The {what} {quoted(name)} {rule}", path, port)

    def _simple_node(self, node_id: str, raw: dict[str, Json]) -> Node | None:
        """The quick way for a plain node without a flaw; None asks for the thorough one."""
        kind, params, inputs = raw.get("type"), raw.get("params", NONE), raw.get("inputs", NONE)
        if type(kind) is not str or (params is not NONE and type(params) is not dict):
            return None
        if inputs is not NONE:
            if type(inputs) is not dict:
                return None
            for wire in inputs.values():
                if type(wire) is not str:
                    return None
        for value in params.values():
            if type(value) is not str and flaw(value):
                return None
        return Node(kind, 1, "", "", params, inputs)

    def _node(self, node_id: str, raw: Json, depth: int) -> Node:
        if type(raw) is not dict or type(raw.get("type")) is not str:
            came = shown(raw) if type(raw) is not dict else "an object without one"
            message = f'A node is an object with a "type", this is {came}.'
            self.problem("bad_graph", message, node_id)
            return Node("")
        self._fields(raw, NODE_FIELDS, "A node", node_id)
        return Node(
            raw["type"],
            self._version(raw, node_id),
            self._mode(raw, node_id),
            self._text(raw, "graph", node_id),
            self._values(raw, "params", node_id),
            self._input_wires(raw, node_id),
            self._nodes(raw["body"], node_id, depth + 1) if "body" in raw else None,
            self._wires(raw, "next", node_id),
            self._wires(raw, "collect", node_id),
            self._text(raw, "show", node_id),
        )

    def _version(self, raw: dict[str, Json], node_id: str) -> int:
        version = raw.get("v", 1)
        if type(version) is float and version.is_integer():
            version = int(version)
        if type(version) is int and version >= 1:
            return version
        message = f"A version is an integer from 1, this is {shown(version)}."
        self.problem("unsupported_version", message, node_id, "v")
        return 1

    def _mode(self, raw: dict[str, Json], node_id: str) -> str:
        mode = self._text(raw, "mode", node_id)
        if mode not in {"", "mute", "bypass"}:
            message = f"wants 'mute' or 'bypass', this is {shown(mode)}."
            self.problem("out_of_choices", message, node_id, "mode")
        return mode

    def _text(self, raw: dict[str, Json], name: str, path: str) -> str:
        text = raw.get(name, "")
        if type(text) is str:
            return text
        self.problem("wrong_type", f"wants a text, this is {shown(text)}.", path, name)
        return ""

    def _object(self, raw: dict[str, Json], name: str, path: str) -> Mapping[str, Json]:
        found = raw.get(name, NONE)
        if found is NONE or type(found) is dict:
            return found
        self.problem("wrong_type", f"wants an object, this is {shown(found)}.", path, name)
        return NONE

    def _values(self, raw: dict[str, Json], name: str, path: str) -> Mapping[str, Json]:
        """An object of JSON values, each of which can be kept and written again."""
        values = self._object(raw, name, path)
        for key, value in values.items():
            found = flaw(value)
            if found == DOUBLE:
                values = {**values, key: doubles(value)}
            elif found:
                self.problem(*found, path, key[:64])
        return values

    def _input_wires(self, raw: dict[str, Json], path: str) -> dict[str, Wire]:
        wires: dict[str, Wire] = {}
        for port, wire in self._object(raw, "inputs", path).items():
            if type(wire) is str:
                wires[port] = wire
            elif type(wire) is list and wire and all(type(item) is str for item in wire):
                wires[port] = tuple(wire)
            else:
                came = "an empty list" if wire == [] else shown(wire)
                fix = "Leave it out." if wire == [] else "Put a typed value under params."
                self.problem("bad_wire", WIRE.format(came), path, port[:64], fix)
        return wires

    def _wires(self, raw: dict[str, Json], name: str, path: str) -> dict[str, str]:
        wires = {}
        for port, wire in self._object(raw, name, path).items():
            if not ID.fullmatch(port):
                self._bad_id("name", port, path, name)
            elif type(wire) is not str:
                self.problem("bad_wire", WIRE.format(shown(wire)), path, port)
            else:
                wires[port] = wire
        return wires

    def _public_inputs(self, raw: dict[str, Json]) -> dict[str, PublicInput]:
        found = {}
        for name, item in self._object(raw, "inputs", "").items():
            to = item.get("to") if type(item) is dict else None
            if not ID.fullmatch(name):
                self._bad_id("name", name, "", "inputs")
            elif type(to) is not list or not to or not all(type(wire) is str for wire in to):
                message = 'A public input is {"to": ["node.port", ...]}.'
                self.problem("bad_wire", message, port=name)
            else:
                self._fields(item, PUBLIC_FIELDS, "A public input", port=name)
                title, about = self._text(item, "title", ""), self._text(item, "about", "")
                found[name] = PublicInput(tuple(to), title, about)
        return found

    def _definitions(self, raw: dict[str, Json]) -> dict[str, Graph]:
        found = {}
        for name, item in self._object(raw, "definitions", "").items():
            if not ID.fullmatch(name):
                self._bad_id("name", name, "", "definitions")
                continue
            self.within = f"definitions.{name}"
            graph = self.graph(item)
            self.within = ""
            if graph is not None:
                found[name] = graph
        return found


def _is_comfy(raw: dict[str, Json]) -> bool:
    is_api = raw and all(type(item) is dict and "class_type" in item for item in raw.values())
    return bool(is_api) or "last_node_id" in raw or "links" in raw
