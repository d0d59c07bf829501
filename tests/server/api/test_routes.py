"""Every route and method of the table: who may ask, and what every answer carries.

Nothing is listed by hand: a route that is added is tested.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.web import StreamResponse

from server.api import app
from server.api.access import Access
from server.api.call import Call
from server.api.route import Route
from server.api.routes import ROUTES
from server.api.security import HEADERS, OPEN

from .serving import Server, run, serving

TOKEN = "correct-horse-battery"
METHODS = [(route, method) for route in ROUTES for method in (route.method, "HEAD", "TRACE")]


def filled(route: Route) -> str:
    """The path with something harmless in its places."""
    path = re.sub(r"\{(\w+)(:[^{}]*)?\}", "x", route.path)
    return path + ("?wire=a.b" if route.name == "peekRun" else "")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_no_route_answers_a_page_of_another_site(tmp_path: Path, origin: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            for route in ROUTES:
                for method in (route.method, "OPTIONS"):
                    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
                    status, _ = await server.ask(method, filled(route), headers=headers)
                    assert status == 403, (method, route.path, status)

    run(test)


def test_no_route_answers_under_another_name(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            for route in ROUTES:
                for host in ("evil.example", f"evil.example:{server.url.rpartition(':')[2]}"):
                    headers = {"Host": host}
                    status, found = await server.ask(route.method, filled(route), headers=headers)
                    assert status == 421, (route.path, status)
                    assert found["error"]["code"] == "unknown_host"

    run(test)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong-token"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": f"latentgraph_session={TOKEN}"},
    ],
)
def test_no_route_answers_without_the_token(tmp_path: Path, headers: dict[str, str]) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", access=Access(token=TOKEN)) as server:
            for route in ROUTES:
                if route.path in OPEN:
                    continue
                path = filled(route)
                for target in (path, f"{path}{'&' if '?' in path else '?'}token={TOKEN}"):
                    status, _ = await server.ask(route.method, target, headers=headers)
                    assert status == 401, (route.method, target, status)

    run(test)


def test_every_answer_carries_the_headers_that_protect(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            for route, method in METHODS:
                url = server.url + filled(route)
                async with server.http.request(method, url, allow_redirects=False) as answer:
                    for name in HEADERS:
                        assert name in answer.headers, (method, route.path, name)
                    assert answer.status < 500, (method, route.path, answer.status)
                    if answer.status >= 400 and method != "HEAD":
                        found = await answer.json()
                        assert set(found["error"]) == {"code", "message", "problems"}

    run(test)


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "bm90IGEgc2VjcmV0IGtleQ==",
}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket"}, 403),
        ({"Host": "evil.example"}, 421),
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
    ],
)
def test_no_route_opens_a_socket_to_a_stranger(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", access=Access(token=TOKEN)) as server:
            for route in (route for route in ROUTES if route.method == "GET"):
                if status == 401 and route.path in OPEN:
                    continue
                asked = {**UPGRADE, **headers}
                found, _ = await server.ask("GET", filled(route), headers=asked)
                assert found == status, route.path
            assert len(server.house.sockets) == 0

    run(test)


SECRET = "/home/somebody/private/weights.safetensors"
FAULTS = (
    RuntimeError(f"no such thing: {SECRET}"),
    PermissionError(13, "Permission denied", SECRET),
    sqlite3.OperationalError(f"unable to open {SECRET}"),
    KeyError(SECRET),
    RecursionError(SECRET),
    MemoryError(SECRET),
    TimeoutError(SECRET),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_no_answer_tells_what_a_defect_was(
    tmp_path: Path, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handler of every route fails in a way that nobody foresaw."""

    async def broken(call: Call) -> StreamResponse:
        raise fault

    broken_routes = tuple(replace(route, handler=broken, body=None, takes=()) for route in ROUTES)
    monkeypatch.setattr(app, "ROUTES", broken_routes)

    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            for route in ROUTES:
                async with server.http.request(route.method, server.url + filled(route)) as answer:
                    text = await answer.text()
                    assert answer.status == 500, route.path
                    assert json.loads(text)["error"]["code"] == "defect"
                    for word in ("somebody", "weights", "Traceback", ".py", type(fault).__name__):
                        assert word not in text + str(answer.headers), route.path

    run(test)


@pytest.mark.parametrize("method", ["TRACE", "PATCH", "MADEUP"])
def test_no_route_takes_a_method_that_is_not_its_own(tmp_path: Path, method: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            for route in ROUTES:
                status, _ = await server.ask(method, filled(route))
                assert status in {400, 405}, (route.path, status)

    run(test)


def test_every_body_must_be_of_a_known_type(tmp_path: Path) -> None:
    """A form or text/plain is what a page of another site can send without being asked first."""

    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            for route in (route for route in ROUTES if route.has_body):
                for media in ("text/plain", "application/x-www-form-urlencoded", ""):
                    headers = {"Content-Type": media}
                    answer = await server.ask(
                        route.method, filled(route), headers=headers, data=b"{}"
                    )
                    assert answer[0] == 415, (route.path, media, answer)

    run(test)


def test_reading_changes_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            await server.ask("POST", "/api/templates/txt2img/run?wait=20", {})
            before = await _state(server, tmp_path)
            for route in (route for route in ROUTES if route.method == "GET"):
                for method in ("GET", "HEAD"):
                    for _ in range(3):
                        await server.ask(method, filled(route))
            assert await _state(server, tmp_path) == before

    run(test)


async def _state(server: Server, folder: Path) -> tuple[str, ...]:
    """All rows of the database, and the hashes of all other files."""
    rows = await server.house.runs.database.read(lambda c: "\n".join(c.iterdump()))
    files = sorted(p for p in (folder / "data").rglob("*") if p.is_file())
    kept = [p for p in files if not p.name.startswith("latentgraph.db")]
    return (rows, *(f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in kept))
