"""Graphs of numbers: no picture, no model, as long and as slow as an attack wants them."""

from __future__ import annotations

from typing import Any

Json = Any


def sums(length: int, start: float = 0.0, seconds: float = 0.0) -> dict[str, Json]:
    """A chain that adds one, `length` times, each after a wait."""
    nodes: dict[str, Json] = {"n0": {"type": "user:Start", "params": {"value": start}}}
    for at in range(1, length):
        nodes[f"n{at}"] = {"type": "user:Add", "inputs": {"sum": f"n{at - 1}.sum"}}
        if seconds:
            nodes[f"n{at}"]["params"] = {"seconds": seconds}
    nodes["total"] = {"type": "user:Total", "inputs": {"sum": f"n{length - 1}.sum"}}
    return {"format": 1, "nodes": nodes, "outputs": {"total": "total.value"}}


def slow(turns: int, seconds: float, start: float = 0.0) -> dict[str, Json]:
    """A loop that adds one in each turn, after a wait."""
    return {
        "format": 1,
        "title": "Slow",
        "inputs": {"start": {"to": ["start.value"]}},
        "outputs": {"total": "total.value"},
        "nodes": {
            "start": {"type": "user:Start", "params": {"value": start}},
            "loop": {
                "type": "Repeat",
                "params": {"over": turns},
                "inputs": {"sum": "start.sum"},
                "body": {
                    "add": {
                        "type": "user:Add",
                        "params": {"seconds": seconds},
                        "inputs": {"sum": "loop.sum"},
                    }
                },
                "next": {"sum": "add.sum"},
            },
            "total": {"type": "user:Total", "inputs": {"sum": "loop.sum"}},
        },
    }


def one(type: str, **params: Json) -> dict[str, Json]:
    """A sum that goes through a node of this type."""
    return {
        "format": 1,
        "outputs": {"total": "total.value"},
        "nodes": {
            "start": {"type": "user:Start", "params": {"value": params.pop("start", 0.0)}},
            "node": {"type": type, "params": params, "inputs": {"sum": "start.sum"}},
            "total": {"type": "user:Total", "inputs": {"sum": "node.sum"}},
        },
    }
