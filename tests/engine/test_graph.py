"""Reading: every text is a graph or a sentence about what is wrong with its shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import dumps
from engine.errors import GraphError, Problem
from engine.graph import MAX_NODES, Graph, from_json, parse


def problems(text: str | bytes) -> list[Problem]:
    with pytest.raises(GraphError) as caught:
        parse(text)
    assert caught.value.problems
    return list(caught.value.problems)


def only(raw: Any) -> Problem:
    (problem,) = problems(raw if isinstance(raw, str | bytes) else json.dumps(raw))
    return problem


def node(**fields: Any) -> dict[str, Any]:
    return {"format": 1, "nodes": {"a": {"type": "T", **fields}}}


def with_param(text: str) -> str:
    return f'{{"format":1,"nodes":{{"a":{{"type":"T","params":{{"x":{text}}}}}}}}}'


@pytest.mark.parametrize(
    ("raw", "code", "path", "port"),
    [
        ([], "bad_graph", "", ""),
        ("5", "bad_graph", "", ""),
        ("null", "bad_graph", "", ""),
        ("{", "bad_json", "", ""),
        ("", "bad_json", "", ""),
        (b"\xff\xfe", "bad_json", "", ""),
        ({"nodes": {"a": {"type": "T"}}}, "unsupported_version", "", "format"),
        ({"format": 999, "nodes": {}}, "unsupported_version", "", "format"),
        ({"format": "1", "nodes": {}}, "unsupported_version", "", "format"),
        ({"format": True, "nodes": {}}, "unsupported_version", "", "format"),
        ({"format": 1}, "empty_graph", "", ""),
        ({"format": 1, "nodes": {}}, "empty_graph", "", ""),
        ({"format": 1, "nodes": []}, "bad_graph", "", ""),
        ({"format": 1, "nodes": {"a": 5}}, "bad_graph", "a", ""),
        ({"format": 1, "nodes": {"a": {}}}, "bad_graph", "a", ""),
        ({**node(), "colour": 1}, "unknown_field", "", ""),
        ({**node(), "title": 5}, "wrong_type", "", "title"),
        ({**node(), "view": []}, "wrong_type", "", "view"),
        ({**node(), "outputs": {"o": 5}}, "bad_wire", "", "o"),
        ({**node(), "outputs": {"o o": "a.x"}}, "bad_id", "", "outputs"),
        ({**node(), "inputs": {"i": {"to": []}}}, "bad_wire", "", "i"),
        ({**node(), "inputs": {"i": "a.x"}}, "bad_wire", "", "i"),
        ({**node(), "inputs": {"i": {"to": ["a.x"], "tile": ""}}}, "unknown_field", "", "i"),
        ({**node(), "definitions": {"d": {"nodes": {}}}}, "empty_graph", "definitions.d", ""),
        (
            {**node(), "definitions": {"d": {**node(), "definitions": {}}}},
            *("unknown_field", "definitions.d", ""),
        ),
        ({**node(), "definitions": {"d": node(show=1)}}, "wrong_type", "definitions.d.a", "show"),
        (node(colour="red"), "unknown_field", "a", ""),
        (node(params=[]), "wrong_type", "a", "params"),
        (node(params=None), "wrong_type", "a", "params"),
        (node(inputs=None), "wrong_type", "a", "inputs"),
        (node(inputs={"x": 5}), "bad_wire", "a", "x"),
        (node(inputs={"x": []}), "bad_wire", "a", "x"),
        (node(inputs={"x": ["a.b", 5]}), "bad_wire", "a", "x"),
        (node(mode="loud"), "out_of_choices", "a", "mode"),
        (node(v=0), "unsupported_version", "a", "v"),
        (node(v=True), "unsupported_version", "a", "v"),
        (node(next={"x": ["a.b"]}), "bad_wire", "a", "x"),
        (node(next={"a-b": "a.b"}), "bad_id", "a", "next"),
        (with_param("NaN"), "bad_number", "a", "x"),
        (with_param("-Infinity"), "bad_number", "a", "x"),
        (with_param("[1, {\"k\": 1e999}]"), "bad_number", "a", "x"),
        (with_param("9007199254740993"), "out_of_range", "a", "x"),
        (with_param(str(2**64)), "out_of_range", "a", "x"),
        (with_param("1" * 5000), "bad_number", "", ""),
        (with_param("[" * 200 + "]" * 200), "too_deep", "a", "x"),
        ("[" * 100_000 + "]" * 100_000, "too_deep", "", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(raw: Any, code: str, path: str, port: str) -> None:
    problem = only(raw)
    assert (problem.code, problem.path, problem.port) == (code, path, port)
    assert problem.message.endswith((".", '."', "}."))


def test_a_name_twice_in_one_object() -> None:
    raw = '{"format":1,"nodes":{"a":{"type":"EmptyLatent"},"a":{"type":"TextEncode"}}}'
    assert only(raw).code == "duplicate_key"
    assert "'a' occurs 2 times" in only(raw).message


def test_an_id_twice_in_one_graph_bodies_included() -> None:
    body = {"type": "Map", "body": {"a": {"type": "T"}}}
    problem = only({"format": 1, "nodes": {"a": {"type": "T"}, "m": body}})
    assert (problem.code, problem.path) == ("duplicate_id", "a")
    fine = {"format": 1, "nodes": {"a": {"type": "T"}}, "definitions": {"d": node()}}
    assert parse(json.dumps(fine)).definitions["d"].nodes.keys() == {"a"}


@pytest.mark.parametrize(
    "name", ["a\nb", "\x1b[2J", "a\0b", "../x", "a b", '"><img>', "1a", "", "é"]
)
def test_ids_are_words(name: str) -> None:
    problem = only({"format": 1, "nodes": {name: {"type": "T"}}})
    assert problem.code == "bad_id"
    assert problem.message.isprintable()


@pytest.mark.parametrize("name", ["__proto__", "constructor", "toString", "hasOwnProperty"])
def test_ids_that_javascript_knows_are_ids(name: str) -> None:
    assert list(parse(json.dumps({"format": 1, "nodes": {name: {"type": "T"}}})).nodes) == [name]


@pytest.mark.parametrize("text", [with_param('"\\ud800"'), with_param('"\ud800"')])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    assert only(text).code == "bad_text"


def test_half_a_pair_is_refused_in_a_name_too() -> None:
    assert only('{"format":1,"nodes":{"a":{"type":"T","params":{"\\udc00":1}}}}').code == "bad_text"


@pytest.mark.parametrize("text", ["\\ud83d\\ude00", "a\\u0000b\\u001b[31m", "\\u202e é"])
def test_other_texts_are_kept_as_they_are(text: str) -> None:
    graph = parse(with_param(f'"{text}"'))
    assert graph.nodes["a"].params["x"] == json.loads(f'"{text}"')
    assert parse(dumps(graph)) == graph


def test_a_file_with_a_byte_order_mark() -> None:
    assert parse(b"\xef\xbb\xbf" + json.dumps(node()).encode()).nodes.keys() == {"a"}


def test_a_comfy_workflow_is_named() -> None:
    assert "ComfyUI" in only({"3": {"class_type": "KSampler", "inputs": {}}}).message


def test_many_nodes_are_refused_at_once() -> None:
    raw = {"format": 1, "nodes": {f"n{i}": {"type": "T"} for i in range(MAX_NODES + 1)}}
    assert only(raw).code == "too_many_nodes"
    del raw["nodes"]["n0"]  # type: ignore[attr-defined]
    assert len(parse(json.dumps(raw)).nodes) == MAX_NODES


def test_bodies_nest_to_a_depth() -> None:
    raw: dict[str, Any] = {"type": "T"}
    for i in range(40):
        raw = {"type": "Map", "body": {f"n{i}": raw}}
    assert only({"format": 1, "nodes": {"top": raw}}).code == "too_deep"


def test_every_problem_at_once() -> None:
    raw = {"format": 1, "nodes": {"a b": {}, "c": 5, "d": {"type": "T", "x": 1, "params": 3}}}
    found = {(p.code, p.path) for p in problems(json.dumps(raw))}
    expected = {("bad_id", ""), ("bad_graph", "c"), ("unknown_field", "d"), ("wrong_type", "d")}
    assert found == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("format", "nodes", "type", "params", "inputs", "body", "next", "collect"),
                    *("show", "v", "mode", "graph", "to", "outputs", "definitions", "view"),
                    *("title", "a", "b"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_a_graph_or_a_problem(raw: Any) -> None:
    for candidate in (raw, {"format": 1, "nodes": raw}, {"format": 1, "nodes": {"a": raw}}):
        try:
            made = from_json(candidate)
        except GraphError as error:
            found: object = error.problems
        else:
            found = made
        assert isinstance(found, Graph) or found
