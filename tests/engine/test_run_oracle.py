"""What the engine makes of generated graphs against what an independent interpreter makes of them,
from an empty, a full, a half-evicted and a stored cache, and after a change and its undoing."""

from __future__ import annotations

import copy
import json
import os
import tempfile
from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import pytest

from engine.cache import RamCache
from engine.packs import registry_of
from engine.plan import Plan, Ref
from engine.session import Engine, Result
from engine.store import Store
from tests.engine import things
from tests.engine.forgetful import HalfCache
from tests.engine.interpreter import Meaning, interpret
from tests.engine.programs import every_node, program
from tests.engine.things import CALLS

HUNT = os.environ.get("LATENTGRAPH_EXAMPLES", "")
EXAMPLES = int(HUNT or "300")
# The suite draws the same graphs everywhere; a hunt, with its own number, draws new ones.
SEEDS = [SystemRandom().randrange(2**32) if HUNT else seed for seed in range(EXAMPLES)]
REGISTRY = registry_of([things.__name__])
BASE = Engine(registry=REGISTRY, device="cpu")

Doc = dict[str, Any]


def fresh(store: Store | None = None) -> Engine:
    """An Engine with nothing in its cache; the rest of it is shared, to save time."""
    on = copy.copy(BASE)
    on.cache = RamCache(1 << 28, store)
    return on


def run(on: Engine, doc: Doc, **options: Any) -> tuple[Result, Counter[str]]:
    """Runs a file; also how often each type of node was called."""
    CALLS.clear()
    result = on.run(on.parse(json.dumps(doc)), **options)
    return result, Counter(CALLS)


def meant(doc: Doc) -> tuple[Meaning, Counter[str]]:
    CALLS.clear()
    return interpret(doc, REGISTRY), Counter(CALLS)


def saved(result: Result) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for artifact in result.artifacts:
        label = artifact.data.decode().partition(" ")[0] + " "
        found.setdefault(label, []).append(artifact.data)
    return found


def agree(result: Result, meaning: Meaning, *, fresh: bool = False) -> None:
    """A result is what the interpreter says, or failed where that failed.

    A kept value is handed out though the loop that it comes from would now fail on another one.
    """
    if not meaning.any_failed and not meaning.any_lost:
        assert result.status == "completed", result.problems
        assert listed(result.values) == listed(meaning.values)
        assert {name for name in result.lost if "out" in name} == meaning.lost
    if fresh:
        assert not meaning.failed & set(result.values)
    for name in set(result.values) & set(meaning.values):
        assert listed(result.values[name]) == listed(meaning.values[name])
    if fresh or not meaning.any_failed:
        reached = len(result.values) == len(meaning.values)
        assert reached or result.problems or meaning.any_lost
    same_artifacts(saved(result), meaning)


def listed(value: Any) -> Any:
    """Sequences compare by what is in them, and 2 is 2.0."""
    if isinstance(value, list | tuple):
        return [listed(item) for item in value]
    return {k: listed(v) for k, v in value.items()} if isinstance(value, dict) else value


def same_artifacts(found: dict[str, list[bytes]], meaning: Meaning) -> None:
    """Each sink saved in each turn, or once for all turns of the loops it does not depend on."""
    for label, entries in meaning.saved.items():
        mine = found.pop(label, [])
        turns = {turn for turn, _ in entries}
        if meaning.any_failed or meaning.any_lost:  # one that is collected ends its loop at once
            assert Counter(mine) <= Counter(data for _, data in entries)
        elif len(turns) < len(entries) or len({len(turn) for turn in turns}) > 1:
            assert set(mine) == {data for _, data in entries}  # a definition used several times
        else:
            depth = range(len(entries[0][0]))
            kept = [some for size in range(len(depth) + 1) for some in combinations(depth, size)]
            assert any(mine == once(entries, some) for some in kept)
    assert not found


def once(entries: list[tuple[tuple[int, ...], bytes]], kept: tuple[int, ...]) -> list[bytes]:
    """The artifacts of a sink that depends on these of the loops around it."""
    picked = {tuple(turn[level] for level in kept): data for turn, data in entries}
    return list(picked.values())


