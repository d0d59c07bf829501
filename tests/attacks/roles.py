"""The book's words for places in a graph as places in ours, and the graph that it calls base."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = Any
TEMPLATE = Path(__file__).parents[2] / "graphs" / "txt2img.json"
ROLES: dict[str, tuple[str, str, str]] = {
    "denoise.type": ("predict", "type", ""),
    "denoise.latent": ("predict", "inputs", "latent"),
    "denoise.model": ("predict", "inputs", "unet"),
    "denoise.steps": ("schedule", "params", "steps"),
    "denoise.stepz": ("schedule", "params", "stepz"),
    "denoise.strength": ("schedule", "params", "strength"),
    "denoise.cfg": ("guide", "params", "scale"),
    "denoise.seed": ("noise", "params", "seed"),
    "scheduler.name": ("schedule", "params", "solver"),
    "decode.latent": ("decode", "inputs", "latent"),
    "latent.width": ("empty", "params", "width"),
    "latent.batch": ("empty", "params", "batch"),
    "text.prompt": ("positive", "params", "text"),
    "save": ("save", "", ""),
    "save.filename_prefix": ("save", "params", "name"),
    "load_image.path": ("load_image", "params", "image"),
    "model.name": ("model", "params", "model"),
}
"""Node, part of the node, and name in that part. Where the book has one node that denoises, we
have a loop: what it calls denoise is UNetDenoise in the loop's body, its step count and strength
are the Schedule's, its seed AddNoise's, its cfg CFGCombine's."""
STEPS = 2
SIDE = 64


def base(picture: str) -> dict[str, Json]:
    """Text to image in two steps, and a LoadImage that is shown; `picture` is an upload's hash."""
    graph: dict[str, Json] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    nodes = graph["nodes"]
    nodes["empty"]["params"] = {"width": SIDE, "height": SIDE, "batch": 1}
    nodes["schedule"]["params"]["steps"] = STEPS
    nodes["load_image"] = {"type": "LoadImage", "params": {"image": picture}}
    nodes["look"] = {"type": "PreviewImage", "inputs": {"image": "load_image.image"}}
    return graph


def mutated(graph: Mapping[str, Json], changes: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """The graph after the entry's `mutate`: set a value, link a wire, remove a node or an input."""
    made: dict[str, Json] = copy.deepcopy(dict(graph))
    for change in changes:
        _change(made, change)
    return made


def with_value(graph: Mapping[str, Json], role: str, value: Json) -> dict[str, Json]:
    """The graph with one typed value."""
    return mutated(graph, [{"op": "set", "role": role, "value": value}])


def raw_value(graph: Mapping[str, Json], role: str, text: str) -> str:
    """The graph's text with one value that is written as it stands, be it JSON or not."""
    marked = with_value(graph, role, "@@here@@")
    return json.dumps(marked).replace('"@@here@@"', text)


def node_of(role: str) -> str:
    return ROLES[role][0]


def _change(graph: dict[str, Json], change: Mapping[str, Json]) -> None:
    node_id, part, name = ROLES[change["role"]]
    nodes = _holder(graph["nodes"], node_id)
    node = nodes[node_id]
    if change["op"] == "remove" and not part:
        del nodes[node_id]
        graph.pop("outputs", None)  # what it showed is an output no more
        nodes.pop("look", None)
    elif change["op"] == "remove":
        del node[part][name]
    elif part == "type":
        node["type"] = change["value"]
    else:
        node.setdefault(part, {})[name] = change["value"]


def _holder(nodes: dict[str, Json], node_id: str) -> dict[str, Json]:
    if node_id in nodes:
        return nodes
    return next(node["body"] for node in nodes.values() if node_id in node.get("body", {}))
