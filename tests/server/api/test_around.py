"""What a run would take in all: the seconds of a loop contain those of its body."""

from __future__ import annotations

from typing import Any

import pytest

from engine.graph import from_json
from server.api.around import seconds_in_all

STEP = {"type": "Step"}
GRAPH = from_json(
    {
        "format": 1,
        "nodes": {
            "load": {"type": "Load"},
            "outer": {
                "type": "Repeat",
                "params": {"over": 2},
                "body": {
                    "before": STEP,
                    "inner": {"type": "Repeat", "params": {"over": 3}, "body": {"step": STEP}},
                    "part": {"type": "Subgraph", "graph": "part"},
                },
            },
            "alone": {"type": "Subgraph", "graph": "part"},
        },
        "definitions": {
            "part": {
                "nodes": {
                    "again": {"type": "Repeat", "params": {"over": 4}, "body": {"step": STEP}},
                    "after": STEP,
                }
            }
        },
    }
)
SECONDS: dict[str, Any] = {
    "load": 1.0,
    "outer": 20.0,
    "before": 4.0,
    "inner": 9.0,
    "step": 9.0,
    "part/again": 6.0,
    "part/after": 1.0,
    "alone/again": 3.0,
    "alone/step": 3.0,
    "alone/after": 0.5,
}


@pytest.mark.parametrize(
    ("running", "total"),
    [
        (SECONDS, 1 + 20 + 3 + 0.5),
        # Of a loop that is kept, or was never timed, what is in it counts itself.
        (SECONDS.keys() - {"outer"}, 1 + 4 + 9 + 6 + 1 + 3 + 0.5),
        ({"inner", "step"}, 9),
        ({"step", "unknown"}, 9),
        ((), 0),
    ],
)
def test_each_second_counts_once(running: Any, total: float) -> None:
    seconds = {path: value for path, value in SECONDS.items() if path in running}
    assert seconds_in_all(GRAPH, running, seconds) == pytest.approx(total)


def test_a_path_that_is_not_in_the_graph_counts_itself() -> None:
    assert seconds_in_all(GRAPH, ["elsewhere"], {"elsewhere": 2.0}) == 2.0