def changed(random: Random, doc: Doc) -> Doc:
    """The same file with one number changed."""
    doc = copy.deepcopy(doc)
    graphs = [doc, *doc.get("definitions", {}).values()]
    places = [
        (node["params"], name)
        for graph in graphs
        for _, node in every_node(graph["nodes"])
        for name, value in node["params"].items()
        if type(value) in {int, float} and name not in {"on", "0", "1", "2"}
    ]
    if places:
        params, name = random.choice(places)
        params[name] += 1
    return doc


@pytest.mark.parametrize("failing", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_is_what_the_graph_means_whatever_is_kept(seed: int, failing: bool) -> None:
    random = Random(seed)
    doc = program(random, REGISTRY, failing=failing)
    if doc is None:
        return
    meaning, allowed = meant(doc)
    on = fresh()
    previews = random.random() < 0.2
    first, calls = run(on, doc, previews=previews)
    agree(first, meaning, fresh=True)
    # What a `show` wire takes from an inner loop is collected there, previews or not.
    exact = not previews and '"show"' not in json.dumps(doc)
    if exact and not meaning.any_failed:
        assert calls - allowed == Counter()
    second, calls = run(on, doc)
    agree(second, meaning)
    if not meaning.any_failed:
        assert set(calls) <= {"Show"}
    other = changed(random, doc)
    for now in (other, doc, other):
        agree(run(on, now)[0], meant(now)[0])


@pytest.mark.parametrize("failing", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_forgetful_cache_changes_nothing(seed: int, failing: bool) -> None:
    random = Random(seed)
    doc = program(random, REGISTRY, failing=failing)
    if doc is None:
        return
    on = fresh()
    on.cache = HalfCache(seed)
    other = changed(random, doc)
    for now in (doc, doc, other, doc):
        agree(run(on, now)[0], meant(now)[0])


def readers_of(plan: Plan, paths: set[str]) -> set[str]:
    """The nodes that read one of `paths`; an output counts as one."""
    ends = {origin.node.path for origin in plan.outputs.values() if isinstance(origin, Ref)}
    return {f"output {path}" for path in ends & paths} | {
        node.path
        for node in plan.nodes
        for origins in node.origins.values()
        for origin in origins
        if isinstance(origin, Ref) and origin.node.path in paths
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_forecast_comes_true_and_leaves_no_trace(seed: int) -> None:
    random = Random(seed)
    doc = program(random, REGISTRY)
    if doc is None:
        return
    on = fresh()
    if random.random() < 0.5:
        run(on, changed(random, doc))
    for _ in range(2):
        CALLS.clear()
        told = on.forecast(on.parse(json.dumps(doc)))
        static = {t for t, i in on.registry.implementations.items() if i.declaration.static}
        assert set(CALLS) <= static
        helped = bool(CALLS)  # what a forecast's static nodes gave is kept, and may spare others
        ready = on.prepare(on.parse(json.dumps(doc)))
        calls = {n.path for n in ready.plan.nodes if n.kind == "call" and n.type not in static}
        result, _ = run(on, doc)
        agree(result, meant(doc)[0])
        if "unknown" not in told.states.values():
            said = {path for path, state in told.states.items() if state == "run"}
            assert calls & set(result.report.ran) <= said
            # Of two equal nodes the second finds what the first has made, and reads nothing then.
            found = {path for path, account in result.report.nodes.items() if account.cached}
            spared = (said & calls) - set(result.report.ran) - found
            assert helped or readers_of(ready.plan, spared) <= found | spared


@pytest.mark.parametrize("seed", SEEDS[: max(10, EXAMPLES // 15)])
def test_what_a_process_leaves_on_disk_is_right_for_the_next(seed: int) -> None:
    random = Random(seed)
    doc = program(random, REGISTRY)
    if doc is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        for now in (doc, doc, changed(random, doc), doc):
            store = Store(Path(folder), 1 << 30, device="cpu")
            agree(run(fresh(store), now)[0], meant(now)[0])
            store.close()
