"""What a run did, in words: files, what ran and how long, what was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.graph import Graph, Node
from engine.report import NodeReport, Report

LOOPS = {"Repeat", "Map"}
QUICK = 0.005
"""Seconds: what takes less is not worth a line, nor keeping on disk."""


@dataclass(frozen=True, slots=True)
class Row:
    """One node of the graph as a person knows it: its path, its type, how deep in bodies."""

    path: str
    type: str
    depth: int


def rows(graph: Graph) -> Iterator[Row]:
    """Every node in the author's order, Subgraphs unfolded."""
    yield from _rows(graph.nodes, graph.definitions, "", 0)


def account(graph: Graph, report: Report, written: list[Path]) -> list[str]:
    """The lines that end a run."""
    found = [(row, report.nodes[row.path]) for row in rows(graph) if row.path in report.nodes]
    ran = [(row, node) for row, node in found if node.runs]
    kept = [row.path for row, node in found if node.cached and not node.runs]
    idle = [row.path for row, node in found if not (node.runs or node.cached or node.failed)]
    why = "not run" if any(node.failed for _, node in found) else "not needed"
    lines = [f"ran {len(ran)} of {len(found)} nodes in {seconds(report.seconds)}"]
    quick = [(row, node) for row, node in ran if _is_quick(row, node)]
    slow = [pair for pair in ran if pair not in quick]
    width = max((len(row.path) + 2 * row.depth for row, _ in slow), default=0)
    for row, node in slow:
        name = "  " * row.depth + row.path
        lines.append(f"  {name:<{width}}  {seconds(node.seconds):>8}  {count(row, node)}".rstrip())
    if quick:
        lines.append(f"in under {seconds(QUICK)}: " + ", ".join(row.path for row, _ in quick))
    lines += [f"note: {row.path}: {said}" for row, node in found for said in node.notices]
    if kept:
        lines.append("cached: " + ", ".join(kept))
    if idle:
        lines.append(f"{why}: " + ", ".join(idle))
    return lines + [f"wrote {path}" for path in written]


def count(row: Row, node: NodeReport) -> str:
    """`20 of 20 turns`, `6 of 20 turns, 14 kept`, `20 times`; nothing for a single call."""
    if row.type in LOOPS:
        return turns(node.runs, node.runs + node.cached)
    return f"{node.runs} times" if node.runs > 1 else ""


def turns(run: int, total: int) -> str:
    kept = total - run
    return f"{run} of {total} turns" + (f", {kept} kept" if kept else "")


def seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 0.1 else f"{value:.2f} s"


def _is_quick(row: Row, node: NodeReport) -> bool:
    return row.depth == 0 and row.type not in LOOPS and node.seconds < QUICK


def _rows(
    nodes: Mapping[str, Node], parts: Mapping[str, Graph], prefix: str, depth: int
) -> Iterator[Row]:
    for node_id, node in nodes.items():
        path = prefix + node_id
        if node.type == "Subgraph":
            if node.graph in parts:
                yield from _rows(parts[node.graph].nodes, parts, path + "/", depth)
            continue
        yield Row(path, node.type, depth)
        if node.body:
            yield from _rows(node.body, parts, prefix, depth + 1)
