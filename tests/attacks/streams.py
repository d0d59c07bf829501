"""Attacks on the stream of events: readers that stall, vanish, come and go, ping."""

from __future__ import annotations

import socket
import time
from threading import Event, Thread
from typing import Any

from .book import Attack
from .deeds import deed
from .field import Field
from .process import MEBIBYTE, size
from .roles import with_value
from .serving import PATIENT, until
from .siege import wait_for_quiet
from .sleepers import beside
from .stubs import slow, sums
from .websocket import PING, WebSocket, frame

Json = Any
NEXT = time.monotonic_ns
"""A number that no run had before, so that nothing is found kept."""


@deed(
    "W004",
    proves=[
        "other subscribers p99 delivery <= 250 ms",
        "stalled one closed within 10 s or dropped to latest-only",
        "server RSS growth <= 6 MiB per stalled reader",
    ],
)
def stalled(field: Field, attack: Attack) -> None:
    """One reader stalls; another follows a run that has a loop with previews and a long chain."""
    seed = NEXT() % 10**9
    graph = with_value(field.base, "denoise.seed", seed)
    chain = sums(150, start=seed, seconds=0.02)
    graph["nodes"] |= chain["nodes"]
    graph["outputs"] |= chain["outputs"]
    found = beside(field.serving, attack.send["n"], graph, logged=20)
    assert found.p99 <= 0.25 * PATIENT
    assert found.closed <= 10 * PATIENT
    assert found.grown <= 6 * attack.send["n"] + 32  # what the log and the runs took beside it


@deed("W007", proves=["health p99 < 250 ms", "RSS bounded"])
def pings(field: Field, attack: Attack) -> None:
    """100,000 pings, the answers read by nobody for the first half."""
    with field.pulse(), field.memory(48), WebSocket(field.serving.port) as link:
        link.json()
        block = frame(b"", PING) * 1000
        reading = Event()

        def drain() -> None:
            reading.wait()
            try:
                while link.link.recv(1 << 16):
                    pass
            except OSError:
                return

        thread = Thread(target=drain)
        thread.start()
        try:
            for at in range(100):
                if at == 50:
                    reading.set()
                link.link.sendall(block)
        except OSError:
            pass  # it may hang up on such a client
        reading.set()
        link.link.shutdown(socket.SHUT_WR)
        thread.join()


@deed("W010", proves=["gap-free seq", "exactly one terminal event per run"])
def reconnecting(field: Field, attack: Attack) -> None:
    """A reader that is cut off every 100 ms sees what one sees that stays."""
    with WebSocket(field.serving.port) as link:
        start = link.json()["seq"]
    ids = [
        field.serving.submit(slow(15, 0.02, start=NEXT() % 10**9)).json["runs"][0]["id"]
        for _ in range(6)
    ]
    seen = _in_pieces(field, start, set(ids))
    whole = _page(field, start)
    final = [event["run"] for event in seen if event["type"] == "run_finished"]
    assert sorted(final) == sorted(ids)
    numbers = [event["seq"] for event in seen]
    assert numbers == sorted(set(numbers))
    assert seen == [event for event in whole if event["seq"] <= numbers[-1]]


def _in_pieces(field: Field, after: int, left: set[str]) -> list[Json]:
    seen: list[Json] = []
    end = time.monotonic() + 60
    while left and time.monotonic() < end:
        with WebSocket(field.serving.port, f"/api/events?after={after}") as link:
            cut = time.monotonic() + 0.1
            link.link.settimeout(0.1)
            try:
                while time.monotonic() < cut:
                    event = link.json()
                    if event["type"] == "hello":
                        continue
                    seen.append(event)
                    after = event["seq"]
                    if event["type"] == "run_finished":
                        left.discard(event["run"])
            except TimeoutError:
                continue
    assert not left
    return seen


def _page(field: Field, after: int) -> list[Json]:
    events: list[Json] = []
    while True:
        page = field.mouth.ask("GET", f"/api/events?after={after}&limit=1000").json
        if not page["events"]:
            return events
        events += page["events"]
        after = page["next"]


@deed("W011", proves=["heartbeat closes it within 60 s; its queue is freed"])
def vanished(field: Field, attack: Attack) -> None:
    """A client that answers no ping any more, as one whose machine was switched off."""
    wait_for_quiet(field.siege)
    assert field.siege.dropped < 60


@deed("W012", proves=["run continues and result is fetchable"])
def gone_in_mid_run(field: Field, attack: Attack) -> None:
    with WebSocket(field.serving.port) as link:
        link.json()
        id = field.serving.submit(slow(20, 0.02, start=NEXT() % 10**9)).json["runs"][0]["id"]
        link.wait_for(id, "turn")
    run = field.serving.wait(id)
    assert run["status"] == "completed"
    values: Json = run["values"]
    assert values["total"]["plain"] > 0


@deed("W013", proves=["process exits within grace + 2 s"])
def open_at_the_end(field: Field, attack: Attack) -> None:
    """The grace is 10 seconds; a server without a run needs none of it."""
    serving = field.make().start()
    links = [WebSocket(serving.port) for _ in range(attack.send["n"])]
    codes: list[int] = []
    readers = [Thread(target=lambda link=link: codes.append(link.close_code())) for link in links]
    for reader in readers:
        reader.start()
    begun = time.monotonic()
    assert serving.stop() == 0
    assert time.monotonic() - begun < 12
    for reader in readers:
        reader.join()
    assert codes == [*attack.expect["close_code"]] * len(links)
    for link in links:
        link.close()


@deed("W014", proves=["fds, tasks and RSS back to baseline"])
def come_and_go(field: Field, attack: Attack) -> None:
    """In three ways: with a close frame, without, and before the first message."""
    before = size(field.serving.pid)
    for at in range(1000):
        with WebSocket(field.serving.port) as link:
            if at % 3 == 0:
                link.json()
                link.send((1000).to_bytes(2, "big"), 8)
            elif at % 3 == 1:
                link.json()
    until(lambda: field.serving.streams == 0, 30, "no sockets are left")
    after = size(field.serving.pid)
    assert after.files <= before.files + 8
    assert after.threads <= before.threads + 8
    assert after.resident <= before.resident + 64 * MEBIBYTE
