"""A node that is sure to refuse what its wires will bring says so before any other has run."""

from __future__ import annotations

import copy
import json
import os
from random import Random
from typing import Any

import pytest

from engine import events
from engine.annotations import DeclarationError
from engine.cache import RamCache
from engine.declare import node
from engine.graph import from_json
from engine.packs import registry_of
from engine.session import Engine
from engine.validate import validate
from tests.engine import cloths, programs, things
from tests.engine.interpreter import interpret
from tests.engine.test_run_oracle import agree
from tests.engine.things import CALLS, run

Doc = dict[str, Any]
REGISTRY = registry_of([things.__name__, cloths.__name__])
EXAMPLES = int(os.environ.get("LATENTGRAPH_EXAMPLES", "600"))
STATIC = {"Dye", "Sum", "Less", "Whole"}
RED, BLUE = ({"type": "Dye", "params": {"colour": colour}} for colour in (1, 0))


def engine() -> Engine:
    return Engine(registry=REGISTRY, device="cpu")


def washed(turns: int, **more: Any) -> Doc:
    """A red cloth, washed in a loop; `hang` takes blue ones, and is no output."""
    return {
        "outputs": {"out": "hang.cloth"},
        "nodes": {
            "red": RED,
            "blue": BLUE,
            "weave": {"type": "Weave", "inputs": {"mark": "red.mark"}},
            "loop": {
                "type": "Repeat",
                "params": {"over": turns, "n": 0.5},
                "inputs": {"cloth": "weave.cloth"},
                "body": {
                    "wash": {"type": "Wash", "inputs": {"cloth": "loop.cloth"}},
                    "sum": {"type": "Sum", "inputs": {"a": "loop.n"}},
                },
                "next": {"cloth": "wash.cloth", "n": "sum.value"},
            },
            "hang": {"type": "Hang", "inputs": {"mark": "blue.mark", "cloth": "loop.cloth"}},
            **more,
        },
    }


def told_first(doc: Doc, path: str = "hang", **options: Any) -> None:
    """The node at `path` fails, and nothing but static nodes has run before that."""
    seen: list[events.Event] = []
    result = run(doc, on=engine(), on_event=seen.append, **options)
    assert result.status == "failed"
    (problem,) = result.problems
    assert (problem.path, problem.code, problem.port) == (path, "other_colour", "cloth")
    assert problem.message == "blue is wanted, not red."
    failed = next(n for n, event in enumerate(seen) if isinstance(event, events.NodeFailed))
    before = [event for event in seen[:failed] if isinstance(event, events.NodeStarted)]
    assert {doc_type(doc, event.path) for event in before} <= STATIC
    assert not any(isinstance(event, events.Turn) for event in seen[:failed])


def doc_type(doc: Doc, path: str) -> str:
    return str(dict(programs.every_node(doc["nodes"]))[path]["type"])


def works(doc: Doc) -> None:
    assert run(doc, on=engine()).check().status == "completed"


@pytest.mark.parametrize("turns", [0, 1, 5])
def test_behind_a_loop(turns: int) -> None:
    doc = washed(turns)
    told_first(doc)
    assert set(CALLS) <= STATIC
    doc["nodes"]["red"] = BLUE
    works(doc)


def test_a_forecast_says_it_too() -> None:
    on, doc = engine(), {"format": 1, **washed(3)}
    CALLS.clear()
    forecast = on.forecast(on.parse(json.dumps(doc)))
    assert set(CALLS) <= STATIC
    running = {path for path, state in forecast.states.items() if state == "run"}
    assert running == {"blue", "red"}


def test_in_a_second_loop_and_after_a_subgraph() -> None:
    inner = {
        "inputs": {"cloth": {"to": ["wash.cloth"]}},
        "outputs": {"cloth": "wash.cloth"},
        "nodes": {"wash": {"type": "Wash"}},
    }
    doc = washed(3) | {"definitions": {"again": inner}}
    doc["nodes"] |= {
        "again": {"type": "Subgraph", "graph": "again", "inputs": {"cloth": "loop.cloth"}},
        "gone": {"type": "Wash", "mode": "bypass", "inputs": {"cloth": "again.cloth"}},
        "second": {
            "type": "Repeat",
            "params": {"over": 4},
            "inputs": {"cloth": "gone.cloth"},
            "body": {
                "hang": {"type": "Hang", "inputs": {"mark": "blue.mark", "cloth": "second.cloth"}}
            },
            "next": {"cloth": "hang.cloth"},
        },
    }
    del doc["nodes"]["hang"]
    doc["outputs"] = {"out": "second.cloth"}
    told_first(doc)
    doc["nodes"]["second"]["params"]["over"] = 0
    works(doc)


