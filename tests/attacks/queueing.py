"""Attacks on the queue: one key many times, too many runs, hasty clients; and error bodies."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from .book import Attack
from .deeds import deed, expect
from .field import Field, png, upload
from .heard import Heard
from .requests import every
from .serving import until
from .stubs import slow, sums

Json = Any


@deed("H029", proves=["exactly one run", "all answers carry its id"])
def one_key(field: Field, attack: Attack) -> None:
    body = {"graph": sums(3)}
    headers = {"Idempotency-Key": f"key-{time.monotonic_ns()}"}

    def submit(_: int) -> Heard:
        return field.mouth.ask("POST", "/api/runs", body, headers)

    before = _count(field)
    with ThreadPoolExecutor(attack.send["parallel"]) as pool:
        answers = list(pool.map(submit, range(attack.send["parallel"])))
    assert all(heard.status == 202 for heard in answers), answers
    (id,) = {heard.json["runs"][0]["id"] for heard in answers}
    assert _count(field) == before + 1
    assert field.serving.wait(id)["status"] == "completed"
    other = field.mouth.ask("POST", "/api/runs", {"graph": sums(4)}, headers)
    assert other.status in {409, 422}, other


@deed(
    "H030",
    proves=[
        "429 or 503 with Retry-After for the overflow",
        "accepted ones all finish or can be cancelled",
        "health stays 200",
    ],
)
def full_queue(field: Field, attack: Attack) -> None:
    limit = field.mouth.ask("GET", "/api/limits").json["max_queue"]
    blocker = field.serving.submit(slow(600, 0.1)).json["runs"][0]["id"]
    taken: list[str] = []
    refusals: Counter[int] = Counter()
    wanted = limit + 50
    while wanted > 0:
        count = min(50, wanted)
        heard = field.serving.submit(sums(2), count=count)
        wanted -= count
        if heard.status == 202:
            taken += [run["id"] for run in heard.json["runs"]]
            continue
        refusals[heard.status] += 1
        assert heard.status in {429, 503}, heard
        assert int(heard.headers["retry-after"]) > 0
        for _ in range(count):
            one = field.serving.submit(sums(2))
            if one.status == 202:
                taken += [run["id"] for run in one.json["runs"]]
        assert field.mouth.ask("GET", "/api/health").status == 200
    assert refusals
    assert len(taken) <= limit
    half = len(taken) - 40
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda id: _cancel(field, id), taken[:half]))
    assert set(states) == {"cancelled"}
    _cancel(field, blocker)
    for id in taken[half:]:
        assert field.serving.wait(id)["status"] == "completed"


@deed("H031", proves=["unknown 404", "second and finished: 200/409 idempotent, state unchanged"])
def cancelled_again(field: Field, attack: Attack) -> None:
    assert field.mouth.ask("POST", "/api/runs/nosuchrun/cancel", {}).status == 404
    done = field.serving.run(sums(2))
    running = field.serving.submit(slow(200, 0.05)).json["runs"][0]["id"]
    queued = field.serving.submit(sums(2)).json["runs"][0]["id"]
    for id in (queued, running):
        field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
        first = field.serving.wait(id)
        assert first["status"] == "cancelled"
        again = field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
        assert again.status in {200, 409}
        assert field.serving.wait(id) == first
    heard = field.mouth.ask("POST", f"/api/runs/{done['id']}/cancel", {})
    assert heard.status in {200, 409}
    assert field.serving.wait(str(done["id"])) == done


@deed("H032", proves=["page size capped"])
def odd_lists(field: Field, attack: Attack) -> None:
    for query in (
        "limit=-1",
        "limit=1000000000",
        "limit=x",
        "limit=0",
        "cursor=garbage",
        "cursor=%00",
        "sort=id;%20DROP%20TABLE%20runs",
        "status='",
        "status=completed'%20OR%201=1--",
    ):
        expect(attack, field.mouth.ask("GET", f"/api/runs?{query}"))
    quoted = field.mouth.ask("GET", "/api/runs?name='%20OR%201=1--")
    assert quoted.status == 200
    assert quoted.json["runs"] == []
    cap = field.mouth.ask("GET", "/api/limits").json["max_page"]
    assert len(field.mouth.ask("GET", f"/api/runs?limit={cap}").json["runs"]) <= cap
    expect(attack, field.mouth.ask("GET", f"/api/runs?limit={cap + 1}"))


@deed(
    "H035",
    proves=[
        "JSON {error:{code,message,...}}",
        "absolute path of the server",
        "Traceback",
        "0x7f.. address",
        "environment value",
    ],
)
def error_bodies(field: Field, attack: Attack) -> None:
    """`Mouth.look` looks through every refusal of the whole session; here, a few more of them."""
    before = field.mouth.refusals
    for method, path in every():
        if path != "/api/events":
            field.mouth.ask(method, path, b"{", {"Content-Type": "application/json"})
    for data in (b"\x89PNG\r\n\x1a\n", b"GIF89a", b"", bytes(1000), png(8, 8)[:40]):
        upload(field.mouth, data)
    field.serving.fault("user:Add", "raise")
    failed: Json = field.serving.run(sums(5, start=time.monotonic()))
    (problem,) = failed["problems"]
    text = json.dumps(failed)
    assert problem["code"] == "node_failed"
    for secret in (str(field.serving.folder), "Traceback", "hf_canary", "0x7"):
        assert secret not in text, problem
    assert field.mouth.refusals > before
    assert not field.mouth.faults, field.mouth.faults


@deed(
    "H038",
    proves=[
        "0 or 1 run per request, never half-written",
        "no unhandled exception in log",
    ],
)
def hasty(field: Field, attack: Attack) -> None:
    """1,000 submissions by clients that are gone before the answer; the log is looked at after."""
    body = json.dumps({"graph": sums(1), "priority": 7}).encode()
    head = (
        f"POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1:{field.serving.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    before = _count(field)
    for at in range(1000):
        with socket.create_connection(("127.0.0.1", field.serving.port)) as link:
            link.sendall(head + (body if at % 3 else body[: len(body) // 2]))
        if at % 100 == 99:  # what was taken is let through, or the queue fills
            until(lambda: _waiting(field) == 0, 60, "the queue is empty")
    until(lambda: _waiting(field) == 0, 60, "the queue is empty")
    made = _count(field) - before
    assert 0 <= made <= 667
    with closing(opened(field)) as database:
        rows = database.execute("SELECT status, count(*) FROM runs GROUP BY status").fetchall()
    assert {status for status, _ in rows} <= {"completed", "failed", "cancelled"}


def opened(field: Field) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{field.serving.data}/latentgraph.db?mode=ro", uri=True)


def _count(field: Field) -> int:
    with closing(opened(field)) as database:
        return int(database.execute("SELECT count(*) FROM runs").fetchone()[0])


def _waiting(field: Field) -> int:
    counts = field.mouth.ask("GET", "/api/system").json["runs"]
    return int(counts["queued"]) + int(counts["running"])


def _cancel(field: Field, id: str) -> str:
    field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
    return str(field.serving.wait(id)["status"])
