"""Attacks by cancels, and whether the same seed is the same picture after all that."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from .book import Attack
from .deeds import deed
from .failing import NODES, fresh, saved, unseen
from .field import Field
from .process import alive
from .serving import until

Json = Any
STATIC = {"LoadModel", "Schedule"}
"""They run while the keys are made, before anything that a cancel could stop."""


@deed(
    "R009",
    proves=[
        "<= 1 step + 250 ms",
        "nothing saved after cancel was acknowledged",
        "next run ok and bit-identical to a clean one",
    ],
)
def cancelled_everywhere(field: Field, attack: Attack) -> None:
    """At each node and in each step; tests/soak/cancels.py does so at each node of each step."""
    places = [(type, 1) for type in NODES if type not in STATIC]
    cancelled_at(field, [*places, *(("UNetDenoise", step) for step in range(2, 5))], steps=4)


def cancelled_at(field: Field, places: Sequence[tuple[str, int]], steps: int) -> None:
    """Node types and which call of them; the node takes half a second then, so that it is hit."""
    field.serving.run(fresh(field))  # so that the models are loaded
    for type, call in places:
        field.serving.fault(type, "slow", call)
        graph = unseen(field, type, steps)
        field.serving.count_calls()
        id = field.serving.submit(graph).json["runs"][0]["id"]
        until(partial(_called, field, type, call), 30, f"{type} is called")
        begun = time.monotonic()
        heard = field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
        assert heard.status in {200, 202}, heard
        run: Json = field.serving.wait(id)
        took = time.monotonic() - begun
        if type in {"SaveImage", "LoadImage"} and run["status"] == "completed":
            continue  # the last node: nothing came after it that a cancel could keep back
        assert run["status"] == "cancelled", (type, call, run["status"])
        assert took <= 0.5 + 0.25 * 6, f"{type} {call}: {took:.2f} s"
        assert saved(run) == saved(heard.json), "saved after the cancel was acknowledged"
        field.serving.mend()
    (field.serving.nodes / "calls").unlink()
    assert field.made() == field.bytes
    graph = fresh(field, steps)
    id = field.serving.submit(graph).json["runs"][0]["id"]
    field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
    field.serving.wait(id)
    after: Json = field.serving.run(graph)
    assert saved(after) == saved(elsewhere(field, graph))


def _called(field: Field, type: str, times: int) -> bool:
    return field.serving.calls(type) >= times


def elsewhere(field: Field, graph: dict[str, Json]) -> Json:
    """The same graph on a server that is never attacked."""
    run: Json = field.clean.run(graph)
    assert run["status"] == "completed", run
    return run


@deed("R018", proves=["bit-identical image bytes on the same device"])
def same_seed(field: Field, attack: Attack) -> None:
    """After a cancel, an out-of-memory, other jobs, a new worker: what a clean server makes."""
    graph = fresh(field, steps=3)
    clean = saved(elsewhere(field, graph))
    # At each call: a single shortage is freed and got over.
    field.serving.fault("UNetDenoise", "memory")
    assert field.serving.run(graph)["status"] == "failed"
    field.serving.mend()
    id = field.serving.submit(graph).json["runs"][0]["id"]
    field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
    field.serving.wait(id)
    field.serving.run(fresh(field))
    assert saved(field.serving.run(graph)) == clean
    old = field.serving.worker
    os.kill(old, signal.SIGKILL)
    until(lambda: not alive(old), 10, "the worker is dead")
    assert saved(field.serving.run(graph)) == clean
    assert saved(field.serving.run(graph)) == clean
