"""What the engine itself costs: microseconds a no-op node, cold, warm and fully cached.

cold: plan, keys and run of a parsed and validated graph. warm: run again with the values dropped.
cached: run again. Also parsing with validation, and keys alone. Process time, the best of several,
one thread.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from engine import Value, node
from engine.graph import parse
from engine.packs import registry_of
from engine.planner import plan
from engine.report import Reporter
from engine.session import Engine, Prepared
from engine.validate import validate

SIZES = (10, 100, 1000, 10_000)


class Token(Value):
    """Nothing to compute."""

    __slots__ = ()

    def tensors(self) -> Iterator[Any]:
        return iter(())


TOKEN = Token()


@node("Source", category="bench")
def source(seed: int = 0) -> Token:
    """Starts a chain."""
    return TOKEN


@node("Pass", category="bench")
def pass_on(token: Token, seed: int = 0) -> Token:
    """Does nothing."""
    return TOKEN


@node("Join", category="bench")
def join(tokens: list[Token]) -> Token:
    """Does nothing with many."""
    return TOKEN


def chain(size: int) -> dict[str, Any]:
    nodes: dict[str, Any] = {"n0": {"type": "Source"}}
    for index in range(1, size):
        nodes[f"n{index}"] = _pass(index, f"n{index - 1}.token")
    return _graph(nodes, f"n{size - 1}.token")


def fan_out(size: int) -> dict[str, Any]:
    nodes: dict[str, Any] = {"n0": {"type": "Source"}}
    for index in range(1, size - 1):
        nodes[f"n{index}"] = _pass(index, "n0.token")
    wires = [f"n{index}.token" for index in range(1, size - 1)]
    nodes["end"] = {"type": "Join", "inputs": {"tokens": wires}}
    return _graph(nodes, "end.token")


def layered(size: int) -> dict[str, Any]:
    width = max(2, int(size**0.5))
    nodes: dict[str, Any] = {}
    for index in range(size - 1):
        if index < width:
            nodes[f"n{index}"] = {"type": "Source", "params": {"seed": index}}
        else:
            nodes[f"n{index}"] = _pass(
                index, f"n{index - width + index % 2 - (index % width > 0)}.token"
            )
    last = [f"n{index}.token" for index in range(size - 1 - width, size - 1)]
    nodes["end"] = {"type": "Join", "inputs": {"tokens": last}}
    return _graph(nodes, "end.token")


def _pass(seed: int, wire: str) -> dict[str, Any]:
    return {"type": "Pass", "params": {"seed": seed}, "inputs": {"token": wire}}


def _graph(nodes: dict[str, Any], out: str) -> dict[str, Any]:
    return {"format": 1, "outputs": {"out": out}, "nodes": nodes}


def best(work: Callable[[], float], rounds: int = 7) -> float:
    gc.collect()
    return min(work() for _ in range(rounds))


def measure(doc: dict[str, Any]) -> dict[str, float]:
    """Microseconds a node of each way to run a graph; `cached_ms` is the whole run."""
    registry = registry_of([__name__])
    text = json.dumps(doc)
    graph = parse(text)
    count = len(graph.nodes)

    def read() -> float:
        start = time.process_time()
        assert not validate(parse(text), registry.catalogue, ready=True)
        return time.process_time() - start

    def cold() -> float:
        engine = Engine(registry=registry, device="cpu")
        start = time.process_time()
        engine.run_prepared(Prepared(graph, plan(graph, registry.catalogue))).check()
        return time.process_time() - start

    def keys() -> float:
        engine = Engine(registry=registry, device="cpu")
        made = Prepared(graph, plan(graph, registry.catalogue))
        walker = engine.walker(made, Reporter(made.plan, None))
        start = time.process_time()
        walker.prime()
        return time.process_time() - start

    engine = Engine(registry=registry, device="cpu")
    ready = Prepared(graph, plan(graph, registry.catalogue))
    engine.run_prepared(ready)

    def warm() -> float:
        engine.cache = type(engine.cache)(1 << 30)  # type: ignore[call-arg]
        start = time.process_time()
        engine.run_prepared(ready).check()
        return time.process_time() - start

    def cached() -> float:
        start = time.process_time()
        engine.run_prepared(ready).check()
        return time.process_time() - start

    return {
        "parse_validate": best(read) / count * 1e6,
        "keys": best(keys) / count * 1e6,
        "cold": best(cold) / count * 1e6,
        "warm": best(warm) / count * 1e6,
        "cached_ms": best(cached) * 1e3,
    }


def main() -> None:
    Engine(registry=registry_of([__name__]), device="cpu")  # imports torch
    gc.freeze()  # as the command line and the server's worker do, with their engine open
    shapes = {"chain": chain, "fan-out": fan_out, "layered": layered}
    found = {}
    heads = ("parse+validate", "keys", "cold", "warm")
    print(f"{'shape':>8} {'nodes':>6}", *(f"{head:>14}" for head in heads), "   cached run")
    for name, shape in shapes.items():
        for size in SIZES:
            row = measure(shape(size))
            found[f"{name} {size}"] = row
            columns = ("parse_validate", "keys", "cold", "warm")
            cells = (f"{row[column]:>11.1f} us" for column in columns)
            print(f"{name:>8} {size:>6}", *cells, f"{row['cached_ms']:>10.2f} ms", flush=True)
    print(json.dumps(found), file=sys.stderr)


if __name__ == "__main__":
    main()
