"""Defects that the interpreter of `test_run_oracle` found, each as small as it gets."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from engine.keys import many
from engine.values import digest_of, type_name, value_types
from tests.engine.things import CALLS, Thing, chain, engine, run

Doc = dict[str, Any]


def test_a_sink_saves_again_when_everything_is_kept() -> None:
    doc = chain(2)
    doc["nodes"]["show"] = {"type": "Show", "inputs": {"thing": "loop.t"}}
    on = engine()
    for _ in range(2):
        assert [a.data for a in run(doc, on=on).check().artifacts] == [b"7"]
    assert CALLS == ["Show"]


def swap(names: list[str]) -> Doc:
    return {
        "outputs": {"out": "loop.a"},
        "nodes": {
            "one": {"type": "Make", "params": {"x": 1}},
            "two": {"type": "Make", "params": {"x": 20}},
            "loop": {
                "type": "Repeat",
                "params": {"over": 3},
                "inputs": {"a": "one.thing", "b": "two.thing"},
                "body": {"add": {"type": "Add", "inputs": {"a": "loop.a"}}},
                "next": {name: {"a": "add.thing", "b": "loop.b"}[name] for name in names},
            },
        },
    }


def test_the_order_of_next_in_the_file_changes_nothing() -> None:
    on = engine()
    assert run(swap(["a", "b"]), on=on).check().values["out"].x == 4
    assert run(swap(["b", "a"]), on=on).check().values["out"].x == 4
    assert CALLS == []


def test_a_forecast_puts_nothing_unknown_into_the_cache() -> None:
    doc: Doc = {
        "outputs": {"all": "loop.all"},
        "nodes": {
            "loop": {
                "type": "Repeat",
                "params": {"over": 2},
                "body": {
                    "each": {
                        "type": "Map",
                        "params": {"over": 2},
                        "body": {"make": {"type": "Make", "inputs": {"x": "loop.index"}}},
                        "collect": {"all": "make.thing"},
                    }
                },
                "collect": {"all": "each.all"},
            }
        },
    }
    on = engine()
    on.forecast(on.parse(json.dumps({"format": 1, **doc})))
    values = run(doc, on=on).check().values["all"]
    assert [[thing.x for thing in row] for row in values] == [[0, 0], [1, 1]]


def test_what_is_not_finite_fails_again_from_the_cache() -> None:
    doc = chain(2, {"type": "Add", "inputs": {"a": "loop.t"}, "params": {"b": 1.7e308}})
    on = engine()
    for _ in range(2):
        (problem,) = run(doc, on=on).problems
        assert problem.code == "non_finite"


def test_resumed_turns_are_counted_once() -> None:
    doc = chain(5)
    doc["nodes"]["loop"]["params"]["n"] = True
    doc["nodes"]["loop"]["next"] = {"t": "add.value", "n": "loop.n"}
    doc["nodes"]["loop"]["body"] = {
        "more": {"type": "Add", "inputs": {"a": "loop.t"}},
        "add": {"type": "Switch", "inputs": {"on": "loop.n", "true": "more.thing",
                                              "false": "loop.t"}},
    }  # fmt: skip
    on = engine()
    run(doc, on=on).check()
    report = run(doc, on=on).check().report
    assert (report.nodes["loop"].runs, report.nodes["loop"].cached) == (0, 5)


@pytest.mark.parametrize("mode", ["mute", "bypass"])
def test_sinks_in_a_loop_that_is_switched_off_are_not_run(mode: str) -> None:
    doc = chain(2)
    doc["nodes"]["loop"]["mode"] = mode
    doc["nodes"]["loop"]["body"]["fixed"] = {"type": "Show", "inputs": {"thing": "make.thing"}}
    doc["nodes"]["loop"]["body"]["turns"] = {"type": "Show", "inputs": {"thing": "loop.t"}}
    assert run(doc).artifacts == ()


def test_a_bypassed_node_may_pass_a_typed_value_out_of_a_body() -> None:
    doc: Doc = {
        "outputs": {"end": "part.end"},
        "nodes": {"part": {"type": "Subgraph", "graph": "p", "params": {"x": 3}}},
        "definitions": {
            "p": {
                "inputs": {"x": {"to": ["sum.a"]}},
                "outputs": {"end": "loop.n"},
                "nodes": {
                    "loop": {
                        "type": "Repeat",
                        "params": {"over": 2, "n": 1.5},
                        "body": {"sum": {"type": "Sum", "mode": "bypass"}},
                        "next": {"n": "sum.value"},
                    }
                },
            }
        },
    }
    assert run(doc).check().values["end"] == 3


def test_a_failing_static_node_in_a_loop_is_asked_once() -> None:
    doc = chain(3)
    doc["nodes"]["loop"]["body"] = {
        "strict": {"type": "Strict", "params": {"a": 99}},
        "add": {"type": "Add", "inputs": {"a": "loop.t", "b": "strict.value"}},
    }
    for name in ("x", "y"):
        doc["nodes"][name] = {"type": "Add", "inputs": {"a": "loop.t"}}
        doc["outputs"][name] = f"{name}.thing"
    (problem,) = run(doc).problems
    assert problem.path == "strict"
    assert CALLS == ["Strict"]


def test_a_preview_of_a_collected_sequence_is_no_crash() -> None:
    doc = chain(2)
    doc["nodes"]["loop"]["body"]["each"] = {
        "type": "Map",
        "params": {"over": 2},
        "body": {"more": {"type": "Add", "inputs": {"a": "loop.t"}}},
        "collect": {"all": "more.thing"},
    }
    doc["nodes"]["loop"]["show"] = "each.all"
    assert run(doc, previews=True).check().values["out"].x == 7


def test_a_list_changed_in_place_is_another_input() -> None:
    doc = chain(1, {"type": "Add", "inputs": {"a": "loop.t", "b": "loop.item"}})
    doc["nodes"]["loop"]["params"]["over"] = [1.5]
    on = engine()
    graph = on.parse(json.dumps({"format": 1, **doc}))
    inputs = {"turns": [1.5]}
    assert on.run(graph, inputs).check().values["out"].x == 6.5
    inputs["turns"].append(2.5)
    assert on.run(graph, inputs).check().values["out"].x == 9


def test_a_whole_number_picks_the_case_of_the_integer() -> None:
    doc: Doc = {
        "outputs": {"out": "pick.value"},
        "nodes": {
            "make": {"type": "Make"},
            "pick": {"type": "Switch", "params": {"on": 2.0}, "inputs": {"2": "make.thing"}},
        },
    }
    assert run(copy.deepcopy(doc)).check().values["out"].x == 1


def test_a_slotted_class_is_unpacked_as_itself() -> None:
    assert value_types()[type_name(Thing)] is Thing


def test_fragments_with_commas_are_not_taken_for_two() -> None:
    assert many(["a", "b"]) != many(["a,b"])


def test_what_only_an_unread_port_collects_is_not_computed() -> None:
    doc: Doc = {
        "outputs": {"all": "outer.plain"},
        "nodes": {
            "make": {"type": "Make"},
            "outer": {
                "type": "Map",
                "params": {"over": 2},
                "body": {
                    "inner": {
                        "type": "Map",
                        "params": {"over": 2},
                        "body": {"add": {"type": "Add", "inputs": {"a": "make.thing"}}},
                        "collect": {"things": "add.thing", "plain": "inner.index"},
                    }
                },
                "collect": {"things": "inner.things", "plain": "inner.plain"},
            },
        },
    }
    assert run(doc).check().values["all"] == ((0, 1), (0, 1))
    assert CALLS == []


def switched(on: bool) -> Doc:
    return {
        "outputs": {"out": "pick.value", "after": "more.thing", "apart": "two.thing"},
        "nodes": {
            "one": {"type": "Make", "mode": "mute"},
            "two": {"type": "Make", "params": {"x": 2}},
            "read": {"type": "Less", "params": {"a": 1 if on else 3, "b": 2}},
            "pick": {
                "type": "Switch",
                "inputs": {"on": "read.value", "true": "one.thing", "default": "two.thing"},
            },
            "more": {"type": "Add", "inputs": {"a": "pick.value"}},
            "show": {"type": "Show", "inputs": {"thing": "more.thing"}},
        },
    }


def test_a_muted_case_that_is_chosen_is_lost_and_no_other_stands_in_for_it() -> None:
    result = run(switched(on=True)).check()
    assert dict(result.values) == {"apart": Thing(2)}
    assert result.lost == ("out", "after", "show")
    assert result.artifacts == ()


def test_a_muted_case_that_is_not_chosen_is_not_missed() -> None:
    result = run(switched(on=False)).check()
    assert result.values["after"].x == 3
    assert result.lost == ()
    assert [artifact.data for artifact in result.artifacts] == [b"3"]


def test_a_turn_lost_to_a_muted_case_spares_the_sinks_of_the_others() -> None:
    doc: Doc = {
        "nodes": {
            "one": {"type": "Make", "mode": "mute"},
            "each": {
                "type": "Map",
                "params": {"over": 3},
                "body": {
                    "make": {"type": "Make", "inputs": {"x": "each.index"}},
                    "pick": {
                        "type": "Switch",
                        "inputs": {"on": "each.index", "1": "one.thing", "default": "make.thing"},
                    },
                    "show": {"type": "Show", "inputs": {"thing": "pick.value"}},
                },
            },
        }
    }
    result = run(doc).check()
    assert [artifact.data for artifact in result.artifacts] == [b"0", b"2"]
    assert result.lost == ("show",)


def test_what_only_an_unread_loop_reads_is_not_collected() -> None:
    """`twice` is in the body and nobody reads it, so nobody reads what `each` collects."""
    doc = chain(2)
    doc["nodes"]["loop"]["body"] |= {
        "each": {
            "type": "Repeat",
            "params": {"over": 2},
            "inputs": {"u": "loop.t"},
            "body": {"fail": {"type": "Fail", "inputs": {"thing": "loop.t"}, "params": {"at": 5}}},
            "next": {"u": "loop.t"},
            "collect": {"all": "fail.thing"},
        },
        "twice": {"type": "Total", "inputs": {"things": ["each.all"]}},
    }
    doc["nodes"]["loop"]["inputs"]["last"] = "make.thing"
    doc["nodes"]["loop"]["next"]["last"] = "each.u"
    doc["nodes"]["loop"]["collect"] = {"unread": "twice.thing"}
    doc["outputs"]["last"] = "loop.last"
    assert run(doc).check().values["out"].x == 7


def test_tensors_within_lists_of_lists_are_not_named_by_their_text() -> None:
    row = [Thing(1.0)]
    assert digest_of((row, row)) is None
    assert digest_of(([1, 2.5], ["a"], {"b": [True]})) == digest_of(
        [[1, 2.5], ["a"], {"b": [True]}]
    )
