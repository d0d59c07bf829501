"""Bodies that are wrong, large, slow or odd: a refusal that says so, and a server that goes on."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from server.api.limits import Limits

from .serving import Server, run, serving

JSON = {"Content-Type": "application/json"}


async def post(server: Server, data: Any, headers: dict[str, str] = JSON) -> tuple[int, str]:
    status, found = await server.ask("POST", "/api/runs", headers=headers, data=data)
    return status, found["error"]["code"] if status >= 400 else ""


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"graph":', 400, "bad_json"),
        (b"{} x", 400, "bad_json"),
        (b"", 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (b"[]", 400, "bad_request"),
        (b"null", 400, "bad_request"),
        (b'{"graph": {}, "graph": {}}', 400, "duplicate_key"),
        (b'{"graph": {"format": 1, "nodes": {"a": {}, "a": {}}}}', 400, "duplicate_key"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "too_deep"),
        (b'{"name": "txt2img", "inputs": {"seed": ' + b"9" * 5000 + b"}}", 400, "bad_number"),
        (b'{"name": "txt2img", "inputs": {"guidance": NaN}}', 422, "bad_number"),
        (b'{"name": "txt2img", "inputs": {"guidance": 1e999}}', 422, "bad_number"),
        (b'{"name": "txt2img", "inputs": {"prompt": "\\ud800"}}', 400, "bad_text"),
        (b'{"name": "txt2img", "inputs": {"steps": true}}', 422, "wrong_type"),
        (b'{"name": "txt2img", "inputs": {"steps": "20"}}', 422, "wrong_type"),
        (b'{"name": "txt2img", "inputs": {"seed": 9007199254740993}}', 422, "out_of_range"),
        (b'{"name": "txt2img", "count": true}', 400, "bad_request"),
        (b'{"name": "txt2img", "count": "2"}', 400, "bad_request"),
        (b'{"name": "txt2img", "conut": 2}', 400, "bad_request"),
        (b'{"inputs": {}}', 422, "bad_request"),
        (b'{"graph": []}', 422, "bad_graph"),
        (b'{"graph": {"format": 1}}', 422, "empty_graph"),
        (b'{"graph": {"format": 999, "nodes": {}}}', 422, "unsupported_version"),
        (b'{"name": "nowhere"}', 404, "unknown_graph"),
        (b'{"name": "../../etc/passwd"}', 422, "bad_name"),
        (b'{"name": "txt2img", "want": ["nothing"]}', 422, "unknown_port"),
        (b'{"name": "txt2img", "webhook": "http://10.0.0.1/x"}', 422, "webhook_not_allowed"),
    ],
)
def test_a_wrong_body_is_refused_for_what_is_wrong(
    tmp_path: Path, body: bytes, status: int, code: str
) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            assert await post(server, body) == (status, code)
            assert (await server.get("/api/runs"))["runs"] == []

    run(test)


def test_integral_floats_are_integers(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            body = b'{"name": "txt2img", "count": 2.0, "inputs": {"steps": 20.0}}'
            status, found = await server.ask("POST", "/api/runs", headers=JSON, data=body)
            assert status == 202
            assert len(found["runs"]) == 2

    run(test)


@pytest.mark.parametrize("charset", ["nope-8", "utf-16", "latin-1"])
def test_another_charset_is_refused(tmp_path: Path, charset: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            headers = {"Content-Type": f"application/json; charset={charset}"}
            assert await post(server, b"{}", headers) == (415, "unsupported_charset")

    run(test)


def test_a_compressed_body_is_never_unpacked(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            bomb = gzip.compress(b" " * (64 << 20), 9)
            headers = {**JSON, "Content-Encoding": "gzip"}
            begun = time.monotonic()
            assert await post(server, bomb, headers) == (415, "unsupported_encoding")
            assert time.monotonic() - begun < 5

    run(test)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit_is_not_read_to_its_end(tmp_path: Path, chunked: bool) -> None:
    sent = 0

    async def pieces() -> Any:
        nonlocal sent
        for _ in range(400):
            sent += 1 << 16
            yield b" " * (1 << 16)

    async def test() -> None:
        limits = Limits(max_body_bytes=1 << 18)
        async with serving(tmp_path / "data", limits=limits) as server:
            data = pieces() if chunked else b" " * (1 << 20)
            try:
                answer = await server.ask("POST", "/api/runs", headers=JSON, data=data)
            except OSError:
                assert chunked  # the server hung up while we were still sending
            else:
                assert answer[0] == 413
                assert answer[1]["error"]["code"] == "too_large"
            assert sent < 400 << 16
            assert (await server.get("/api/health"))["status"] == "ok"
            assert server.house.held.total == 0

    run(test)


def test_a_body_that_stops_coming_is_given_up(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", limits=Limits(body_seconds=1)) as server:
            reader, writer = await _connected(server)
            writer.write(
                f"POST /api/runs HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: application/json"
                "\r\nContent-Length: 100\r\n\r\n{".encode()
            )
            assert b" 408 " in await reader.readline()
            writer.close()

    run(test)


def test_headers_that_stop_coming_are_given_up(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", limits=Limits(header_seconds=1)) as server:
            ends = [await _connected(server) for _ in range(20)]
            for _, writer in ends:
                writer.write(b"POST /api/runs HTTP/1.1\r\nHost: loc")
            assert (await server.get("/api/health"))["status"] == "ok"
            for reader, writer in ends:
                assert await asyncio.wait_for(reader.read(), 15) == b""
                writer.close()

    run(test)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /api/health HTTP/1.1\r\n\r\n", 400),
        (b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (
            b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        (b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    ],
)
def test_what_is_no_http_is_refused_in_our_form(tmp_path: Path, head: bytes, status: int) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            reader, writer = await _connected(server)
            writer.write(head)
            line = await reader.readline()
            assert int(line.split()[1]) == status, line
            rest = await reader.readuntil(b"\r\n\r\n")
            size = int(rest.lower().partition(b"content-length: ")[2].split()[0])
            found = json.loads(await reader.readexactly(size))
            assert found["error"]["message"]
            assert "Traceback" not in json.dumps(found)
            writer.close()

    run(test)


def test_others_are_answered_while_a_large_graph_is_read(tmp_path: Path) -> None:
    """100,000 nodes in one body; the event loop must stay free for everybody else."""

    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            nodes = {f"n{i}": {"type": "EmptyLatent"} for i in range(100_000)}
            body = json.dumps({"graph": {"format": 1, "nodes": nodes}}).encode()
            worst = 0.0
            sending = asyncio.create_task(post(server, io.BytesIO(body)))
            while not sending.done():
                begun = time.monotonic()
                await server.get("/api/health")
                worst = max(worst, time.monotonic() - begun)
                await asyncio.sleep(0.01)
            assert await sending == (422, "too_many_nodes")
            assert worst < 2.0  # generous: the machine may be busy

    run(test)


async def _connected(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = server.host.partition(":")
    return await asyncio.open_connection(host, int(port))
