"""The cases that the editor runs as well, and the sentences that a person reads."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue import to_json
from engine.errors import Problem
from engine.graph import parse
from engine.ports import Choices
from engine.validate import validate
from tests.engine.oracle import judge
from tests.engine.small import CATALOGUE

CASES = Path(__file__).parents[1] / "cases"
FILES = sorted((CASES / "validate").glob("*.json"))
CATALOGUE_JSON = json.loads(to_json(CATALOGUE))
START = {"type": "Start"}


def problems(nodes: dict[str, Any], **fields: Any) -> list[Problem]:
    raw = {"format": 1, "outputs": {"o": "s.num"}, "nodes": {"s": START, **nodes}, **fields}
    return validate(parse(json.dumps(raw)), CATALOGUE)


def only(nodes: dict[str, Any], **fields: Any) -> Problem:
    (problem,) = problems(nodes, **fields)
    return problem


def test_the_catalogue_of_the_cases_is_that_of_the_small_nodes() -> None:
    assert json.loads((CASES / "catalogue.json").read_text()) == CATALOGUE_JSON


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_shared_case(file: Path) -> None:
    case = json.loads(file.read_text())
    found = [
        {"code": p.code, "path": p.path, "port": p.port}
        for p in validate(parse(json.dumps(case["graph"])), CATALOGUE)
    ]
    order = ("code", "path", "port")
    assert sorted(found, key=lambda p: [p[k] for k in order]) == case["problems"]
    expected = {(p["code"], p["path"], p["port"]) for p in case["problems"]}
    assert judge(case["graph"], CATALOGUE_JSON) == expected


def test_every_code_has_a_case() -> None:
    codes = {p["code"] for file in FILES for p in json.loads(file.read_text())["problems"]}
    assert codes >= {
        *("bad_id", "bad_wire", "cannot_bypass", "cycle", "dangling_edge", "empty_graph"),
        *("input_already_linked", "leaves_body", "missing_input", "no_outputs"),
        *("not_multiple_of", "out_of_choices", "out_of_range", "port_type_mismatch", "recursion"),
        *("unknown_field", "unknown_input", "unknown_node_type", "unknown_port"),
        *("unsupported_version", "wrong_type"),
    }


def test_an_unknown_type_names_the_nearest() -> None:
    problem = only({"t": {"type": "Totall"}})
    assert "'Totall'" in problem.message
    assert problem.fix == "Did you mean 'Total'?"


def test_a_clash_names_both_types_and_what_converts() -> None:
    problem = only({"t": {"type": "Shrink", "inputs": {"big": "s.num"}}})
    assert problem.message == "wants a Big, 's.num' is a Num."
    assert problem.fix == "Grow makes one from the other."


def test_a_missing_wire_names_one_that_fits() -> None:
    assert only({"t": {"type": "Add"}}).fix == "Wire 's.num' to it?"
    assert only({"t": {"type": "Shrink"}}).fix == ""


def test_an_unknown_param_names_the_nearest() -> None:
    problem = only({"a": {"type": "Add", "params": {"scal": 2}, "inputs": {"num": "s.num"}}})
    assert "'scal'" in problem.message
    assert problem.fix == "Did you mean 'scale'?"


def test_an_unknown_port_names_those_there_are() -> None:
    problem = only({"a": {"type": "Add", "inputs": {"num": "s.number"}}})
    assert "Start 's' has no such output; it has num." in problem.message
    assert problem.fix == "Did you mean 'num'?"


def test_limits_are_named_with_the_value() -> None:
    assert only({"a": {"type": "Start", "params": {"x": 10**9}}}).message == (
        "wants at most 100, this is 1000000000."
    )
    assert "multiple of 8, this is 13; the nearest are 8 and 16" in (
        only({"a": {"type": "Area", "params": {"width": 13}}}).message
    )
    assert "8,192 square steps; the limit is 4,096" in (
        only({"a": {"type": "Area", "params": {"width": 512}}}).message
    )


def test_a_cycle_names_a_shortest_way_round() -> None:
    nodes = {
        "a": {"type": "Add", "inputs": {"num": "b.num", "other": "c.num"}},
        "b": {"type": "Add", "inputs": {"num": "c.num"}},
        "c": {"type": "Add", "inputs": {"num": "a.num"}},
    }
    assert only(nodes).message == "The wires go in a circle: a -> c -> a."


def test_recursion_names_the_way_round() -> None:
    def use(name: str) -> dict[str, Any]:
        return {"nodes": {"u": {"type": "Subgraph", "graph": name}}}

    found = problems({}, definitions={"d": use("e"), "e": use("d")})
    assert {p.message for p in found} == {"A definition cannot contain itself: d -> e -> d."}


def test_a_machine_without_the_model_says_which_there_are() -> None:
    raw = {
        "format": 1,
        "outputs": {"o": "m.num"},
        "nodes": {"m": {"type": "Load", "params": {"model": "attacker/repo"}}},
    }
    graph = parse(json.dumps(raw))
    assert validate(graph, CATALOGUE) == []
    (problem,) = validate(graph, CATALOGUE, lists={"models": ("demo",)})
    assert (problem.code, problem.path, problem.port) == ("unknown_model", "m", "model")
    assert "attacker/repo" in problem.message
    assert "demo" in problem.fix


@pytest.mark.parametrize(
    ("name", "known", "fix"),
    [
        ("vaes", ("a.safetensors",), "There are: a.safetensors. Put it into 'vae' in the folder"),
        ("models", ("otter",), "Did you mean 'otter'? Put it into 'checkpoints' in the folder of"),
        ("images", (), "Send the picture's file, or put it into the folder of images."),
        ("things", (), ""),
    ],
)
def test_what_to_do_about_a_missing_file(name: str, known: tuple[str, ...], fix: str) -> None:
    (problem,) = missed(name, "other", known)
    assert problem.fix.startswith(fix)
    assert bool(problem.fix) == bool(fix)


def test_lists_are_named_in_the_words_of_the_field() -> None:
    words = {
        "models": "model",
        "vaes": "VAE",
        "text_encoders": "text encoder",
        "loras": "LoRA",
        "controls": "ControlNet",
        "adapters": "T2I adapter",
    }
    for name, word in words.items():
        (problem,) = missed(name, "other", ())
        assert problem.message == f"There is no {word} 'other' on this machine."
        assert problem.code == f"unknown_{name[:-1]}"


def test_a_name_of_an_upload_is_told_from_what_only_begins_like_one() -> None:
    assert missed("images", "sha256:" + "0" * 64, ()) == []
    for wrong in ("sha256:", "sha256:1234", "sha256:" + "G" * 64, "sha256:" + "0" * 65):
        (problem,) = missed("images", wrong, ())
        assert (problem.code, problem.port) == ("unknown_upload", "model")


def missed(name: str, value: str, known: tuple[str, ...]) -> list[Problem]:
    """The problems of a node whose input names a list, with a value."""
    load = CATALOGUE.declarations["Load"]
    port = replace(load.inputs["model"], choices=Choices(name))
    declared = {**CATALOGUE.declarations, "Load": replace(load, inputs={"model": port})}
    raw = {
        "format": 1,
        "outputs": {"o": "m.num"},
        "nodes": {"m": {"type": "Load", "params": {"model": value}}},
    }
    catalogue = replace(CATALOGUE, declarations=declared)
    return validate(parse(json.dumps(raw)), catalogue, lists={name: known})


def test_an_open_public_input_is_missed_only_when_the_graph_is_to_run() -> None:
    raw = {
        "format": 1,
        "inputs": {"width": {"to": ["a.width"]}},
        "outputs": {"o": "a.num"},
        "nodes": {"a": {"type": "Area"}},
    }
    graph = parse(json.dumps(raw))
    assert validate(graph, CATALOGUE) == []
    (problem,) = validate(graph, CATALOGUE, ready=True)
    assert (problem.code, problem.path, problem.port) == ("missing_input", "a", "width")


def test_nodes_in_a_muted_body_may_lack_inputs() -> None:
    body = {"x": {"type": "Add"}}
    loop = {"type": "Map", "mode": "mute", "params": {"over": 2}, "body": body}
    assert problems({"m": loop}) == []


def test_the_unfolded_size_has_a_limit() -> None:
    def of(name: str) -> dict[str, Any]:
        uses = {f"u{i}": {"type": "Subgraph", "graph": name} for i in range(200)}
        return {"nodes": uses}

    deep = {"a": of("b"), "b": of("c"), "c": {"nodes": {"s": START}}}
    found = problems({"u": {"type": "Subgraph", "graph": "a"}}, definitions=deep)
    assert [p.code for p in found] == ["too_many_nodes"]
    assert "80,202" in found[0].message
    assert "20,000" in found[0].message


def test_definitions_nest_to_a_depth() -> None:
    deep: dict[str, Any] = {
        f"d{i}": {"nodes": {"u": {"type": "Subgraph", "graph": f"d{i + 1}"}}} for i in range(2000)
    }
    deep["d2000"] = {"nodes": {"s": START}}
    found = problems({"u": {"type": "Subgraph", "graph": "d0"}}, definitions=deep)
    assert [p.code for p in found] == ["too_deep"]


def test_thousands_of_switches_in_a_row_written_backwards() -> None:
    nodes: dict[str, Any] = {
        f"w{i}": {"type": "Switch", "params": {"on": 1}, "inputs": {"default": f"w{i + 1}.value"}}
        for i in range(5000)
    }
    nodes["w5000"] = {"type": "Switch", "params": {"on": 1}, "inputs": {"default": "s.num"}}
    assert problems({**nodes, "t": {"type": "Add", "inputs": {"num": "w0.value"}}}) == []
    assert only({**nodes, "t": {"type": "Say", "inputs": {"text": "w0.value"}}}).path == "t"


@pytest.mark.parametrize(
    "node",
    [
        {"type": "Add"},
        {"type": "Ad", "inputs": {"num": "nobody.num"}},
        {"type": "Add", "params": {"speed": 1}, "inputs": {"num": "s.number"}},
    ],
)
def test_thousands_of_mistakes_take_no_minutes(node: dict[str, Any]) -> None:
    before = time.process_time()
    found = problems({f"n{i}": node for i in range(10_000)})
    assert len(found) >= 10_000
    assert time.process_time() - before < 10
