"""SIGTERM: to a server that is idle, and to one in mid-run with open sockets."""

from __future__ import annotations

import signal
import time
from typing import Any

from .book import Attack
from .deeds import deed
from .field import Field
from .serving import Serving, until
from .stubs import slow, sums
from .websocket import WebSocket

Json = Any


@deed("R010", proves=["exit code 0 within 2 s"])
def ended_when_idle(field: Field, attack: Attack) -> None:
    serving = field.make().start()
    begun = time.monotonic()
    assert serving.stop() == 0
    assert time.monotonic() - begun < 2 * 3


@deed(
    "R011",
    proves=[
        "ready turns 503 at once, new runs get 503 + Retry-After",
        "run finishes or is re-queued within the grace period",
        "exit 0 within grace + 2 s",
        "0 runs lost",
    ],
)
def ended_in_mid_run(field: Field, attack: Attack) -> None:
    """A node that hears no cancel keeps the worker for a while, so that there is time to look."""
    serving = field.make().start()
    links = [WebSocket(serving.port) for _ in range(50)]
    running = serving.submit(slow(100, 1.5)).json["runs"][0]["id"]
    queued = serving.submit(sums(3)).json["runs"][0]["id"]
    until(lambda: serving.status(running) == "running", 30, "it runs")
    begun = time.monotonic()
    assert serving.process is not None
    serving.process.send_signal(signal.SIGTERM)
    seen = _while_going(serving)
    assert serving.process.wait(60) == 0
    assert time.monotonic() - begun < 12 + 3
    assert seen <= {503, 0}, seen
    for link in links:
        link.close()
    serving.start()
    cancel: Json = serving.mouth.ask("GET", f"/api/runs/{running}").json
    assert cancel["status"] in {"queued", "running"}
    serving.mouth.ask("POST", f"/api/runs/{running}/cancel", {})
    assert serving.wait(running)["status"] == "cancelled"
    assert serving.wait(queued)["status"] == "completed"
    assert serving.stop() == 0


def _while_going(serving: Serving) -> set[int]:
    """Statuses of /api/ready and of new runs from the signal on; 0 where nobody answers."""
    time.sleep(0.05)
    seen: set[int] = set()
    for _ in range(20):
        try:
            seen.add(serving.mouth.ask("GET", "/api/ready", quiet=True, seconds=5).status)
            heard = serving.mouth.ask("POST", "/api/runs", {"graph": sums(2)}, seconds=5)
            seen.add(heard.status)
            if heard.status == 503:
                assert "retry-after" in heard.headers
        except OSError:
            seen.add(0)
            return seen
        time.sleep(0.05)
    return seen
