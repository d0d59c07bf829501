"""Texts from the command line as typed values of a graph: public inputs and `--set node.param`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.bind import bind, faces, with_params
from engine.catalogue import Catalogue
from engine.errors import GraphError, NodeError, Problem, nearest
from engine.files import UPLOAD, Files
from engine.graph import Graph, Node, walk_nodes
from engine.plain import Json, Plain
from engine.ports import Input

from .exits import FILES, Stop, reason

WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def bound(graph: Graph, catalogue: Catalogue, given: Mapping[str, str], files: Files) -> Graph:
    """The graph with its public inputs set from texts. Raises Stop, GraphError."""
    ports = faces(graph, catalogue)
    values: dict[str, Json] = {}
    for name, text in given.items():
        if name not in graph.inputs:
            raise Stop(unknown(name, graph))
        values[name] = from_text(ports[name], text, files) if name in ports else text
    return bind(graph, catalogue, values)


def assigned(graph: Graph, catalogue: Catalogue, texts: Sequence[str], files: Files) -> Graph:
    """The graph with `node.param=value` texts put in, bodies included. Raises Stop, GraphError."""
    nodes = {node_id: node for node_id, node, _ in walk_nodes(graph.nodes)}
    params: dict[str, dict[str, Json]] = {}
    for item in texts:
        place, equals, text = item.partition("=")
        node_id, dot, name = place.partition(".")
        if not (equals and dot):
            raise Stop(f"--set wants node.param=value, this is '{item}'.")
        port = _port(nodes.get(node_id), name, catalogue)
        params.setdefault(node_id, {})[name] = (
            from_text(replace(port, name=place), text, files) if port else _json_or_text(text)
        )
    return with_params(graph, params)


def from_text(port: Input, text: str, files: Files) -> Json:
    """One value; for a picture, a path is kept as an upload. Raises Stop, GraphError."""
    if port.widget is not None and port.widget.kind == "image":
        return _picture(port, text, files)
    if port.plain is None:
        return text
    return _typed(port.name, port.plain, text)


def _typed(name: str, plain: Plain, text: str) -> Json:
    if plain.kind in {"str", "enum"}:
        return text
    if plain.nullable and text.lower() in {"", "null", "none"}:
        return None
    if plain.kind == "bool":
        return WORDS.get(text.lower(), text)
    try:
        return json.loads(text, parse_constant=_constant)
    except (ValueError, RecursionError):
        message = f"wants {plain.describe()}, this is the text '{text[:40]}'."
        fix = "Write it as JSON." if plain.kind in {"list", "record"} else ""
        raise GraphError([Problem("wrong_type", message, port=name, fix=fix)]) from None


def _constant(text: str) -> Json:
    raise ValueError(text)


def _json_or_text(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=_constant)
    except (ValueError, RecursionError):
        return text


def _picture(port: Input, text: str, files: Files) -> str:
    """A file's path as the name of its upload; a name of a list or of an upload as it is."""
    if text.startswith(UPLOAD) or "\0" in text:
        return text
    path = Path(text)
    if not path.is_file():
        _check_no_file(port, text, files)
        return text
    try:
        return files.add(path.read_bytes(), text)
    except OSError as error:
        raise Stop(f"{port.name}: '{text}' cannot be taken over: {reason(error)}.", FILES) from None
    except NodeError as error:
        raise Stop(error.message, FILES) from None


def _check_no_file(port: Input, text: str, files: Files) -> None:
    """Raises Stop for what can only be meant as a path, and leads to no file."""
    path = Path(text)
    if not path.exists():
        if "/" in text or "\\" in text:
            raise Stop(f"{port.name}: there is no file '{text}'.", FILES)
    elif port.choices is None or text not in files.choices(port.choices):
        what = "a folder" if path.is_dir() else "no ordinary file"
        raise Stop(f"{port.name}: '{text}' is {what}, and a picture file is wanted.", FILES)


def _port(node: Node | None, name: str, catalogue: Catalogue) -> Input | None:
    declaration = catalogue.declarations.get(node.type) if node else None
    return declaration.inputs.get(name) if declaration else None


def unknown(name: str, graph: Graph) -> str:
    """That there is no such public input, and which there are."""
    flags = ", ".join(f"--{known.replace('_', '-')}" for known in graph.inputs) or "none"
    hint = nearest(name, graph.inputs)
    return f"This graph has no input --{name.replace('_', '-')}; it has {flags}. {hint}".strip()