def test_collected_and_taken_one_by_one() -> None:
    doc = washed(3)
    doc["nodes"]["loop"]["collect"] = {"all": "wash.cloth"}
    doc["nodes"]["map"] = {
        "type": "Map",
        "inputs": {"over": "loop.all"},
        "body": {"hang": {"type": "Hang", "inputs": {"mark": "blue.mark", "cloth": "map.item"}}},
        "collect": {"all": "hang.cloth"},
    }
    del doc["nodes"]["hang"]
    doc["outputs"] = {"out": "map.all"}
    result = run(doc, on=engine())  # how many there are is known once they are made
    assert [(problem.path, problem.code) for problem in result.problems] == [
        ("hang", "other_colour")
    ]
    assert "Hang" not in CALLS
    doc["nodes"]["loop"]["params"]["over"] = 0
    works(doc)


def test_a_mark_for_each_item() -> None:
    """A Map over colours: the loop lives outside, and one item of it is refused."""
    doc = washed(3)
    del doc["nodes"]["hang"], doc["nodes"]["blue"]
    loop = doc["nodes"]["loop"]
    del loop["body"]["sum"], loop["next"]["n"], loop["params"]["n"]  # named turn by turn
    doc["nodes"]["map"] = {
        "type": "Map",
        "params": {"over": [1, 0, 1]},
        "body": {
            "dye": {"type": "Dye", "inputs": {"colour": "map.item"}},
            "hang": {"type": "Hang", "inputs": {"mark": "dye.mark", "cloth": "loop.cloth"}},
        },
        "collect": {"all": "hang.cloth"},
    }
    doc["outputs"] = {"out": "map.all"}
    told_first(doc)


def test_a_case_for_each_item() -> None:
    """What all items together may bring is fine; one of them brings the other case."""
    doc = switched({"inputs": {"on": "map.item"}}, **{"0": "weave_2.cloth", "1": "loop.cloth"})
    nodes = doc["nodes"]
    loop = nodes["loop"]
    del loop["body"]["sum"], loop["next"]["n"], loop["params"]["n"]
    nodes["map"] = {
        "type": "Map",
        "params": {"over": 2},
        "body": {name: nodes.pop(name) for name in ("choice", "hang")},
        "collect": {"all": "hang.cloth"},
    }
    doc["outputs"] = {"out": "map.all"}
    told_first(doc)
    nodes["map"]["params"]["over"] = 1
    works(doc)


def switched(on: Doc, **cases: str) -> Doc:
    doc = washed(2)
    doc["nodes"] |= {
        "weave_2": {"type": "Weave", "inputs": {"mark": "blue.mark"}},
        "choice": {"type": "Switch", "params": {}, **on},
    }
    inputs = doc["nodes"]["choice"].setdefault("inputs", {})
    doc["nodes"]["choice"]["inputs"] = inputs | cases
    doc["nodes"]["hang"]["inputs"]["cloth"] = "choice.value"
    return doc


def test_the_chosen_case_counts() -> None:
    cases = {"true": "loop.cloth", "false": "weave_2.cloth"}
    told_first(switched({"params": {"on": True}}, **cases))
    works(switched({"params": {"on": False}}, **cases))


def test_where_the_case_is_not_known_all_of_them_count() -> None:
    measured = {"inputs": {"on": "size.value"}}
    size = {"type": "Measure", "inputs": {"cloth": "weave.cloth"}}
    for other, fine in (("weave_2.cloth", True), ("weave.cloth", False)):
        doc = switched(measured, default="loop.cloth", **{"0": other})
        doc["nodes"]["size"] = size
        if fine:
            works(doc)
        else:
            told_first(doc)


def test_a_case_that_may_not_be_chosen_runs_nothing() -> None:
    """The colour of the other case cannot be made; nobody asks for it."""
    doc = switched({"inputs": {"on": "size.value"}}, default="other.cloth", **{"0": "loop.cloth"})
    doc["nodes"] |= {
        "size": {"type": "Measure", "inputs": {"cloth": "weave.cloth"}},
        "none": {"type": "Dye", "params": {"colour": -1}},
        "other": {"type": "Weave", "inputs": {"mark": "none.mark"}},
        "red": BLUE,
    }
    works(doc)


def test_a_node_that_says_nothing_ends_it() -> None:
    doc = washed(2, bleach={"type": "Bleach", "inputs": {"cloth": "loop.cloth"}})
    doc["nodes"]["hang"]["inputs"]["cloth"] = "bleach.cloth"
    works(doc)


def test_either_of_two_may_come() -> None:
    doc = washed(2)
    doc["nodes"] |= {
        "weave_2": {"type": "Weave", "inputs": {"mark": "blue.mark"}, "params": {"x": -1}},
        "pick": {"type": "Pick", "inputs": {"cloth": "loop.cloth", "other": "weave_2.cloth"}},
    }
    doc["nodes"]["hang"]["inputs"]["cloth"] = "pick.cloth"
    works(doc)
    del doc["nodes"]["pick"]["inputs"]["other"]
    told_first(doc)


