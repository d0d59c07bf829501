"""The book's generators of graphs, by name: each gives the texts of graphs to be submitted."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from .roles import raw_value, with_value

Json = Any
Graph = dict[str, Json]
Generator = Callable[[Graph, Mapping[str, Json]], list[str]]


def cycle(base: Graph, send: Mapping[str, Json]) -> list[str]:
    """So many nodes in a circle."""
    size = send["length"]
    nodes = {
        f"n{at}": {"type": "user:Add", "inputs": {"sum": f"n{(at + 1) % size}.sum"}}
        for at in range(size)
    }
    return [_text(nodes, {"out": "n0.sum"})]


def double_edge(base: Graph, send: Mapping[str, Json]) -> list[str]:
    """Two wires into an input that takes one: as a list, and beside a typed value."""
    listed = copy.deepcopy(base)
    listed["nodes"]["decode"]["inputs"]["latent"] = ["denoise.latent", "noise.latent"]
    return [json.dumps(listed)]


def chain(base: Graph, send: Mapping[str, Json]) -> list[str]:
    nodes: dict[str, Json] = {"n0": {"type": "user:Start"}}
    for at in range(1, send["length"]):
        nodes[f"n{at}"] = {"type": "user:Add", "inputs": {"sum": f"n{at - 1}.sum"}}
    return [_text(nodes, {"out": f"n{send['length'] - 1}.sum"})]


def diamond(base: Graph, send: Mapping[str, Json]) -> list[str]:
    """Each node joins the one before with itself: 2^depth ways from end to end."""
    nodes: dict[str, Json] = {"n0": {"type": "user:Start", "params": {"value": 1.0}}}
    for at in range(1, send["depth"] + 1):
        before = f"n{at - 1}.sum"
        nodes[f"n{at}"] = {"type": "user:Join", "inputs": {"a": before, "b": before}}
    nodes["total"] = {"type": "user:Total", "inputs": {"sum": f"n{send['depth']}.sum"}}
    return [_text(nodes, {"out": "total.value"})]


def nest(base: Graph, send: Mapping[str, Json]) -> list[str]:
    opening, closing = send["brackets"]
    return [opening * send["depth"] + closing * send["depth"]]


def bigint(base: Graph, send: Mapping[str, Json]) -> list[str]:
    return [raw_value(base, send["role"], "7" * send["digits"])]


def big_prompt(base: Graph, send: Mapping[str, Json]) -> list[str]:
    return [json.dumps(with_value(base, "text.prompt", "a" * send["bytes"]))]


def ids(base: Graph, send: Mapping[str, Json]) -> list[str]:
    """Each id on a node of its own."""
    return [
        _text({id: {"type": "Number", "params": {"value": 1.0}}}, {"out": f"{id}.value"})
        for id in send["ids"]
    ]


def comfy_api_json(base: Graph, send: Mapping[str, Json]) -> list[str]:
    """A graph as ComfyUI's API takes it."""
    return [
        json.dumps(
            {
                "3": {
                    "class_type": "KSampler",
                    "inputs": {"seed": 1, "steps": 20, "model": ["4", 0]},
                },
                "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.ckpt"}},
            }
        )
    ]


GENERATORS: dict[str, Generator] = {
    made.__name__: made
    for made in (
        cycle,
        double_edge,
        chain,
        diamond,
        nest,
        bigint,
        big_prompt,
        ids,
        comfy_api_json,
    )
}


def _text(nodes: Mapping[str, Json], outputs: Mapping[str, str]) -> str:
    return json.dumps({"format": 1, "nodes": nodes, "outputs": outputs})


def renamed(base: Graph) -> Graph:
    """The same graph with other node ids and its keys in another order."""
    names: dict[str, str] = {}

    def collect(nodes: Mapping[str, Json]) -> None:
        for id, node in nodes.items():
            names[id] = f"other_{id}"
            collect(node.get("body", {}))

    def wire(text: str) -> str:
        id, _, port = text.partition(".")
        return f"{names[id]}.{port}"

    def node_of(node: Mapping[str, Json]) -> Graph:
        made: Graph = {}
        for key in reversed(list(node)):
            value = node[key]
            if key in {"inputs", "next", "collect"}:
                value = {name: wire(value[name]) for name in reversed(list(value))}
            elif key == "body":
                value = {names[id]: node_of(value[id]) for id in reversed(list(value))}
            elif key == "show":
                value = wire(value)
            elif key == "params":
                value = {name: value[name] for name in reversed(list(value))}
            made[key] = value
        return made

    collect(base["nodes"])
    nodes = {names[id]: node_of(base["nodes"][id]) for id in reversed(list(base["nodes"]))}
    outputs = {name: wire(text) for name, text in base["outputs"].items()}
    return {"outputs": outputs, "nodes": nodes, "format": 1}
