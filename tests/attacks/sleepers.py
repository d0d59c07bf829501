"""Readers of the event stream that never read, and what becomes of one that does beside them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .process import MEBIBYTE, resident
from .serving import Serving, until
from .stubs import sums
from .websocket import WebSocket

Json = Any


@dataclass(frozen=True)
class Beside:
    """p99: seconds from an event to the healthy reader. grown: MiB that the server took more.

    closed: seconds after which the server had closed all that stall.
    """

    p99: float
    grown: float
    closed: float


def beside(serving: Serving, sleepers: int, graph: Mapping[str, Json], logged: int) -> Beside:
    """So many ask for the whole log and read none of it; a healthy one follows a run.

    logged: runs of 1,000 nodes made before, half a megabyte of events each.
    """
    for at in range(logged):
        assert serving.run(sums(1000, time.monotonic_ns() % 10**9 + at))["status"] == "completed"
    before = resident(serving.pid)
    begun = time.monotonic()
    target = "/api/events?after=0&previews=1"
    asleep = [WebSocket(serving.port, target, small=True) for _ in range(sleepers)]
    assert {link.status for link in asleep} == {101}
    try:
        with WebSocket(serving.port, "/api/events?previews=1") as awake:
            awake.json()
            run = serving.submit(graph).json["runs"][0]["id"]
            lags = list(lags_of(awake, run))
            assert len(lags) > 100
            grown = (resident(serving.pid) - before) / MEBIBYTE
            until(lambda: serving.streams <= 1, 60, "the server has closed those that stall")
            return Beside(p99(lags), grown, time.monotonic() - begun)
    finally:
        for link in asleep:
            link.close()


def lags_of(link: WebSocket, run: str) -> Iterator[float]:
    """Seconds from each event's time to its arrival, until a run has ended."""
    while True:
        event = link.json()
        if "time" in event:
            yield (datetime.now(UTC) - datetime.fromisoformat(event["time"])).total_seconds()
        if event.get("run") == run and event["type"] == "run_finished":
            return


def p99(lags: list[float]) -> float:
    return sorted(lags)[len(lags) * 99 // 100 - 1]
