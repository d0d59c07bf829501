"""Half an hour of small runs with 20 clients: nothing grows (R020).

LATENTGRAPH_MINUTES is how long, 30 where it is not set.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from server.client import Client
from tests.attacks.process import MEBIBYTE, Size, size
from tests.attacks.serving import Serving
from tests.attacks.stubs import sums

Json = Any
MINUTES = float(os.environ.get("LATENTGRAPH_MINUTES", "30"))
CLIENTS = 20


def test_half_an_hour(tmp_path: Path) -> None:
    serving = Serving(tmp_path, options=("--keep-days", "1")).start()
    over = threading.Event()
    failures: list[str] = []
    done = [0] * CLIENTS

    def one(number: int) -> None:
        client = Client(f"http://127.0.0.1:{serving.port}")
        try:
            while not over.is_set():
                start = float(number * 10**6 + done[number])
                run = client.run(sums(4, start), timeout=120)
                assert run.values["total"].plain == start + 3.0
                done[number] += 1
                over.wait(5.0)
        except Exception as error:  # noqa: BLE001 - told by the test's own thread
            failures.append(repr(error))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    samples: list[tuple[int, Size]] = []
    end = time.monotonic() + MINUTES * 60
    try:
        while time.monotonic() < end and not failures:
            time.sleep(min(10.0, MINUTES * 6))
            samples.append((sum(done), size(serving.pid)))
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failures, failures[:3]
    _look(samples)
    log = sum(file.stat().st_size for file in (serving.data / "log").iterdir())
    assert log <= 50 * MEBIBYTE
    database = (serving.data / "latentgraph.db").stat().st_size
    assert database <= 20_000 * samples[-1][0] + 16 * MEBIBYTE
    assert serving.stop() == 0


def _look(samples: list[tuple[int, Size]]) -> None:
    """After a third of the time: memory by run, descriptors and threads."""
    warm = samples[len(samples) // 3 :]
    (first_runs, first), (last_runs, last) = warm[0], warm[-1]
    hundreds = max(1.0, (last_runs - first_runs) / 100)
    slope = (last.resident - first.resident) / MEBIBYTE / hundreds
    assert slope < 1.0, f"{slope:.2f} MiB for 100 runs over {last_runs} runs"
    assert last.files <= first.files + 8
    assert last.threads <= first.threads + 8
