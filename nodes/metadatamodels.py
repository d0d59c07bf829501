"""Which model files a graph names, each with its hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine import Files, LatentgraphError
from engine.declare import DECLARED
from engine.modelroots import LISTS
from engine.values import hashed

from .metadata import ModelFile
from .models import DEMO, find
from .parametersgraph import Flat

Json = Any


def models_of(graph: Mapping[str, Json], files: Files) -> tuple[ModelFile, ...]:
    """Every file of a list of models that is typed into a node, once, in the graph's order.

    Hashes are remembered, and these files were hashed to name the run's values, so this costs
    next to nothing. What a wire brings, or is gone meanwhile, is left out.
    """
    found: dict[tuple[str, str], ModelFile] = {}
    for root, name in _named(graph):
        if (root, name) in found:
            continue
        try:
            digest = _digest(root, name, files)
        except (LatentgraphError, OSError):
            continue
        found[root, name] = ModelFile(root, name, digest)
    return tuple(found.values())


def _named(graph: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Lists and names, with those that stand as defaults."""
    choices = {
        each.declaration.type: {
            port.name: (port.choices.name, port.default)
            for port in each.declaration.inputs.values()
            if port.choices is not None and port.choices.name in LISTS
        }
        for each in DECLARED
    }
    for node in Flat(graph).nodes.values():
        for port, (root, default) in choices.get(node.get("type", ""), {}).items():
            if port not in node.get("inputs", {}):
                value = node.get("params", {}).get(port, default)
                yield from ((root, name) for name in _names(value))


def _names(value: Json) -> Iterator[str]:
    """The names in a typed value: a text, or a list of texts or records with a `file`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            name = item.get("file") if isinstance(item, dict) else item
            if isinstance(name, str):
                yield name


def _digest(root: str, name: str, files: Files) -> str:
    """A file's sha256; of a folder that of its UNet's weights, or else of its own."""
    path = find(name, files) if root == "models" and name == DEMO else files.resolve(root, name)
    if path.is_file():
        return files.sha256(path)
    weights = _weights(path / "unet") or _weights(path)
    digests = [files.sha256(each) for each in weights]
    return digests[0] if len(digests) == 1 else hashed(*digests)


def _weights(folder: Path) -> list[Path]:
    """One whole file before its shards, and the plain ones before other precisions."""
    found = sorted(folder.glob("*.safetensors"), key=lambda path: (path.name.count("."), path.name))
    shards = [path for path in found if "-of-" in path.name]
    return shards or found[:1]
