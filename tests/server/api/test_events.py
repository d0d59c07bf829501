"""Events over WebSocket and server-sent events: whole, in order, and no reader holds up another."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from server.api.access import Access
from server.api.limits import Limits
from tests.server.fakeworker import Play

from .serving import Server, run, serving

STREAM = {"Accept": "text/event-stream"}


async def started(server: Server, **body: Any) -> str:
    status, found = await server.ask("POST", "/api/runs", {"name": "txt2img", **body})
    assert status == 202, found
    made: str = found["runs"][0]["id"]
    return made


async def heard(ws: ClientWebSocketResponse, until: str = "run_finished") -> list[Any]:
    """Messages up to one of a type, that one included."""
    found: list[Any] = []
    while True:
        message = await ws.receive(20)
        assert message.type in {WSMsgType.TEXT, WSMsgType.BINARY}, message
        if message.type is WSMsgType.TEXT:
            found.append(json.loads(message.data))
            if found[-1]["type"] == until:
                return found


async def streamed(server: Server, path: str, last: int | None = None) -> list[Any]:
    headers = STREAM if last is None else {**STREAM, "Last-Event-ID": str(last)}
    found = []
    async with server.http.get(server.url + path, headers=headers) as answer:
        assert answer.content_type == "text/event-stream"
        async for line in answer.content:
            if line.startswith(b"data: "):
                found.append(json.loads(line[6:]))
                if found[-1]["type"] == "run_finished":
                    break
    return found


def test_a_socket_hears_a_run_from_its_queueing_to_its_end(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            async with server.http.ws_connect(server.url + "/api/events") as ws:
                hello = json.loads((await ws.receive(5)).data)
                assert (hello["type"], hello["server"]) == ("hello", "0.0-test")
                made = await started(server)
                events = await heard(ws)
            assert [e["seq"] for e in events] == sorted({e["seq"] for e in events})
            events = [e for e in events if e["run"] is not None]  # the worker may say it is up
            assert {e["run"] for e in events} == {made}
            types = [e["type"] for e in events]
            assert types[0] == "run_queued"
            assert types.count("run_finished") == types.count("run_started") == 1
            logged = (await server.get(f"/api/runs/{made}/events"))["events"]
            assert [e["seq"] for e in logged] == [e["seq"] for e in events]

    run(test)


def test_what_was_missed_comes_after_a_reconnect_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", plays=Play(steps=6, seconds=0.02)) as server:
            made = await started(server)
            seen: list[int] = []
            while True:
                after = seen[-1] if seen else 0
                path = f"/api/events?after={after}&run={made}"
                async with server.http.ws_connect(server.url + path) as ws:
                    await ws.receive(5)  # hello
                    for _ in range(3):
                        event = json.loads((await ws.receive(10)).data)
                        seen.append(event["seq"])
                        if event["type"] == "run_finished":
                            break
                if event["type"] == "run_finished":
                    break
            logged = (await server.get(f"/api/runs/{made}/events?limit=1000"))["events"]
            final = {e["seq"] for e in logged}
            assert seen == sorted(set(seen))
            assert final <= set(seen)

    run(test)


def test_a_stream_resumes_after_its_last_event(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", plays=Play(seconds=0.02)) as server:
            made = await started(server)
            whole = await streamed(server, f"/api/runs/{made}/events")
            assert whole[-1]["type"] == "run_finished"
            half = whole[len(whole) // 2]["seq"]
            rest = await streamed(server, f"/api/runs/{made}/events", last=half)
            assert [e["seq"] for e in rest] == [e["seq"] for e in whole if e["seq"] > half]
            headers = {**STREAM, "Last-Event-ID": str(whole[-1]["seq"])}
            status, _ = await server.ask("GET", f"/api/runs/{made}/events", headers=headers)
            assert status == 204
            status, _ = await server.ask(
                "GET", "/api/events", headers={**STREAM, "Last-Event-ID": "x"}
            )
            assert status == 400

    run(test)


def test_previews_come_as_pictures_to_those_who_want_them(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", plays=Play(seconds=0.05)) as server:
            async with server.http.ws_connect(server.url + "/api/events?previews=1") as ws:
                await ws.receive(5)
                made = await started(server)
                while (message := await ws.receive(10)).type is not WSMsgType.BINARY:
                    pass
            size = int.from_bytes(message.data[:4], "big")
            header = json.loads(message.data[4 : 4 + size])
            assert header["run"] == made
            assert header["media_type"].startswith("image/")
            assert len(message.data) > 4 + size

    run(test)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_no_socket_for_a_page_of_another_site(tmp_path: Path, origin: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            with pytest.raises(WSServerHandshakeError) as refused:
                await server.http.ws_connect(server.url + "/api/events", origin=origin)
            assert refused.value.status == 403

    run(test)


def test_no_socket_without_the_token(tmp_path: Path) -> None:
    async def test() -> None:
        access = Access(token="a-long-secret")
        async with serving(tmp_path / "data", access=access) as server:
            for given in ("", "Bearer wrong-secret"):
                with pytest.raises(WSServerHandshakeError) as refused:
                    await server.http.ws_connect(
                        server.url + "/api/events", headers={"Authorization": given}
                    )
                assert refused.value.status == 401
            headers = {"Authorization": "Bearer a-long-secret"}
            async with server.http.ws_connect(server.url + "/api/events", headers=headers) as ws:
                assert json.loads((await ws.receive(5)).data)["type"] == "hello"

    run(test)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"type":"nope"}', "unknown_message"),
        ("{", "bad_json"),
        ("[]", "unknown_message"),
        ("[" * 10_000, "too_deep"),
        ('{"type":"subscribe","runs":["nowhere"]}', "unknown_run"),
        ('{"type":"subscribe","runs":5}', "bad_message"),
        ('{"type":"subscribe","after":-1}', "bad_message"),
        (json.dumps({"type": "subscribe", "runs": ["x"] * 10_000}), "too_many_runs"),
        (json.dumps({"type": "subscribe", "runs": ["x"] * 1000}), "too_many_runs"),
    ],
)
def test_a_message_that_means_nothing_is_answered_and_the_socket_goes_on(
    tmp_path: Path, text: str, code: str
) -> None:
    async def test() -> None:
        async with (
            serving(tmp_path / "data") as server,
            server.http.ws_connect(server.url + "/api/events") as ws,
        ):
            await ws.receive(5)
            await ws.send_str(text)
            assert (await heard(ws, "error"))[-1]["code"] == code
            await ws.send_json({"type": "ping"})
            assert (await heard(ws, "pong"))[-1] == {"type": "pong"}

    run(test)


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        (WSMsgType.TEXT, b"x" * (10 << 20), 1009),
        (WSMsgType.TEXT, b"\xff", 1007),
        (WSMsgType.BINARY, b"x", 1003),
    ],
)
def test_a_frame_that_cannot_be_taken_closes_the_socket(
    tmp_path: Path, kind: WSMsgType, data: bytes, code: int
) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            async with server.http.ws_connect(server.url + "/api/events") as ws:
                await ws.receive(5)
                await ws.send_frame(data, kind)
                while (message := await ws.receive(10)).type is WSMsgType.TEXT:
                    pass
                assert message.type is WSMsgType.CLOSE
                assert message.data == code
            assert (await server.get("/api/health"))["status"] == "ok"

    run(test)


def test_a_subscription_can_be_changed(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", plays=Play(seconds=0.02)) as server:
            first = await started(server)
            second = await started(server, inputs={"seed": 2})
            async with server.http.ws_connect(server.url + f"/api/events?run={first}") as ws:
                await ws.receive(5)
                await ws.send_json({"type": "subscribe", "runs": [second], "after": 0})
                events = [e for e in await heard(ws) if e["run"] == second]
                if events[-1]["type"] != "run_finished":
                    events += await heard(ws)
            assert events[0]["type"] == "run_queued"
            assert {e["run"] for e in events} == {second}

    run(test)


def test_one_who_never_reads_is_dropped_and_holds_up_nobody(tmp_path: Path) -> None:
    async def test() -> None:
        limits = Limits(stalled_seconds=1)
        async with AsyncExitStack() as held:
            server = await held.enter_async_context(serving(tmp_path / "data", limits=limits))
            for _ in range(5):
                await held.enter_async_context(_stalled(server))
            events = server.http.ws_connect(server.url + "/api/events")
            ws = await held.enter_async_context(events)
            while len(server.house.sockets) < 6:
                await asyncio.sleep(0.01)
            blob = "x" * 20_000
            for _ in range(400):
                server.house.runs.tell("choices_changed", blob=blob)
                kind = ""
                while kind != "choices_changed":  # the worker may be ready just now: that is told
                    kind = json.loads((await ws.receive(10)).data)["type"]
            async with asyncio.timeout(30):
                while len(server.house.sockets) > 1:
                    await asyncio.sleep(0.05)

    run(test)


@asynccontextmanager
async def _stalled(server: Server) -> AsyncIterator[asyncio.StreamWriter]:
    """A socket that asks for events and then reads nothing at all."""
    host, _, port = server.host.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    try:
        writer.write(
            f"GET /api/events HTTP/1.1\r\nHost: {server.host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {'A' * 22}==\r\n\r\n".encode()
        )
        assert b"101" in await reader.readline()
        yield writer
    finally:
        writer.close()


def test_a_flood_of_pings_does_not_keep_others_waiting(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server, _stalled(server) as writer:
            ping = b"\x89\x80" + os.urandom(4)
            writer.write(ping * 100_000)
            for _ in range(10):
                async with asyncio.timeout(5):
                    await server.get("/api/health")

    run(test)


def test_sockets_that_come_and_go_leave_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            before = len(asyncio.all_tasks())
            for _ in range(100):
                async with server.http.ws_connect(server.url + "/api/events") as ws:
                    await ws.receive(5)
            async with asyncio.timeout(10):
                while len(server.house.sockets) or len(server.house.runs.hub):
                    await asyncio.sleep(0.01)
            assert len(asyncio.all_tasks()) <= before + 3

    run(test)


def test_sockets_and_streams_are_told_that_the_server_goes(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            sockets = [await server.http.ws_connect(server.url + "/api/events") for _ in range(5)]
            for ws in sockets:
                await ws.receive(5)
            async with server.http.get(server.url + "/api/events", headers=STREAM) as answer:
                await server.house.sockets.close()
                for ws in sockets:
                    while (message := await ws.receive(5)).type is WSMsgType.TEXT:
                        pass
                    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)
                async with asyncio.timeout(5):
                    await answer.content.read()
            for ws in sockets:
                await ws.close()

    run(test)


def test_too_many_sockets_are_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", limits=Limits(max_sockets=2)) as server:
            kept = [await server.http.ws_connect(server.url + "/api/events") for _ in range(2)]
            with pytest.raises(WSServerHandshakeError) as refused:
                await server.http.ws_connect(server.url + "/api/events")
            assert refused.value.status == 503
            for ws in kept:
                await ws.close()

    run(test)
