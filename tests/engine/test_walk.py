"""What is run, what is taken from the cache, and that both give the same."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from engine.session import Engine
from tests.engine import things
from tests.engine.forgetful import HalfCache
from tests.engine.things import CALLS, Thing, chain, engine, run

Doc = dict[str, Any]


def out(doc: Doc, inputs: dict[str, Any] | None = None, **options: Any) -> float:
    result = run(doc, inputs, **options).check()
    return float(result.values["out"].x)


def guided(scales: list[float]) -> Doc:
    """A loop whose step depends on the item: what a guidance curve does."""
    step = {"type": "Add", "inputs": {"a": "loop.t", "b": "loop.item"}}
    doc = chain(1, step)
    doc["nodes"]["loop"]["params"]["over"] = scales
    return doc


def test_a_repeat_is_the_loop_written_by_hand() -> None:
    assert out(chain(4)) == 9
    assert CALLS == ["Make", "Add", "Add", "Add", "Add"]


def test_zero_turns_give_the_initial_values() -> None:
    assert out(chain(0)) == 5


def test_nothing_is_computed_twice() -> None:
    on = engine()
    assert out(chain(4), on=on) == 9
    assert out(chain(4), on=on) == 9
    assert CALLS == []


def test_more_turns_resume_at_the_last_kept_one() -> None:
    on = engine()
    out(chain(4), on=on)
    assert out(chain(7), on=on) == 12
    assert CALLS == ["Add"] * 3


def test_fewer_turns_are_a_kept_state() -> None:
    on = engine()
    out(chain(7), on=on)
    assert out(chain(4), on=on) == 9
    assert CALLS == []


def test_a_late_change_reruns_only_the_tail() -> None:
    on = engine()
    scales = [float(n) for n in range(20)]
    out(guided(scales), on=on)
    changed = scales[:14] + [n + 0.5 for n in scales[14:]]
    assert out(guided(changed), on=on) == 5 + sum(changed)
    assert CALLS == ["Add"] * 6


def test_a_stale_step_is_never_reused() -> None:
    """Keys built from the initial value and the index would find the old turns 2 and 3 here."""
    on = engine()
    out(guided([1.0, 2.0, 3.0, 4.0]), on=on)
    assert out(guided([1.0, 7.0, 3.0, 4.0]), on=on) == 5 + 15
    assert out(guided([7.0, 1.0, 3.0, 4.0]), on=on) == 5 + 15
    assert out(guided([2.0, 1.0, 3.0, 4.0]), on=on) == 5 + 10


def test_body_nodes_that_do_not_turn_run_once() -> None:
    doc = chain(5)
    doc["nodes"]["loop"]["body"] = {
        "fixed": {"type": "Read", "inputs": {"thing": "make.thing"}},
        "add": {"type": "Add", "inputs": {"a": "loop.t", "b": "fixed.value"}},
    }
    assert out(doc) == 30
    assert CALLS.count("Read") == 1


def test_carried_values_may_swap() -> None:
    doc: Doc = {
        "outputs": {"out": "loop.a"},
        "nodes": {
            "one": {"type": "Make", "params": {"x": 1}},
            "two": {"type": "Make", "params": {"x": 2}},
            "loop": {
                "type": "Repeat",
                "params": {"over": 3},
                "inputs": {"a": "one.thing", "b": "two.thing"},
                "body": {"add": {"type": "Add", "inputs": {"a": "loop.b"}, "params": {"b": 10}}},
                "next": {"a": "add.thing", "b": "loop.a"},
            },
        },
    }
    assert out(doc) == 22


def test_a_typed_carried_value_and_its_index() -> None:
    doc: Doc = {
        "outputs": {"out": "add.thing"},
        "nodes": {
            "make": {"type": "Make"},
            "loop": {
                "type": "Repeat",
                "params": {"over": 4, "n": 0},
                "body": {"sum": {"type": "Sum", "inputs": {"a": "loop.n", "b": "loop.index"}}},
                "next": {"n": "sum.value"},
            },
            "add": {"type": "Add", "inputs": {"a": "make.thing", "b": "loop.n"}},
        },
    }
    assert out(doc) == 1 + 6


def test_collect_gives_every_turn_in_order_fresh_and_kept() -> None:
    doc = chain(4)
    doc["nodes"]["loop"]["collect"] = {"all": "add.thing"}
    doc["outputs"] = {"all": "loop.all", "out": "loop.t"}
    on = engine()
    for calls in (["Make", *["Add"] * 4], []):
        values = run(doc, on=on).check().values
        assert [thing.x for thing in values["all"]] == [6, 7, 8, 9]
        assert calls == CALLS
    longer = run(doc, {"turns": 6}, on=on).check().values
    assert [thing.x for thing in longer["all"]] == [6, 7, 8, 9, 10, 11]
    assert CALLS == ["Add"] * 2


def test_the_turns_may_depend_on_what_the_turns_computed() -> None:
    doc = chain(5)
    doc["nodes"]["loop"]["body"] = {
        "read": {"type": "Read", "inputs": {"thing": "loop.t"}},
        "small": {"type": "Less", "inputs": {"a": "read.value"}, "params": {"b": 7}},
        "by1": {"type": "Add", "inputs": {"a": "loop.t"}},
        "by10": {"type": "Add", "inputs": {"a": "loop.t"}, "params": {"b": 10}},
        "add": {
            "type": "Switch",
            "inputs": {"on": "small.value", "true": "by1.thing", "false": "by10.thing"},
        },
    }
    doc["nodes"]["loop"]["next"] = {"t": "add.value"}
    on = engine()
    assert out(doc, on=on) == 5 + 1 + 1 + 10 + 10 + 10
    assert out(doc, on=on) == 37
    assert CALLS == []


def test_a_switch_demands_only_its_case_and_has_its_key() -> None:
    doc: Doc = {
        "inputs": {"which": {"to": ["pick.on"]}},
        "outputs": {"out": "after.thing"},
        "nodes": {
            "a": {"type": "Make", "params": {"x": 1}},
            "b": {"type": "Make", "params": {"x": 2}},
            "pick": {
                "type": "Switch",
                "params": {"on": "a"},
                "inputs": {"a": "a.thing", "default": "b.thing"},
            },
            "after": {"type": "Add", "inputs": {"a": "pick.value"}},
        },
    }
    on = engine()
    assert out(doc, on=on) == 2
    assert CALLS == ["Make", "Add"]
    assert out(doc, {"which": "other"}, on=on) == 3
    direct = copy.deepcopy(doc)
    direct["nodes"]["after"]["inputs"]["a"] = "b.thing"
    assert out(direct, on=on) == 3
    assert CALLS == []


def test_a_switch_without_the_case_says_so() -> None:
    doc: Doc = {
        "outputs": {"all": "each.all"},
        "nodes": {
            "a": {"type": "Make"},
            "each": {
                "type": "Map",
                "params": {"over": 2},
                "body": {
                    "pick": {"type": "Switch", "inputs": {"on": "each.index", "0": "a.thing"}}
                },
                "collect": {"all": "pick.value"},
            },
        },
    }
    (problem,) = run(doc).problems
    assert (problem.path, problem.port) == ("pick", "on")
    assert "1" in problem.message


def test_map_item_equals_a_single_run_with_that_item() -> None:
    doc: Doc = {
        "outputs": {"all": "each.all"},
        "nodes": {
            "each": {
                "type": "Map",
                "params": {"over": [1, 2.5, 3]},
                "body": {
                    "make": {"type": "Make", "inputs": {"x": "each.item"}},
                    "add": {"type": "Add", "inputs": {"a": "make.thing"}},
                },
                "collect": {"all": "add.thing"},
            }
        },
    }
    on = engine()
    assert [t.x for t in run(doc, on=on).check().values["all"]] == [2, 3.5, 4]
    single: Doc = {
        "outputs": {"out": "add.thing"},
        "nodes": {
            "make": {"type": "Make", "params": {"x": 2.5}},
            "add": {"type": "Add", "inputs": {"a": "make.thing"}},
        },
    }
    assert out(single, on=on) == 3.5
    assert CALLS == []


def test_a_failing_map_item_fails_the_map_after_the_others() -> None:
    doc: Doc = {
        "outputs": {"all": "each.all"},
        "nodes": {
            "each": {
                "type": "Map",
                "params": {"over": [1, 2, 3]},
                "body": {
                    "make": {"type": "Make", "inputs": {"x": "each.item"}},
                    "fail": {
                        "type": "Fail",
                        "inputs": {"thing": "make.thing"},
                        "params": {"at": 2},
                    },
                    "show": {"type": "Show", "inputs": {"thing": "fail.thing"}},
                },
                "collect": {"all": "fail.thing"},
            }
        },
    }
    result = run(doc)
    assert result.status == "failed"
    assert [problem.path for problem in result.problems] == ["fail"]
    assert [artifact.data for artifact in result.artifacts] == [b"1", b"3"]
    assert "all" not in result.values


def test_loops_nest_and_a_sequence_is_flattened_into_many() -> None:
    doc: Doc = {
        "outputs": {"out": "total.thing"},
        "nodes": {
            "outer": {
                "type": "Map",
                "params": {"over": [10, 20]},
                "body": {
                    "make": {"type": "Make", "inputs": {"x": "outer.item"}},
                    "inner": {
                        "type": "Repeat",
                        "params": {"over": 3},
                        "inputs": {"t": "make.thing"},
                        "body": {
                            "add": {"type": "Add", "inputs": {"a": "inner.t", "b": "outer.item"}}
                        },
                        "next": {"t": "add.thing"},
                        "collect": {"steps": "add.thing"},
                    },
                },
                "collect": {"ends": "inner.t", "steps": "inner.steps"},
            },
            "one": {"type": "Make", "params": {"x": 0.5}},
            "total": {"type": "Total", "inputs": {"things": ["outer.steps", "one.thing"]}},
        },
    }
    assert out(doc) == (20 + 30 + 40) + (40 + 60 + 80) + 0.5


def test_sinks_in_a_body_run_every_turn_even_when_all_is_kept() -> None:
    doc = chain(3)
    doc["nodes"]["loop"]["body"]["show"] = {"type": "Show", "inputs": {"thing": "add.thing"}}
    on = engine()
    for _ in range(2):
        result = run(doc, on=on).check()
        assert [artifact.data for artifact in result.artifacts] == [b"6", b"7", b"8"]


def test_a_subgraph_has_the_same_keys_as_its_nodes_written_out() -> None:
    on = engine()
    assert out(chain(4), on=on) == 9
    doc: Doc = {
        "outputs": {"out": "part.end"},
        "nodes": {
            "start": {"type": "Make", "params": {"x": 5}},
            "part": {
                "type": "Subgraph",
                "graph": "sampler",
                "params": {"turns": 4},
                "inputs": {"t": "start.thing"},
            },
        },
        "definitions": {
            "sampler": {
                "inputs": {"t": {"to": ["loop.t"]}, "turns": {"to": ["loop.over"]}},
                "outputs": {"end": "loop.t"},
                "nodes": {
                    "loop": {
                        "type": "Repeat",
                        "params": {"over": 9},
                        "body": {"add": {"type": "Add", "inputs": {"a": "loop.t"}}},
                        "next": {"t": "add.thing"},
                    }
                },
            }
        },
    }
    assert out(doc, on=on) == 9
    assert CALLS == []


def test_effective_inputs_rerun_only_the_turns_they_change() -> None:
    step = {
        "type": "Window",
        "inputs": {"thing": "loop.t", "at": "loop.index"},
        "params": {"start": 0, "end": 4},
    }
    doc = chain(8, step)
    on = engine()
    assert out(doc, on=on) == 5 + 400
    doc["nodes"]["loop"]["body"]["add"]["params"]["end"] = 6
    assert out(doc, on=on) == 5 + 600
    assert CALLS == ["Window"] * 4


def test_a_typed_a_defaulted_and_a_wired_value_are_one_key() -> None:
    on = engine()
    nodes = {"make": {"type": "Make"}, "add": {"type": "Add", "inputs": {"a": "make.thing"}}}
    doc: Doc = {"outputs": {"out": "add.thing"}, "nodes": nodes}
    assert out(doc, on=on) == 2
    nodes["add"]["params"] = {"b": 1}  # type: ignore[assignment]
    assert out(doc, on=on) == 2
    assert CALLS == []
    nodes["one"] = {"type": "Sum", "params": {"a": 1}}  # type: ignore[dict-item]
    nodes["add"] = {"type": "Add", "inputs": {"a": "make.thing", "b": "one.value"}}
    assert out(doc, on=on) == 2
    assert CALLS == ["Sum"]


def test_names_and_order_do_not_change_keys() -> None:
    on = engine()
    out(chain(3), on=on)
    doc = chain(3)
    renamed = str(doc).replace("loop", "denoise").replace("make", "start").replace("'", '"')
    import json

    assert out(json.loads(renamed), on=on) == 8
    assert CALLS == []


def test_a_kept_result_spares_everything_before_it() -> None:
    on = engine()
    nodes: Doc = {"n0": {"type": "Make"}}
    for index in range(1, 50):
        nodes[f"n{index}"] = {"type": "Add", "inputs": {"a": f"n{index - 1}.thing"}}
    doc = {"outputs": {"out": "n49.thing"}, "nodes": nodes}
    assert out(doc, on=on) == 50
    nodes["tail"] = {"type": "Add", "inputs": {"a": "n49.thing"}}
    doc["outputs"] = {"out": "tail.thing"}
    assert out(doc, on=on) == 51
    assert CALLS == ["Add"]


def test_a_chain_deeper_than_the_interpreter_allows() -> None:
    nodes: Doc = {"n0": {"type": "Make"}}
    for index in range(1, 5000):
        nodes[f"n{index}"] = {"type": "Add", "inputs": {"a": f"n{index - 1}.thing"}}
    assert out({"outputs": {"out": "n4999.thing"}, "nodes": nodes}) == 5000


def test_a_diamond_chain_runs_each_node_once() -> None:
    nodes: Doc = {"n0": {"type": "Make"}}
    for index in range(1, 60):
        nodes[f"n{index}"] = {
            "type": "Total",
            "inputs": {"things": [f"n{index - 1}.thing", f"n{index - 1}.thing"]},
        }
    assert out({"outputs": {"out": "n59.thing"}, "nodes": nodes}) == 2.0**59
    assert len(CALLS) == 60


def everything(turns: int, last: float) -> Doc:
    """A Repeat with a data-dependent body, a collect and a Map over what it collected."""
    return {
        "outputs": {"out": "total.thing", "all": "each.all", "end": "loop.t"},
        "nodes": {
            "make": {"type": "Make", "params": {"x": 3}},
            "loop": {
                "type": "Repeat",
                "params": {"over": turns},
                "inputs": {"t": "make.thing"},
                "body": {
                    "read": {"type": "Read", "inputs": {"thing": "loop.t"}},
                    "small": {"type": "Less", "inputs": {"a": "read.value"}, "params": {"b": 9}},
                    "step": {"type": "Switch", "inputs": {"on": "small.value"},
                             "params": {"true": 2, "false": last}},
                    "add": {"type": "Add", "inputs": {"a": "loop.t", "b": "step.value"}},
                },
                "next": {"t": "add.thing"},
                "collect": {"all": "add.thing", "numbers": "read.value"},
            },
            "each": {
                "type": "Map",
                "inputs": {"over": "loop.numbers"},
                "body": {
                    "made": {"type": "Make", "inputs": {"x": "each.item"}},
                    "more": {"type": "Add", "inputs": {"a": "made.thing", "b": "each.index"}},
                },
                "collect": {"all": "more.thing"},
            },
            "total": {"type": "Total", "inputs": {"things": ["each.all", "loop.all"]}},
        },
    }  # fmt: skip


def plain(result: Any) -> Any:
    return [[t.x for t in v] if isinstance(v, tuple) else v.x for v in result.values.values()]


@pytest.mark.parametrize("seed", range(20))
def test_the_same_values_from_an_empty_a_full_and_a_half_evicted_cache(seed: int) -> None:
    on = engine()
    on.cache = HalfCache(seed)
    for turns, last in ((6, 1.5), (6, 1.5), (8, 1.5), (8, 4.0), (5, 4.0)):
        want = plain(run(everything(turns, last)).check())
        assert plain(run(everything(turns, last), on=on).check()) == want


def test_a_cache_of_no_size_changes_nothing() -> None:
    on = engine(ram_budget=0)
    want = plain(run(everything(7, 2.0)).check())
    for _ in range(2):
        assert plain(run(everything(7, 2.0), on=on).check()) == want


def test_not_finite_names_the_node_and_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    function = things.add.node  # type: ignore[attr-defined]
    poisoned = {"count": 0}

    def poison(a: Thing, b: float = 1.0) -> Thing:
        poisoned["count"] += 1
        return Thing(float("nan")) if poisoned["count"] == 3 else Thing(a.x + b)

    on: Engine = engine()
    import dataclasses

    broken = dataclasses.replace(function, function=poison)
    monkeypatch.setattr(
        on,
        "registry",
        dataclasses.replace(
            on.registry, implementations={**on.registry.implementations, "Add": broken}
        ),
    )
    result = run(chain(6), on=on)
    (problem,) = result.problems
    assert problem.code == "non_finite"
    assert problem.path == "loop"
    assert "'add'" in problem.message
    assert "turn 3 of 6" in problem.message
    assert "out" not in result.values


def test_what_changes_while_it_is_read_is_not_kept(tmp_path: Path) -> None:
    things.OUTSIDE = tmp_path / "outside"
    things.OUTSIDE.write_text("1")
    on = engine()
    doc: Doc = {"outputs": {"out": "in.thing"}, "nodes": {"in": {"type": "Outside"}}}
    assert out(doc, on=on) == 1
    assert out(doc, on=on) == 1
    assert CALLS == []
    things.OUTSIDE.write_text("2")
    assert out(doc, on=on) == 2
    things.OUTSIDE.write_text("3 then 4")
    (problem,) = run(doc, on=on).problems
    assert (problem.code, problem.path) == ("changed_file", "in")
    assert out(doc, on=on) == 4
