from __future__ import annotations

import json
from typing import Any

from engine.graph import Graph, parse
from engine.migrate import migrate
from engine.validate import validate
from tests.engine.small import CATALOGUE


def graph(node: dict[str, Any], **fields: Any) -> Graph:
    raw = {"format": 1, "outputs": {"o": "r.num"}, "nodes": {"r": {"type": "Renewed", **node}}}
    return parse(json.dumps(raw | fields))


def params(node: dict[str, Any]) -> dict[str, Any]:
    made = migrate(graph(node), CATALOGUE).nodes["r"]
    assert made.v == 3
    return dict(made.params)


def test_older_versions_get_what_they_meant() -> None:
    assert params({"params": {"amount": 4}}) == {"size": 4, "mode": "old", "step": 5}
    assert params({"v": 2}) == {"step": 5}
    assert params({"v": 3, "params": {"size": 2}}) == {"size": 2}


def test_what_is_typed_or_wired_is_not_overwritten() -> None:
    assert params({"params": {"mode": "new", "step": 1}}) == {"mode": "new", "step": 1}
    assert params({"inputs": {"step": "x.value"}}) == {"mode": "old"}


def test_a_renamed_input_is_found_by_its_wire_and_by_public_inputs() -> None:
    old = graph({"inputs": {"amount": "x.value"}, "v": 3})
    assert migrate(old, CATALOGUE).nodes["r"].inputs == {"size": "x.value"}
    body = {"type": "Map", "params": {"over": 2}, "body": {"n": {"type": "Renewed"}}}
    raw = {"format": 1, "nodes": {"m": body}, "inputs": {"size": {"to": ["n.amount"]}}}
    made = migrate(parse(json.dumps(raw)), CATALOGUE)
    assert made.inputs["size"].to == ("n.size",)
    assert made.nodes["m"].body is not None
    assert made.nodes["m"].body["n"].v == 3


def test_old_and_new_name_at_once_is_reported_not_guessed() -> None:
    made = migrate(graph({"params": {"amount": 1, "size": 2}}), CATALOGUE)
    assert made.nodes["r"].params["size"] == 2
    assert [(p.code, p.port) for p in validate(made, CATALOGUE)] == [("unknown_input", "amount")]


def test_a_graph_of_today_is_the_same_object() -> None:
    today = graph({"v": 3, "params": {"size": 2}})
    assert migrate(today, CATALOGUE) is today


def test_a_newer_version_is_left_for_validation() -> None:
    newer = graph({"v": 4})
    assert migrate(newer, CATALOGUE) is newer
    assert [p.code for p in validate(newer, CATALOGUE)] == ["unsupported_version"]


def test_definitions_are_migrated() -> None:
    inner = {"nodes": {"r": {"type": "Renewed"}}, "outputs": {"o": "r.num"}}
    made = migrate(graph({"v": 3}, definitions={"d": inner}), CATALOGUE)
    assert made.definitions["d"].nodes["r"].params == {"mode": "old", "step": 5}