def test_what_is_colourless_by_a_loop_that_changes_it() -> None:
    """Turn by turn another colour: nothing is foreseen, and the run itself says it."""
    doc = washed(3)
    doc["nodes"]["loop"]["body"]["wash"] = {
        "type": "Weave",
        "inputs": {"mark": "blue.mark"},
    }
    works(doc)


def test_the_rest_is_still_made() -> None:
    doc = washed(2)
    doc["outputs"]["cloth"] = "loop.cloth"
    result = run(doc, on=engine())
    assert result.status == "failed"
    assert result.values["cloth"] == cloths.Cloth("red", 2.0)
    assert CALLS.count("Hang") == 0


def test_a_sink_in_a_body_is_told_before_the_loop_in_it() -> None:
    doc: Doc = {
        "nodes": {
            "red": RED,
            "blue": BLUE,
            "map": {
                "type": "Map",
                "params": {"over": 3},
                "body": {
                    "weave": {
                        "type": "Weave",
                        "inputs": {"mark": "red.mark", "x": "map.index"},
                    },
                    "loop": {
                        "type": "Repeat",
                        "params": {"over": 2},
                        "inputs": {"cloth": "weave.cloth"},
                        "body": {"wash": {"type": "Wash", "inputs": {"cloth": "loop.cloth"}}},
                        "next": {"cloth": "wash.cloth"},
                    },
                    "hang": {
                        "type": "Hang",
                        "inputs": {"mark": "blue.mark", "cloth": "loop.cloth"},
                    },
                    "size": {"type": "Measure", "inputs": {"cloth": "hang.cloth"}},
                    "make": {"type": "Make", "inputs": {"x": "size.value"}},
                    "show": {"type": "Show", "inputs": {"thing": "make.thing"}},
                },
                "collect": {},
            },
        },
    }
    told_first(doc)
    assert set(CALLS) <= STATIC


def test_declarations_that_make_no_sense() -> None:
    def nothing(mark: things.Mark) -> None: ...

    def to_nobody(mark: things.Mark) -> None: ...

    def unknown(colour: str) -> None: ...

    for options, made in (
        ({"keeps": {"cloth": "mark"}}, to_nobody),
        ({"checks": (nothing,)}, to_nobody),
        ({"traits": unknown}, to_nobody),
    ):
        with pytest.raises(DeclarationError):
            node("Senseless", category="cloths", **options)(made)  # type: ignore[call-overload]


CLOTH, MARK = {"cloth": "Cloth"}, {"mark": "Mark"}
MADE_OF = {
    "Make": ({"x": "float?"}, {"thing": "Thing"}),
    "Read": ({"thing": "Thing"}, {"value": "float"}),
    "Add": ({"a": "Thing", "b": "float?"}, {"thing": "Thing"}),
    "Show": ({"thing": "Thing"}, {}),
    "Less": ({"a": "float", "b": "float"}, {"value": "bool"}),
    "Dye": ({"colour": "int"}, MARK),
    "Weave": ({**MARK, "x": "float?"}, CLOTH),
    "Wash": (CLOTH, CLOTH),
    "Pick": ({**CLOTH, "other": "Cloth"}, CLOTH),
    "Bleach": (CLOTH, CLOTH),
    "Hang": ({**MARK, **CLOTH}, CLOTH),
    "Measure": (CLOTH, {"value": "int"}),
}


class Wardrobe(programs.Program):
    """Random graphs that begin with a few colours and cloths."""

    def fill(self, nodes: Doc, around: programs.Wires, size: int, depth: int) -> programs.Wires:
        own: programs.Wires = []
        if not around:
            for kind in ("Make", "Read", "Dye", "Dye", "Weave", "Weave"):
                own += self.call(nodes, own, kind)
        own += super().fill(nodes, [*around, *own], size, depth)
        return own if around else [*own, *self.call(nodes, own, "Hang")]


def test_no_graph_that_works_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random graphs of all kinds, beside an interpreter that knows no foresight."""
    monkeypatch.setattr(programs, "CALLS", MADE_OF)
    early = fine = 0
    on = engine()
    for seed in range(EXAMPLES):
        random = Random(seed)
        doc = Wardrobe(random).file()
        if validate(from_json(doc), REGISTRY.catalogue, ready=True):
            continue
        if random.random() < 0.2:
            other = programs.with_modes(random, copy.deepcopy(doc), REGISTRY)
            doc = doc if "bypass" in str(other) else other  # the interpreter's is of things
        on.cache = RamCache(1 << 28)
        CALLS.clear()
        result = on.run(on.parse(json.dumps(doc)))
        refused = [each for each in result.problems if each.code == "other_colour"]
        early += bool(refused) and "Hang" not in CALLS
        fine += result.status == "completed" and "Hang" in CALLS
        agree(result, interpret(doc, REGISTRY), fresh=True)
    assert min(early, fine) > EXAMPLES // 50
