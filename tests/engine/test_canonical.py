"""Canonical text. `tests/cases/numbers.json` and `text.json` were written by JSON.stringify."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import dumps, write
from engine.graph import parse
from engine.jsontext import number
from tests.engine.making import make

CASES = Path(__file__).parents[1] / "cases"
RFC_8785 = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


def double(bits: str) -> float:
    value: float = struct.unpack(">d", bytes.fromhex(bits))[0]
    return value


@pytest.mark.parametrize(("bits", "text"), RFC_8785.items())
def test_numbers_of_the_rfc(bits: str, text: str) -> None:
    assert number(double(bits)) == text


def test_numbers_as_a_browser_writes_them() -> None:
    pairs = json.loads((CASES / "numbers.json").read_text())
    assert len(pairs) >= 400
    assert [text for bits, text in pairs if number(double(bits)) != text] == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_cannot_hold_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        write({"x": value})


def test_an_integer_that_would_change_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        write([2**53 + 1])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(value: float) -> None:
    text = f'{{"format":1,"nodes":{{"a":{{"type":"T","params":{{"x":{number(value)}}}}}}}}}'
    graph = parse(text)
    assert graph.nodes["a"].params["x"] == value
    assert parse(dumps(graph)) == graph


def test_bytes_are_those_of_json_stringify() -> None:
    compact, canonical = json.loads((CASES / "text.json").read_text())
    assert dumps(parse(compact)) == canonical


def test_keys_have_one_order_and_authors_keep_theirs() -> None:
    text = """{"view": {"b": 1, "a": {"d": 1, "c": 2}}, "nodes": {
      "z": {"show": "b.x", "collect": {"q": "b.x", "p": "b.x"}, "next": {"n": "b.x", "m": "b.x"},
            "body": {"b": {"inputs": {"y": "z.m", "x": ["z.n", "z.m"]}, "type": "T"}},
            "inputs": {"over": "a.x"}, "params": {"n": 1, "m": {"k": 1, "j": 2}}, "graph": "g",
            "mode": "mute", "v": 2, "type": "Repeat"},
      "a": {"type": "T", "v": 1, "mode": "", "params": {}}},
      "outputs": {"o": "z.n", "n": "z.m"}, "inputs": {"y": {"about": "A", "to": ["a.x"]}, "x":
      {"to": ["a.y"], "title": "X"}}, "about": "", "title": "T", "format": 1.0,
      "definitions": {"d": {"origin": "file", "nodes": {"a": {"type": "T"}}}}}"""
    made = json.loads(dumps(parse(text)), object_pairs_hook=list)

    def keys(pairs: Any, *path: str) -> list[str]:
        for name in path:
            pairs = dict(pairs)[name]
        return [name for name, _ in pairs]

    top = ["format", "title", "inputs", "outputs", "nodes", "definitions", "view"]
    assert keys(made) == top
    assert keys(made, "nodes") == ["z", "a"]
    assert keys(made, "inputs") == ["y", "x"]
    assert keys(made, "inputs", "y") == ["to", "about"]
    assert keys(made, "outputs") == ["o", "n"]
    order = ["type", "v", "mode", "graph", "params", "inputs", "body", "next", "collect", "show"]
    assert keys(made, "nodes", "z") == order
    assert keys(made, "nodes", "z", "params") == ["m", "n"]
    assert keys(made, "nodes", "z", "params", "m") == ["j", "k"]
    assert keys(made, "nodes", "z", "next") == ["m", "n"]
    assert keys(made, "nodes", "a") == ["type"]
    assert keys(made, "view") == ["a", "b"]
    assert keys(made, "view", "a") == ["c", "d"]


def test_names_are_sorted_by_utf16_code_units() -> None:
    graph = parse(
        '{"format":1,"nodes":{"a":{"type":"T","params":{"\\ufb00":1,"\\ud83d\\ude00":2}}}}'
    )
    assert list(json.loads(dumps(graph))["nodes"]["a"]["params"]) == ["\U0001f600", "\ufb00"]


@given(st.integers(0, 2**32))
def test_saving_is_stable_and_loses_nothing(seed: int) -> None:
    graph = parse(json.dumps(make(Random(seed))))
    text = dumps(graph)
    again = parse(text)
    assert dumps(again) == text
    assert again.nodes.keys() == graph.nodes.keys()
    assert again == graph


def test_nodes_of_unknown_types_survive() -> None:
    node = {
        "type": "far:Away",
        "v": 3,
        "params": {"a": {"b": [1]}},
        "inputs": {"x": ["n.y", "n.z"]},
    }
    graph = parse(json.dumps({"format": 1, "nodes": {"n": node}}))
    assert json.loads(dumps(graph))["nodes"]["n"] == node
