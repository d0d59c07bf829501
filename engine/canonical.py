"""The canonical text of a graph: the same bytes from Python and from the browser.

Numbers and key order as in RFC 8785, layout as `JSON.stringify(x, null, 2)` plus a newline.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from .document import FORMAT, Graph, Node
from .jsontext import number
from .plain import MAX_INT, Json

_text = json.JSONEncoder(ensure_ascii=False).encode


def to_json(graph: Graph) -> dict[str, Json]:
    """A graph as plain JSON data in canonical key order."""
    return {"format": FORMAT, **_graph(graph)}


def dumps(graph: Graph) -> str:
    """The canonical text. Raises ValueError on a number that JSON cannot hold."""
    return write(to_json(graph)) + "\n"


def write(value: Json, indent: str = "") -> str:
    """`JSON.stringify(value, null, 2)`, keys in the order they come."""
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        rows = [f"{inner}{_text(name)}: {write(item, inner)}" for name, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list | tuple) and value:
        return "[\n" + ",\n".join(inner + write(item, inner) for item in value) + f"\n{indent}]"
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, int) and abs(value) > MAX_INT:
        raise ValueError(f"the integer {value} is beyond 2^53-1")
    return _text(value)


def _graph(graph: Graph) -> dict[str, Json]:
    return _filled(
        title=graph.title,
        about=graph.about,
        inputs={
            name: _filled(to=list(public.to), title=public.title, about=public.about)
            for name, public in graph.inputs.items()
        },
        outputs=dict(graph.outputs),
        nodes={name: _node(node) for name, node in graph.nodes.items()},
        definitions={name: _graph(inner) for name, inner in graph.definitions.items()},
        view=_sorted(graph.view),
        origin=graph.origin,
    )


def _node(node: Node) -> dict[str, Json]:
    made = _filled(
        type=node.type,
        v=node.v if node.v > 1 else None,
        mode=node.mode,
        graph=node.graph,
        params=_sorted(node.params),
        inputs=_sorted(node.inputs),
    )
    if node.body is not None:
        made["body"] = {name: _node(inner) for name, inner in node.body.items()}
    rest = _filled(next=_sorted(node.next), collect=_sorted(node.collect), show=node.show)
    return made | rest


def _filled(**items: Json) -> dict[str, Json]:
    return {name: item for name, item in items.items() if item or item == 0}


def _sorted(value: Json) -> Json:
    """Objects sorted by the UTF-16 code units of their names, at every depth."""
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in _order(value)}
    return [_sorted(item) for item in value] if isinstance(value, list | tuple) else value


def _order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
