"""Graphs written in Python: nodes are calls, wires attributes. `validate` says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any, Self

from .canonical import dumps
from .catalogue import Catalogue
from .declare import snake_case
from .errors import LatentgraphError, nearest
from .graph import Graph, parse
from .plain import Json

Added = tuple[str, dict[str, Json]]


class BuildError(LatentgraphError, AttributeError):
    """A node, input or output that does not exist; the message says what does."""


class Wire(str):
    """`node.port`, where a value comes from."""


class Handle:
    """A node in the making: `handle.image` is the wire of an output, `handle["text"]` an input."""

    def __init__(self, node_id: str, raw: dict[str, Json], outputs: set[str]) -> None:
        self.id, self._raw, self._outputs = node_id, raw, outputs

    def __getattr__(self, port: str) -> Wire:
        if port.startswith("__") or port not in self._outputs:
            known = ", ".join(sorted(self._outputs)) or "none"
            raise BuildError(f"{self._raw['type']} has no output '{port}'; it has {known}.")
        return Wire(f"{self.id}.{port}")

    def __getitem__(self, port: str) -> str:
        return f"{self.id}.{port}"


class Loop(Handle):
    """A Repeat or Map; nodes made within its `with` block are its body."""

    def __init__(self, builder: Builder, node_id: str, raw: dict[str, Json]) -> None:
        carried = {*raw["inputs"], *raw["params"]} - {"over"}
        super().__init__(node_id, raw, carried | {"item", "index"})
        self._builder = builder

    def __enter__(self) -> Self:
        self._builder._bodies.append(self._raw["body"])
        return self

    def __exit__(self, *error: object) -> None:
        self._builder._bodies.pop()

    def next(self, **wires: Wire) -> None:
        """The carried values after the turn."""
        self._raw["next"] = wires

    def collect(self, **wires: Wire) -> None:
        """Values of every turn, as lists under these names outside."""
        self._raw["collect"] = wires
        self._outputs |= wires.keys()

    def show(self, wire: Wire) -> None:
        self._raw["show"] = wire


class Builder:
    """A graph in the making. `g.TextEncode(text="a cat", text_encoder=model.text_encoder)`."""

    def __init__(self, catalogue: Catalogue, title: str = "", about: str = "") -> None:
        self._catalogue = catalogue
        self._raw: dict[str, Json] = {"title": title, "about": about}
        self._raw |= {part: {} for part in ("inputs", "outputs", "nodes", "definitions")}
        self._bodies: list[dict[str, Json]] = [self._raw["nodes"]]
        self._ids: dict[str, Json] = {}

    def __getattr__(self, kind: str) -> Callable[..., Handle]:
        return lambda id="", **values: self.node(kind, id, **values)

    def node(self, kind: str, id: str = "", /, **values: Any) -> Handle:
        """Adds a node of a type: wires and typed values by input name. Raises BuildError."""
        known = self._catalogue.declarations
        if kind not in known:
            raise BuildError(f"There is no node type '{kind}'. {nearest(kind, known)}".strip())
        for name in values.keys() - known[kind].inputs.keys():
            hint = nearest(name, known[kind].inputs)
            raise BuildError(f"{kind} has no input '{name}'. {hint}".strip())
        return Handle(*self._add(kind, id, values), set(known[kind].outputs))

    def Repeat(self, *, over: Any, id: str = "", **carried: Any) -> Loop:  # noqa: N802
        """A loop over `over` that carries values; use it in a `with` block and set `next`."""
        return Loop(self, *self._add("Repeat", id, {"over": over, **carried}, body={}))

    def Map(self, *, over: Any, id: str = "") -> Loop:  # noqa: N802
        """The body once an item; use it in a `with` block and set `collect`."""
        return Loop(self, *self._add("Map", id, {"over": over}, body={}))

    def Switch(self, cases: Mapping[str, Any], *, on: Any, id: str = "") -> Handle:  # noqa: N802
        """One of `cases`, chosen by `on`; its output is `value`."""
        return Handle(*self._add("Switch", id, {"on": on, **cases}), {"value"})

    def define(self, name: str, part: Builder) -> None:
        """Adds another graph in the making as a definition, for `Subgraph`."""
        self._raw["definitions"][name] = {k: v for k, v in part._raw.items() if k != "definitions"}

    def Subgraph(self, graph: str, *, id: str = "", **values: Any) -> Handle:  # noqa: N802
        """A definition as one node, with its public inputs and outputs as ports."""
        part = self._raw["definitions"].get(graph)
        if part is None:
            raise BuildError(f"There is no definition '{graph}'; call define() first.")
        return Handle(*self._add("Subgraph", id or graph, values, graph=graph), {*part["outputs"]})

    def input(self, name: str, *, to: str | list[str], title: str = "", about: str = "") -> None:
        """A public input that sets the inputs `to`, such as `positive["text"]`."""
        wires = [to] if isinstance(to, str) else to
        self._raw["inputs"][name] = {"to": wires, "title": title, "about": about}

    def output(self, name: str, wire: Wire) -> None:
        self._raw["outputs"][name] = wire

    def graph(self) -> Graph:
        """The graph so far. Raises GraphError where its shape is wrong."""
        return parse(json.dumps({"format": 1, **self._raw}))

    def save(self, path: Path | str) -> None:
        """Writes the graph file in its canonical form."""
        Path(path).write_text(dumps(self.graph()), encoding="utf-8", newline="\n")

    def _add(self, kind: str, wanted: str, values: Mapping[str, Any], **more: Json) -> Added:
        name = snake_case(kind.rpartition(":")[2])
        names = chain([name], (f"{name}_{number}" for number in count(2)))
        node_id = wanted or next(free for free in names if free not in self._ids)
        if node_id in self._ids:
            raise BuildError(f"The node id '{node_id}' is taken.")
        wires = {name: value for name, value in values.items() if _is_wired(value)}
        typed = {name: value for name, value in values.items() if name not in wires}
        raw = {"type": kind, "params": typed, "inputs": wires, **more}
        self._ids[node_id] = self._bodies[-1][node_id] = raw
        return node_id, raw


def _is_wired(value: Any) -> bool:
    items = value if isinstance(value, list) and value else [value]
    return all(isinstance(item, Wire) for item in items)
