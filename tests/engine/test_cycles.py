from __future__ import annotations

import json
from typing import Any

from engine.cycles import cycles
from engine.graph import parse
from engine.scopes import Scopes


def rings(nodes: dict[str, Any]) -> list[str]:
    graph = parse(json.dumps({"format": 1, "nodes": nodes}))
    return [p.message.partition(": ")[2].rstrip(".") for p in cycles(Scopes(graph))]


def reads(*sources: str, **fields: Any) -> dict[str, Any]:
    return {"type": "T", "inputs": {f"i{i}": f"{s}.x" for i, s in enumerate(sources)}, **fields}


def loop(body: dict[str, Any], *sources: str, **fields: Any) -> dict[str, Any]:
    return {**reads(*sources, body=body, **fields), "type": "Repeat"}


def test_no_cycle_in_a_graph_written_backwards() -> None:
    assert rings({"c": reads("b", "a"), "b": reads("a"), "a": reads()}) == []


def test_one_ring_a_knot_a_shortest_one_from_the_first_node() -> None:
    knot = {"a": reads("b", "d"), "b": reads("c"), "c": reads("a"), "d": reads("a")}
    assert rings(knot) == ["a -> d -> a"]


def test_each_knot_has_its_own() -> None:
    assert rings({"a": reads("a"), "b": reads("a", "c"), "c": reads("b")}) == [
        "a -> a",
        "b -> c -> b",
    ]


def test_a_body_that_reads_its_own_loop_turns_no_circle() -> None:
    assert rings({"r": loop({"b": reads("r")}, next={"x": "b.x"})}) == []
    inner = {"q": loop({"c": reads("r", "q")}, "r", next={"x": "c.x"})}
    assert rings({"r": loop(inner, next={"x": "q.x"})}) == []


def test_a_body_stands_for_its_loop_outside() -> None:
    nodes = {"r": loop({"q": loop({"b": reads("z")})}), "z": reads("r")}
    assert rings(nodes) == ["r -> z -> r"]


def test_next_collect_and_show_read_what_is_around_them() -> None:
    for field in ({"next": {"x": "z.x"}}, {"collect": {"y": "z.x"}}, {"show": "z.x"}):
        assert rings({"r": loop({"b": reads()}, **field), "z": reads("r")}) == ["r -> z -> r"]


def test_a_long_chain_is_no_depth() -> None:
    chain = {f"n{i}": reads(f"n{i + 1}") for i in range(15_000)}
    assert rings({**chain, "n15000": reads()}) == []
    (ring,) = rings({**chain, "n15000": reads("n0")})
    assert ring.count("->") == 15_001
