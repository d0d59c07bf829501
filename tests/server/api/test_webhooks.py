"""Webhooks: only to hosts that were allowed, no redirects, and again where nobody was there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from server.api import webhooks
from server.api.errors import ApiError
from server.api.webhooks import check_url

from .serving import run, serving


@dataclass
class Receiver:
    """A server that is told; it answers with the next of `statuses`."""

    statuses: list[int] = field(default_factory=lambda: [200])
    told: list[Any] = field(default_factory=list)
    port: int = 0

    async def take(self, request: web.Request) -> web.Response:
        self.told.append((request.path, json.loads(await request.read())))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return web.Response(status=status, headers={"Location": "/elsewhere"})


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(statuses))
    app = web.Application()
    app.router.add_post("/{any:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.port = runner.addresses[0][1]
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("statuses", "calls"), [((200,), 1), ((500, 500, 204), 3), ((302,), 2)])
def test_the_end_of_a_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statuses: tuple[int, ...], calls: int
) -> None:
    monkeypatch.setattr(webhooks, "TRIES", (0.0, 0.01, 0.01) if calls != 2 else (0.0, 0.01))

    async def test() -> None:
        async with receiving(*statuses) as receiver:
            host = f"127.0.0.1:{receiver.port}"
            async with serving(tmp_path / "data", webhooks=frozenset({host})) as server:
                await asyncio.sleep(0.05)
                body = {"name": "txt2img", "webhook": f"http://{host}/done"}
                _, found = await server.ask("POST", "/api/runs?wait=20", body)
                async with asyncio.timeout(10):
                    while len(receiver.told) < calls:
                        await asyncio.sleep(0.01)
                await asyncio.sleep(0.1)
            assert [path for path, _ in receiver.told] == ["/done"] * calls
            told = receiver.told[-1][1]
            assert told["type"] == "run_finished"
            assert told["run"]["id"] == found["runs"][0]["id"]
            assert told["run"]["status"] == "completed"

    run(test)


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/x",
        "http://localhost/x",
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://2130706433/x",
        "http://hooks.example:8080/x",
        "http://hooks.example@evil.example/x",
        "http://evil.example/hooks.example",
        "http://evil.example\\@hooks.example/x",
        "ftp://hooks.example/x",
        "file:///etc/passwd",
        "http://hooks.example:99999/x",
        "//hooks.example/x",
        "http://hooks.example\r\nX: y/",
        "",
    ],
)
def test_only_hosts_that_were_allowed_are_called(url: str) -> None:
    with pytest.raises(ApiError) as refused:
        check_url(url, {"hooks.example"})
    assert (refused.value.status, refused.value.code) == (422, "webhook_not_allowed")
    with pytest.raises(ApiError):
        check_url("https://hooks.example/x", ())


def test_an_allowed_host_is_called_on_its_own_port() -> None:
    check_url("https://hooks.example/x?y=1", {"hooks.example"})
    check_url("https://hooks.example:443/x", {"hooks.example"})
    check_url("http://HOOKS.example:8080/x", {"hooks.example:8080"})
