"""Texts from the command line as typed values of a graph: public inputs and `--set node.param`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.bind import bind, describe, faces, with_params
from engine.catalogue import Catalogue
from engine.errors import GraphError, NodeError, Problem, nearest
from engine.files import Files
from engine.graph import Graph, Node, walk_nodes
from engine.plain import Json, Limits, Plain
from engine.ports import Input

from .exits import FILES, Stop, reason

WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def bound(graph: Graph, catalogue: Catalogue, given: Mapping[str, str], files: Files) -> Graph:
    """The graph with its public inputs set from texts. Raises Stop, GraphError."""
    ports = faces(graph, catalogue)
    values: dict[str, Json] = {}
    for name, text in given.items():
        if name not in graph.inputs:
            raise Stop(_unknown(name, graph))
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
            from_text(port, text, files) if port else _json_or_text(text)
        )
    return with_params(graph, params)


def from_text(port: Input, text: str, files: Files) -> Json:
    """One value; for a picture, a path is kept as an upload. Raises Stop, GraphError."""
    if port.widget is not None and port.widget.kind == "image":
        return _picture(port.name, text, files)
    if port.plain is None:
        return text
    return _typed(port.name, port.plain, text)


def help_rows(graph: Graph, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Flag and explanation of every public input."""
    ports = faces(graph, catalogue)
    return [
        (
            f"--{name.replace('_', '-')} {_metavar(ports.get(name))}",
            ". ".join(part for part in (public.title, public.about) if part)
            + (f" ({_limits(ports[name])})" if name in ports else ""),
        )
        for name, public in graph.inputs.items()
    ]


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


def _picture(name: str, text: str, files: Files) -> str:
    path = Path(text)
    if text.startswith("sha256:") or "\0" in text or not path.is_file():
        if not text.startswith("sha256:") and ("/" in text or "\\" in text):
            raise Stop(f"--{name}: there is no file '{text}'.", FILES)
        return text
    try:
        return files.add(path.read_bytes())
    except OSError as error:
        raise Stop(f"--{name}: '{text}' cannot be taken over: {reason(error)}.", FILES) from None
    except NodeError as error:
        raise Stop(error.message, FILES) from None


def _port(node: Node | None, name: str, catalogue: Catalogue) -> Input | None:
    declaration = catalogue.declarations.get(node.type) if node else None
    return declaration.inputs.get(name) if declaration else None


def _unknown(name: str, graph: Graph) -> str:
    flags = ", ".join(f"--{known.replace('_', '-')}" for known in graph.inputs) or "none"
    hint = nearest(name, graph.inputs)
    return f"This graph has no input --{name.replace('_', '-')}; it has {flags}. {hint}".strip()


def _metavar(port: Input | None) -> str:
    if port is None or port.plain is None:
        return "VALUE"
    if port.widget is not None and port.widget.kind == "image":
        return "FILE"
    kinds = {"int": "INT", "float": "NUMBER", "str": "TEXT", "bool": "true|false", "enum": "NAME"}
    return kinds.get(port.plain.kind, "JSON")


def _limits(port: Input) -> str:
    limits = port.plain.limits if port.plain else None
    return describe(port) + (f"; {bounds(limits)}" if limits and bounds(limits) else "")


def bounds(limits: Limits) -> str:
    """The limits of a number in words: `1 to 10000, a multiple of 8`."""
    parts = []
    if limits.ge is not None and limits.le is not None:
        parts.append(f"{_number(limits.ge)} to {_number(limits.le)}")
    else:
        for bound, words in ((limits.ge, "at least"), (limits.le, "at most")):
            parts += [f"{words} {_number(bound)}"] if bound is not None else []
    for bound, words in ((limits.gt, "more than"), (limits.lt, "less than")):
        parts += [f"{words} {_number(bound)}"] if bound is not None else []
    if limits.multiple_of is not None:
        parts.append(f"a multiple of {_number(limits.multiple_of)}")
    return ", ".join(parts)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)
