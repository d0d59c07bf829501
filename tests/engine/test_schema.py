from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.schema import json_schema
from tests.engine.making import make
from tests.engine.small import CATALOGUE

SCHEMA = json_schema(CATALOGUE)
CHECK = Draft202012Validator(SCHEMA)
START = {"type": "Start"}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    json.dumps(SCHEMA, allow_nan=False)


@settings(max_examples=60, deadline=None, database=None)
@given(st.integers(0, 2**32))
def test_accepts_every_valid_graph(seed: int) -> None:
    assert list(CHECK.iter_errors(make(Random(seed)))) == []


def graph(**nodes: Any) -> dict[str, Any]:
    return {"format": 1, "nodes": nodes}


@pytest.mark.parametrize(
    "raw",
    [
        [],
        {},
        {"format": 1},
        {"format": 2, "nodes": {"a": START}},
        {"format": 1, "nodes": {}},
        {"format": 1, "nodes": {"a": START}, "extra": 1},
        graph(a={}),
        graph(**{"a b": START}),
        graph(a={"type": "Start", "colour": "red"}),
        graph(a={"type": "Start", "params": {"y": 1}}),
        graph(a={"type": "Start", "params": {"x": True}}),
        graph(a={"type": "Start", "params": {"x": 101}}),
        graph(a={"type": "Start", "inputs": {"x": 5}}),
        graph(a={"type": "Start", "inputs": {"x": "b"}}),
        graph(a={"type": "Start", "inputs": {"x": ["b.c"]}}),
        graph(a={"type": "Total", "inputs": {"nums": []}}),
        graph(a={"type": "Add", "params": {"num": 3}}),
        graph(a={"type": "Start", "body": {"b": START}}),
        graph(a={"type": "Start", "mode": "loud"}),
        graph(a={"type": "Repeat", "params": {"over": 3}}),
        graph(a={"type": "Repeat", "params": {"over": 10_001}, "body": {"b": START}}),
        graph(a={"type": "Map", "params": {"over": 3}, "body": {"b": START}, "next": {"x": "b.c"}}),
        graph(a={"type": "Subgraph"}),
        graph(a={"type": "NoSuchNode", "colour": "red"}),
        {"format": 1, "nodes": {"a": START}, "inputs": {"x": {"to": []}}},
        {"format": 1, "nodes": {"a": START}, "inputs": {"x": "a.x"}},
        {"format": 1, "nodes": {"a": START}, "definitions": {"d": {"nodes": {}}}},
    ],
)
def test_refuses_what_is_no_graph(raw: Any) -> None:
    assert list(CHECK.iter_errors(raw)) != []


def test_accepts_what_older_versions_and_unknown_packs_wrote() -> None:
    old = {"type": "Renewed", "params": {"amount": 3}}
    foreign = {"type": "far:Away", "v": 7, "params": {"any": {"thing": 1}}, "inputs": {"x": "a.b"}}
    assert list(CHECK.iter_errors(graph(a=old, b=foreign))) == []


def test_accepts_every_stock_graph(tmp_path_factory: pytest.TempPathFactory) -> None:
    from engine.packs import catalogue_of, find_packs

    files = sorted((Path(__file__).parents[2] / "graphs").glob("*.json"))
    catalogue = catalogue_of(find_packs(), tmp_path_factory.mktemp("catalogue"))
    check = Draft202012Validator(json_schema(catalogue))
    assert files
    for file in files:
        assert list(check.iter_errors(json.loads(file.read_text()))) == [], file.name
