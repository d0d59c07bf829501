"""Graphs written in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.builder import Builder, BuildError
from engine.canonical import to_json
from engine.graph import parse
from engine.validate import validate
from tests.engine.things import engine


@pytest.fixture
def g() -> Builder:
    return Builder(engine().catalogue, title="Built", about="By a test.")


def test_a_loop_runs(g: Builder) -> None:
    start = g.Make(x=2)
    with g.Repeat(over=3, t=start.thing) as loop:
        step = g.Add(a=loop.t, b=10)
        loop.next(t=step.thing)
        loop.collect(all=step.thing)
    total = g.Total(things=[loop.t, start.thing])
    g.input("x", to=start["x"], title="X")
    g.output("total", total.thing)
    g.output("count", g.Total(things=loop.all).thing)
    graph = g.graph()
    assert validate(graph, engine().catalogue) == []
    values = engine().run(graph, {"x": 1}).check().values
    assert values["total"].x == 31 + 1
    assert values["count"].x == 11 + 21 + 31


def test_ids_follow_the_type_and_are_unique_in_bodies_too(g: Builder) -> None:
    first, second = g.Make(), g.Make()
    with g.Map(over=[1, 2]) as each:
        third = g.Make(x=each.item)
        each.collect(things=third.thing)
    assert [first.id, second.id, third.id] == ["make", "make_2", "make_3"]
    assert g.Make(id="mine").id == "mine"
    with pytest.raises(BuildError, match="'mine' is taken"):
        g.Make(id="mine")


def test_a_definition_is_a_node(g: Builder) -> None:
    part = Builder(engine().catalogue)
    add = part.Add(b=5)
    part.input("thing", to=add["a"])
    part.output("more", add.thing)
    g.define("adder", part)
    once = g.Subgraph("adder", thing=g.Make(x=1).thing)
    twice = g.Subgraph("adder", id="again", thing=once.more)
    g.output("out", twice.more)
    assert engine().run(g.graph()).check().values["out"].x == 11


def test_a_switch(g: Builder) -> None:
    chosen = g.Switch({"true": g.Make(x=1).thing, "false": g.Make(x=2).thing}, on=False)
    g.output("out", chosen.value)
    assert engine().run(g.graph()).check().values["out"].x == 2


def test_what_is_wrong_is_said_where_it_is_written(g: Builder) -> None:
    make = g.Make()
    with pytest.raises(BuildError, match=r"no node type 'Mak'\. Did you mean 'Make'"):
        g.Mak()
    with pytest.raises(BuildError, match=r"Add has no input 'bb'\. Did you mean 'b'"):
        g.Add(a=make.thing, bb=1)
    with pytest.raises(BuildError, match="Make has no output 'thin'; it has thing"):
        make.thin  # noqa: B018 - the access is the test
    with pytest.raises(BuildError, match="no definition 'sampler'"):
        g.Subgraph("sampler")


def test_save_writes_the_canonical_file(g: Builder, tmp_path: Path) -> None:
    g.output("out", g.Make(x=1).thing)
    g.save(tmp_path / "g.json")
    data = (tmp_path / "g.json").read_bytes()
    assert data.endswith(b"}\n")
    assert b"\r" not in data
    assert to_json(parse(data)) == to_json(g.graph())
