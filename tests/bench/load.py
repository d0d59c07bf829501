"""The server under load: many clients, readers that stall, both cores busy, attacks.

Targets: a submission 500 ms (99 of 100, 200 clients at once), an event to a healthy reader 250 ms
beside 50 that stall, memory +300 MB by them, health 100 ms all the while.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from tests.attacks import bodies, graphs, handshakes, heads, streams  # noqa: F401 - their deeds
from tests.attacks.book import BY_ID
from tests.attacks.deeds import DEEDS
from tests.attacks.field import Field
from tests.attacks.serving import Serving
from tests.attacks.sleepers import beside
from tests.attacks.stubs import one, sums
from tests.soak.crowds import crowd

ATTACKS = ("G014", "G015", "H010", "H011", "H012", "H013", "H016", "W005", "W007", "W014")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made: list[Serving] = []

        def make(**options: Any) -> Serving:
            made.append(Serving(Path(folder) / f"server{len(made)}", **options))
            return made[-1]

        try:
            field = Field(make().start(), make)
            field.prepare()
            measure(field)
        finally:
            for serving in made:
                serving.close()


def measure(field: Field) -> None:
    serving = field.serving
    print(f"200 clients, submit p99   {1000 * crowd(serving, 200):6.0f} ms   (target 500)")
    found = beside(serving, 50, sums(500, 7.0, seconds=0.02), logged=40)
    print(f"50 stalled, event p99     {1000 * found.p99:6.0f} ms   (target 250)")
    print(f"50 stalled, memory        {found.grown:+6.0f} MiB  (target +286)")
    busy = one("user:Burn", seconds=10.0, threads=2, start=time.monotonic())
    with field.beating() as taken:
        serving.run(busy)
    print(f"health, cores busy, p99   {p99(taken):6.1f} ms   (target 100)")
    for id in ATTACKS:
        with field.beating() as taken:
            DEEDS[id].act(field, BY_ID[id])
        print(f"health during {id}, p99  {p99(taken):6.1f} ms   (target 100), {len(taken)} asked")


def p99(taken: list[float]) -> float:
    """Milliseconds."""
    return 1000 * sorted(taken)[len(taken) * 99 // 100 - 1]


if __name__ == "__main__":
    main()
