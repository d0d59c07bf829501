"""Attacks by WebSocket: handshakes from elsewhere, frames and messages that are wrong."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from .book import Attack
from .deeds import deed
from .field import TOKEN, Field
from .websocket import ClosedError, WebSocket, frame

Json = Any


@deed("W001", proves=["101"])
def foreign_page(field: Field, attack: Attack) -> None:
    _refused(field, attack, attack.send["headers"])


@deed("W002")
def no_origin(field: Field, attack: Attack) -> None:
    _refused(field, attack, attack.send["headers"])
    own = {"Origin": f"http://127.0.0.1:{field.serving.port}"}
    with WebSocket(field.serving.port, headers=own) as friend:
        assert friend.status == 101


@deed("W003")
def without_token(field: Field, attack: Attack) -> None:
    serving = field.guarded
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "latentgraph_session=x"}):
        with WebSocket(serving.port, headers=headers) as link:
            assert link.status in attack.expect["status"]
    with WebSocket(serving.port, f"/api/events?token={TOKEN}") as link:
        assert link.status in attack.expect["status"]
    with WebSocket(serving.port, headers={"Authorization": f"Bearer {serving.token}"}) as link:
        assert link.status == 101


@deed("W005", proves=["server alive"])
def large_frame(field: Field, attack: Attack) -> None:
    for kind in (1, 2):
        with WebSocket(field.serving.port) as link:
            link.json()
            with suppress(BrokenPipeError, ConnectionResetError):  # it need not take it all
                link.send(b"x" * 10_000_000, kind)
            code = link.close_code()
            assert code in (*attack.expect["close_code"], 0), code
    with WebSocket(field.serving.port) as link:
        link.json()
        link.link.sendall(frame(b"x" * 70_000))
        assert link.close_code() in attack.expect["close_code"]
    assert field.serving.is_healthy()


@deed("W006")
def not_utf8(field: Field, attack: Attack) -> None:
    with WebSocket(field.serving.port) as link:
        link.json()
        link.send(bytes.fromhex(attack.send["frame_hex"]))
        assert link.close_code() in attack.expect["close_code"]


@deed("W008", proves=["error message or 1003/1008 close; never a handler traceback"])
def odd_messages(field: Field, attack: Attack) -> None:
    nest = "[" * 10_000 + "]" * 10_000
    frames = [*(item for item in attack.send["frames"] if item[0] != "<"), nest]
    frames += ["null", "[]", '{"type":3}', '{"type":"subscribe","runs":3}']
    frames += ['{"type":"ping","type":1}', "x" * 60_000]
    frames += ['{"type":"subscribe","after":"x"}', '{"type":"subscribe","after":1e400}']
    for text in frames:
        with WebSocket(field.serving.port) as link:
            link.json()
            link.send(text)
            code, reply = _reply(link)
            assert code in {0, 1003, 1008}, (text, code)
            assert code or (reply["type"] == "error" and reply["code"] and reply["message"])


@deed("W009", proves=["typed error", "cap on subscriptions"])
def unknown_runs(field: Field, attack: Attack) -> None:
    cap = field.mouth.ask("GET", "/api/limits").json["max_subscriptions"]
    with WebSocket(field.serving.port) as link:
        link.json()
        for runs in (["nosuchrun"], [f"run{at}" for at in range(cap + 1)], ["x"] * 5000):
            link.send({"type": "subscribe", "runs": runs})
            reply = link.json()
            assert reply["type"] == "error", reply
            assert reply["code"]
    with WebSocket(field.serving.port) as link:
        link.json()
        link.send({"type": "subscribe", "runs": ["r"] * 10_000})
        code, reply = _reply(link)
        assert code in {1008, 1009} or reply["type"] == "error"


def _reply(link: WebSocket) -> tuple[int, Json]:
    """The next message, or the code with which the other side closed."""
    try:
        return 0, link.json()
    except ClosedError as closed:
        return closed.code or 1006, {}


def _refused(field: Field, attack: Attack, headers: dict[str, str]) -> None:
    for target in ("/api/events", "/api/events?after=0"):
        with WebSocket(field.serving.port, target, headers) as link:
            assert link.status in attack.expect["status"]
