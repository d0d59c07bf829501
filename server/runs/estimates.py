"""How long nodes take, learnt from past runs: of the same graph, else of the same node type."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from .record import Json, NodeTiming
from .rows import to_text

WEIGHT = 0.3
"""How much a new run counts against all before it."""
TYPES = "type"


@dataclass(frozen=True, slots=True)
class Estimate:
    """`seconds` for a whole run: `per_call` times the `calls` (turns, for a loop) of past runs.

    `source` says whether those were runs of this graph or of others with nodes of this type.
    """

    seconds: float
    per_call: float
    calls: float
    source: Literal["graph", "type"]


def learn(
    connection: sqlite3.Connection, graph: str, timings: Mapping[str, NodeTiming], now: float
) -> None:
    """Adds what a run took; nodes that were found kept, or failed, teach nothing."""
    scope, types = shape_of(graph)
    for path, timing in timings.items():
        if timing.runs <= 0 or timing.failed:
            continue
        per_call = timing.seconds / timing.runs
        for place, name in ((scope, path), (TYPES, types.get(path))):
            if name is not None:
                _learn_one(connection, place, name, per_call, timing.runs, now)


def estimate(connection: sqlite3.Connection, graph: str) -> dict[str, Estimate]:
    """What is known about each node of a graph, by path; nodes never timed are left out."""
    scope, types = shape_of(graph)
    known = {
        path: Estimate(per_call * calls, per_call, calls, "graph")
        for path, per_call, calls in connection.execute(
            "SELECT name, per_call, calls FROM timings WHERE scope = ?", (scope,)
        )
    }
    by_type = {
        name: (per_call, calls)
        for name, per_call, calls in connection.execute(
            "SELECT name, per_call, calls FROM timings WHERE scope = ?", (TYPES,)
        )
    }
    for path, kind in types.items():
        if path not in known and kind in by_type:
            per_call, calls = by_type[kind]
            known[path] = Estimate(per_call * calls, per_call, calls, "type")
    return known


def _learn_one(
    connection: sqlite3.Connection, scope: str, name: str, per_call: float, calls: int, now: float
) -> None:
    connection.execute(
        "INSERT INTO timings VALUES (:scope, :name, :per_call, :calls, :now) "
        "ON CONFLICT DO UPDATE SET used = :now, "
        "per_call = per_call + :weight * (:per_call - per_call), "
        "calls = calls + :weight * (:calls - calls)",
        {
            "scope": scope,
            "name": name,
            "per_call": per_call,
            "calls": calls,
            "now": now,
            "weight": WEIGHT,
        },
    )


def shape_of(graph: str) -> tuple[str, dict[str, str]]:
    """A digest of a graph's nodes and wires (not of its typed values, names or view), and the
    type of each node by path. A text that is no graph has no nodes.
    """
    try:
        raw = json.loads(graph)
    except (ValueError, RecursionError):
        raw = {}
    raw = raw if isinstance(raw, dict) else {}
    found = dict(_types(raw, _objects(raw.get("definitions"))))
    shape = to_text([[path, *item] for path, item in sorted(found.items())])
    digest = blake2b(shape.encode(), digest_size=16).hexdigest()
    return f"graph:{digest}", {path: kind for path, (kind, _) in found.items()}


def _types(
    graph: Mapping[str, Json], definitions: Mapping[str, Json]
) -> Iterator[tuple[str, tuple[str, Json]]]:
    """Path, type and wires of each node; a Subgraph's nodes under its own path."""
    waiting = [("", "", graph.get("nodes"), 0)]
    while waiting:
        prefix, inside, nodes, depth = waiting.pop()
        for name, node in _objects(nodes).items():
            if not isinstance(node, dict):
                continue
            path, kind = f"{prefix}{name}", str(node.get("type", ""))
            yield path, (kind, [inside, node.get("inputs"), node.get("next")])
            waiting.append((prefix, path, node.get("body"), depth))
            inner = definitions.get(str(node.get("graph"))) if kind == "Subgraph" else None
            if isinstance(inner, dict) and depth < 8:
                waiting.append((f"{path}/", path, inner.get("nodes"), depth + 1))


def _objects(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
