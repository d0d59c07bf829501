"""The Python API: inputs in, values, artifacts, events and problems out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine import GraphError, RunCancelled, events
from tests.engine.things import CALLS, chain, engine, run

Doc = dict[str, Any]


def shown(turns: int = 3) -> Doc:
    doc = chain(turns)
    doc["nodes"]["show"] = {"type": "Show", "inputs": {"thing": "loop.t"}}
    return doc


def test_values_and_artifacts() -> None:
    result = run(shown()).check()
    assert result.values["out"].x == 8
    assert [artifact.data for artifact in result.artifacts] == [b"8"]


def test_inputs_are_bound_and_checked_by_name_and_limit() -> None:
    on = engine()
    graph = on.parse(json.dumps({"format": 1, **shown()}))
    with pytest.raises(GraphError) as raised:
        on.run(graph, {"turn": 3, "turns": "many"})
    problems = {problem.port: problem for problem in raised.value.problems}
    assert problems["turn"].code == "unknown_input"
    assert "turns" in problems["turn"].fix
    assert problems["turns"].code == "wrong_type"


def test_a_wrong_graph_runs_nothing_and_lists_everything() -> None:
    doc = shown()
    doc["nodes"]["show"]["inputs"]["thing"] = "lop.t"
    doc["nodes"]["make"]["params"]["x"] = "five"
    with pytest.raises(GraphError) as raised:
        run(doc)
    assert {problem.code for problem in raised.value.problems} == {"dangling_edge", "wrong_type"}
    assert CALLS == []


def test_want_runs_only_what_it_needs() -> None:
    on = engine()
    result = run(shown(), on=on, want=["make.thing"]).check()
    assert CALLS == ["Make"]
    assert result.values["make.thing"].x == 5
    assert run(shown(), on=on, want=["show"]).check().artifacts
    with pytest.raises(GraphError, match="nothing"):
        run(shown(), on=on, want=["nothing"])


def test_muted_nodes_take_their_dependents_and_say_so() -> None:
    doc = shown()
    doc["nodes"]["other"] = {"type": "Make", "params": {"x": 1}}
    doc["outputs"]["other"] = "other.thing"
    doc["nodes"]["make"]["mode"] = "mute"
    result = run(doc)
    assert set(result.lost) == {"out", "show"}
    assert set(result.values) == {"other"}
    assert CALLS == ["Make"]


def test_a_bypassed_node_has_its_sources_key() -> None:
    on = engine()
    doc: Doc = {
        "outputs": {"out": "b.thing"},
        "nodes": {
            "m": {"type": "Make"},
            "a": {"type": "Add", "inputs": {"a": "m.thing"}, "params": {"b": 5}},
            "b": {"type": "Add", "inputs": {"a": "a.thing"}},
        },
    }
    assert run(doc, on=on).values["out"].x == 7
    doc["nodes"]["a"]["mode"] = "bypass"
    assert run(doc, on=on).values["out"].x == 2
    doc["nodes"]["b"]["inputs"]["a"] = "m.thing"
    assert run(doc, on=on).values["out"].x == 2
    assert CALLS == []


def test_events_are_numbered_and_tell_the_story() -> None:
    heard: list[events.Event] = []
    run(shown(2), on_event=heard.append)
    assert [event.seq for event in heard] == list(range(1, len(heard) + 1))
    assert isinstance(heard[0], events.Planned)
    assert isinstance(heard[-1], events.Finished)
    assert heard[-1].status == "completed"
    turns = [event for event in heard if isinstance(event, events.Turn)]
    assert turns[-1].index == 1
    assert turns[-1].count == 2
    started = [event.path for event in heard if isinstance(event, events.NodeStarted)]
    assert started == ["make", "show"]


def test_turn_events_are_few_and_the_last_one_comes() -> None:
    heard: list[events.Event] = []
    run(chain(2000), on_event=heard.append)
    turns = [event for event in heard if isinstance(event, events.Turn)]
    assert turns[-1].index == 1999
    assert len(turns) < 100


def test_previews_only_where_asked_and_they_change_no_key() -> None:
    doc = chain(3)
    doc["nodes"]["loop"]["body"]["look"] = {"type": "Add", "inputs": {"a": "loop.t"}}
    doc["nodes"]["loop"]["show"] = "look.thing"
    on = engine()
    quiet: list[events.Event] = []
    run(doc, on=on, on_event=quiet.append)
    assert not any(isinstance(event, events.Preview) for event in quiet)
    loud: list[events.Event] = []
    run(doc, on=engine(), on_event=loud.append, previews=True)
    images = [event.image for event in loud if isinstance(event, events.Preview)]
    assert images == ["picture of 6", "picture of 7", "picture of 8"]
    run(doc, on=on, previews=True)
    assert CALLS == []


def test_an_event_for_every_artifact() -> None:
    heard: list[events.Event] = []
    run(shown(), on_event=heard.append)
    saved = [event for event in heard if isinstance(event, events.ArtifactSaved)]
    assert [event.path for event in saved] == ["show"]


def test_check_raises_what_went_wrong() -> None:
    doc = chain(3)
    doc["nodes"]["loop"]["body"]["add"] = {"type": "Crash", "inputs": {"thing": "loop.t"}}
    with pytest.raises(GraphError, match="ZeroDivisionError"):
        run(doc).check()
    with pytest.raises(RunCancelled):
        run(chain(3), cancelled=lambda: True).check()


def test_values_are_kept_between_processes(tmp_path: Path) -> None:
    with engine(store=tmp_path) as first:
        run(chain(5), on=first).check()
    with engine(store=tmp_path) as second:
        assert run(chain(7), on=second).check().values["out"].x == 12
        assert CALLS == ["Add"] * 2


def test_the_report_counts_what_ran_and_what_was_kept() -> None:
    on = engine()
    run(shown(4), on=on)
    report = run(shown(6), on=on).report
    assert (report.nodes["loop"].runs, report.nodes["loop"].cached) == (2, 4)
    assert report.nodes["add"].runs == 2
    assert report.nodes["make"].runs == report.nodes["make"].cached == 0
    assert "show" in report.ran
