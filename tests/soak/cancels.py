"""Cancels at every node and in every step of twenty, over HTTP: the long form of attack R009."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.attacks.cancelling import STATIC, cancelled_at
from tests.attacks.failing import NODES
from tests.attacks.field import Field
from tests.attacks.serving import Serving

STEPS = 20
IN_THE_LOOP = ("UNetDenoise", "CFGCombine", "SchedulerStep")


def test_every_node_and_every_step(tmp_path: Path) -> None:
    made: list[Serving] = []

    def make(**options: Any) -> Serving:
        made.append(Serving(tmp_path / f"server{len(made)}", **options))
        return made[-1]

    try:
        field = Field(make().start(), make)
        field.prepare()
        places = [(type, 1) for type in NODES if type not in STATIC]
        places += [(type, step) for step in range(2, STEPS + 1) for type in IN_THE_LOOP]
        cancelled_at(field, places, STEPS)
        assert not field.mouth.faults, field.mouth.faults
    finally:
        for serving in made:
            serving.close()
