"""Budgets, what makes room, and what happens where memory runs out: on a stand-in device."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine import Context, Files, events
from engine.cache import RamCache
from engine.declare import DECLARED, node
from engine.memory import KEPT_VALUES, Memory, bytes_of
from engine.pool import Pool
from engine.session import Engine
from engine.shortage import is_shortage
from tests.engine.test_pool import KIB, Base, Elsewhere

GIB = 1 << 30
Doc = dict[str, Any]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("6GB", 6 * GIB),
        ("6 GiB", 6 * GIB),
        ("6g", 6 * GIB),
        ("1.5GB", 3 * GIB // 2),
        ("512MB", 512 << 20),
        ("2048K", 2 << 20),
        ("2000000", 2_000_000),
    ],
)
def test_sizes_as_people_write_them(text: str, count: int) -> None:
    assert bytes_of(text) == count


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "6XB", "six", "6 GB 3", "1e9", "inf", "0", "5"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="6GB"):
        bytes_of(text)


def test_the_shares_of_a_budget_are_no_more_than_it() -> None:
    none = Memory()
    assert none.models("cuda") is none.models("cpu") is none.parking("cuda") is None
    assert none.values("cpu") == KEPT_VALUES
    small = Memory(gpu=8 * GIB, ram=4 * GIB)
    assert small.values("cuda") + (small.models("cuda") or 0) == 8 * GIB
    assert small.values("cuda") == GIB
    assert small.values("cuda") + (small.parking("cuda") or 0) == 4 * GIB
    assert small.values("cpu") + (small.models("cpu") or 0) == 4 * GIB
    assert small.parking("cpu") is None


def used(pool: Pool, *names: str) -> list[Base]:
    made = [Base(name) for name in names]
    for each in made:
        with pool.use(each):
            pass
    return made


def placed(pool: Pool) -> int:
    return pool.stats().bytes


def test_the_least_recently_used_makes_room() -> None:
    mover = Elsewhere()
    pool = Pool("cuda", budget=4 * KIB, mover=mover, free=lambda: None)
    a, _, _ = used(pool, "a", "b", "c")
    with pool.use(a):
        pass
    assert placed(pool) == 3 * KIB
    assert pool.fits(KIB)
    assert placed(pool) == 3 * KIB
    assert pool.fits(2 * KIB)
    assert (placed(pool), pool.stats().parked) == (2 * KIB, KIB)
    moves = len(mover.moves)
    used(pool, "a", "c")
    assert len(mover.moves) == moves  # they had stayed
    used(pool, "b")
    assert len(mover.moves) > moves
    assert pool.stats().builds == 3


def test_what_is_leased_stays() -> None:
    pool = Pool("cuda", budget=2 * KIB, mover=Elsewhere(), free=lambda: None)
    with pool.use(Base("a")), pool.use(Base("b")):
        assert not pool.fits(1)
        pool.release()
        assert placed(pool) == 2 * KIB
    assert pool.fits(2 * KIB)
    assert placed(pool) == 0


def test_what_the_device_has_left_counts_without_a_budget() -> None:
    pool = Pool("cuda", mover=Elsewhere(), free=lambda: 2 * KIB - placed(pool))
    used(pool, "a", "b")
    assert pool.fits(KIB)
    assert placed(pool) == KIB
    assert not pool.fits(3 * KIB)
    assert Pool("cpu").fits(1 << 60)


def test_on_the_cpu_what_makes_room_is_dropped() -> None:
    pool = Pool("cpu", budget=2 * KIB)
    used(pool, "a", "b")
    assert pool.fits(KIB)
    assert (pool.stats().sets, pool.stats().parked) == (1, 0)


class Faults:
    """How often the next calls run out of memory, and what was called."""

    left = 0
    calls = 0
    saved = 0
    exact = True


def _fail() -> None:
    Faults.calls += 1
    if Faults.left:
        Faults.left -= 1
        raise torch.OutOfMemoryError("Tried to allocate 3.00 GiB. GPU 0 has 1 GiB free. See docs")


@node("Large", category="test")
def large(value: float, tiled: bool = False) -> float:
    """Takes much memory."""
    _fail()
    return value + 1


@node("LargeSink", category="test")
def large_sink(ctx: Context, value: float) -> None:
    """Saves something, then takes much memory."""
    Faults.saved += 1
    _fail()


@node("Tight", category="test")
def tight(ctx: Context, value: float) -> float:
    """Gives another result where memory is short."""
    Faults.calls += 1
    if Faults.exact:
        return value * 2
    ctx.notice("Made in pieces.", exact=False)
    return value * 2 + 0.001


@node("Twice", category="test")
def twice(value: float) -> float:
    """Takes what came before."""
    Faults.calls += 1
    return value * 2


OURS = [each for each in DECLARED if each.module == __name__]


@pytest.fixture
def engine() -> Engine:
    Faults.left = Faults.calls = Faults.saved = 0
    Faults.exact = True
    from engine.packs import find_packs, load_packs

    registry = load_packs(find_packs())
    types = {each.declaration.type: each for each in OURS}
    declared = {name: each.declaration for name, each in types.items()}
    catalogue = replace(
        registry.catalogue, declarations={**registry.catalogue.declarations, **declared}
    )
    registry = replace(
        registry,
        catalogue=catalogue,
        implementations={**registry.implementations, **types},
    )
    return Engine(registry=registry, device="cpu", files=Files())


def graph(nodes: Doc, output: str) -> str:
    return json.dumps({"format": 1, "title": "t", "outputs": {"out": output}, "nodes": nodes})


def run(engine: Engine, nodes: Doc, output: str) -> tuple[Any, list[events.Event]]:
    heard: list[events.Event] = []
    return engine.run(engine.parse(graph(nodes, output)), on_event=heard.append), heard


def notices(heard: list[events.Event]) -> list[str]:
    return [event.message for event in heard if isinstance(event, events.NodeNotice)]


LARGE: Doc = {"large": {"type": "Large", "params": {"value": 1}}}


def test_one_shortage_is_answered_by_freeing_and_once_more(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed: list[int] = []
    monkeypatch.setattr(engine.pool, "release", lambda: freed.append(Faults.calls))
    Faults.left = 1
    result, heard = run(engine, LARGE, "large.value")
    assert result.check().values["out"] == 2
    assert (Faults.calls, freed) == (2, [1])
    assert len(notices(heard)) == 1
    assert result.report.nodes["large"].notices == notices(heard)


def test_two_shortages_are_an_error_that_names_the_node_and_what_helps(engine: Engine) -> None:
    Faults.left = 2
    result, _ = run(engine, LARGE, "large.value")
    (problem,) = result.problems
    assert (problem.code, problem.path, Faults.calls) == ("out_of_memory", "large", 2)
    assert "3.00 GiB" in problem.message
    assert "See docs" not in problem.message
    assert "tiled" in problem.fix
    assert "float16" in problem.fix


def test_a_sink_is_not_made_twice(engine: Engine) -> None:
    Faults.left = 1
    doc = {"save": {"type": "LargeSink", "params": {"value": 1}}}
    text = json.dumps({"format": 1, "title": "t", "nodes": doc})
    result = engine.run(engine.parse(text))
    assert [problem.code for problem in result.problems] == ["out_of_memory"]
    assert Faults.saved == 1


def test_freeing_forgets_the_values_kept_in_memory(engine: Engine) -> None:
    assert isinstance(engine.cache, RamCache)
    run(engine, LARGE, "large.value")
    assert engine.cache.bytes
    engine.free()
    assert engine.cache.bytes == 0


PIECES: Doc = {
    "tight": {"type": "Tight", "params": {"value": 3}},
    "twice": {"type": "Twice", "inputs": {"value": "tight.value"}},
    "again": {"type": "Twice", "inputs": {"value": "twice.value"}},
}


def test_what_was_made_in_pieces_is_not_kept_nor_what_follows(engine: Engine) -> None:
    Faults.exact = False
    rough, heard = run(engine, PIECES, "again.value")
    assert rough.values["out"] == pytest.approx(24.004)
    assert notices(heard) == ["Made in pieces."]
    Faults.exact, Faults.calls = True, 0
    exact, heard = run(engine, PIECES, "again.value")
    assert exact.values["out"] == 24
    assert (Faults.calls, notices(heard)) == (3, [])
    Faults.exact, Faults.calls = False, 0
    kept, _ = run(engine, PIECES, "again.value")
    assert (kept.values["out"], Faults.calls) == (24, 0)


def test_the_same_prepared_graph_forgets_the_names_it_gave(engine: Engine) -> None:
    parsed = engine.parse(graph(PIECES, "again.value"))
    Faults.exact = False
    engine.run(parsed)
    Faults.exact = True
    assert engine.run(parsed).values["out"] == 24


def test_turns_made_in_pieces_are_not_kept(engine: Engine) -> None:
    loop: Doc = {
        "loop": {
            "type": "Repeat",
            "params": {"over": 3, "value": 1},
            "body": {"tight": {"type": "Tight", "inputs": {"value": "loop.value"}}},
            "next": {"value": "tight.value"},
        }
    }
    Faults.exact = False
    rough, heard = run(engine, loop, "loop.value")
    assert rough.values["out"] > 8
    assert notices(heard) == ["Made in pieces."]  # once, however many turns
    Faults.exact = True
    exact, _ = run(engine, loop, "loop.value")
    assert exact.values["out"] == 8


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("x"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 9 bytes"), True),
        (RuntimeError("size mismatch"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_shortages_are_told_from_other_errors(error: Exception, short: bool) -> None:
    assert is_shortage(error) == short


def test_torch_itself_is_held_to_a_budget_of_a_gpu(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    caps: list[tuple[float, int | None]] = []
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (GIB, 8 * GIB))
    monkeypatch.setattr(
        torch.cuda, "set_per_process_memory_fraction", lambda *asked: caps.append(asked)
    )
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "a stand-in")
    for device, most in (("cuda:1", 2), ("cuda", 16), ("cpu", 2)):
        Engine(device=device, registry=engine.registry, memory=Memory(gpu=most * GIB))
    Engine(device="cuda", registry=engine.registry)
    assert caps == [(0.25, 1), (1.0, None)]
