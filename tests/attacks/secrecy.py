"""Attacks on what a server knows and may do: its secrets, packages, both of its cores."""

from __future__ import annotations

import json
import time
from threading import Thread
from typing import Any

from .book import Attack
from .deeds import deed
from .field import TOKEN, Field
from .serving import SECRETS
from .sleepers import lags_of
from .stubs import one, sums
from .websocket import WebSocket

Json = Any


@deed(
    "R019",
    proves=["health p99 <= 100 ms, events p99 <= 250 ms, event-loop lag max <= 250 ms"],
)
def both_cores(field: Field, attack: Attack) -> None:
    """The lag of events is that from their time to their arrival."""
    lags: list[float] = []
    start = time.monotonic()
    with WebSocket(field.serving.port) as link:
        link.json()
        with field.pulse(100):
            id = field.serving.submit(one("user:Burn", seconds=4.0, start=start)).json["runs"][0][
                "id"
            ]
            reader = Thread(target=lambda: lags.extend(lags_of(link, id)))
            reader.start()
            for at in range(40):
                field.serving.submit(sums(2, start=start + at))
                time.sleep(0.05)
            reader.join()
    lags.sort()
    assert lags[len(lags) * 99 // 100] <= 0.25 * 4, lags[-5:]


@deed("R022", proves=["422 unknown_node_type; never an automatic install"])
def not_installed(field: Field, attack: Attack) -> None:
    before = len(field.serving.watched)
    for type in ("somepack:Node", "torch", "os:system", "../evil:Node"):
        graph = {"format": 1, "nodes": {"n": {"type": type}}}
        heard = field.serving.submit(graph)
        assert heard.status == 422, heard
        assert heard.code == "unknown_node_type", heard
    news = [
        line for line in field.serving.watched[before:] if line.startswith(("start", "connect"))
    ]
    assert not news


@deed("R023", proves=["0 hits"])
def secrets(field: Field, attack: Attack) -> None:
    """In everything that it writes and answers, after a node put one into its error."""
    serving, token = field.guarded, TOKEN
    serving.fault("user:Add", "raise")
    run: Json = serving.run(sums(4))
    assert run["status"] == "failed"
    serving.mend()
    serving.run(sums(3))
    texts = [
        json.dumps(run),
        serving.mouth.ask("GET", f"/api/runs/{run['id']}/events").body.decode(),
    ]
    for path in ("/api/system", "/api/limits", "/metrics", "/api/runs", "/api/events", "/api/docs"):
        texts.append(serving.mouth.ask("GET", path).body.decode())
    texts += [serving.said, serving.log]
    texts += [
        path.read_bytes().decode("latin-1") for path in serving.data.rglob("*") if path.is_file()
    ]
    for secret in (token, *SECRETS.values()):
        for text in texts:
            at = text.find(secret)
            assert at < 0, text[max(0, at - 200) : at + 50]
