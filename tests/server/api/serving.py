"""A server in this process for tests: real HTTP, real database, a worker that only plays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, WSMsgType

from engine.packs import catalogue_of, find_packs
from server.api.house import House
from server.api.listening import Listener
from server.api.shelf import Shelf, Stock, stock_of
from server.runs.policy import Policy
from server.runs.service import Runs
from server.settings import Settings
from tests.server.fakeworker import FakeWorker, Play

Json = Any
NODES = Path(__file__).parents[1] / "nodes"
_stock: list[Stock] = []


def stock(cache: Path) -> Stock:
    """The catalogue, read once for all tests: it may take seconds to make."""
    if not _stock:
        _stock.append(stock_of(catalogue_of(find_packs(NODES), cache)))
    return _stock[0]


@dataclass
class Server:
    """What a test talks to."""

    house: House
    worker: FakeWorker
    http: ClientSession
    url: str
    host: str = ""
    seen: list[ClientResponse] = field(default_factory=list)

    async def ask(
        self, method: str, path: str, body: Json = None, **options: Any
    ) -> tuple[int, Json]:
        """Status and JSON (None where the answer is none)."""
        if body is not None:
            options["data"] = json.dumps(body)
            options["headers"] = {
                "Content-Type": "application/json",
                **options.get("headers", {}),
            }
        async with self.http.request(method, self.url + path, **options) as answer:
            data = await answer.read()
        return answer.status, json.loads(data) if _is_json(answer.content_type, data) else None

    async def get(self, path: str, **options: Any) -> Json:
        status, found = await self.ask("GET", path, **options)
        assert status == 200, (status, found)
        return found


def _is_json(media: str, data: bytes) -> bool:
    return media == "application/json" and bool(data)


@asynccontextmanager
async def serving(
    folder: Path,
    *,
    plays: Play | Callable[..., Play] | None = None,
    policy: Policy | None = None,
    begins: bool = False,
    **parts: Any,
) -> AsyncIterator[Server]:
    """A server on a port of its own; `parts` are fields of House. `begins`: it has yet to read
    its catalogue.
    """
    cache = folder.parent / "cache-of-tests"
    settings = Settings(folder, cache, folder / "models", folder / "images", NODES)
    worker = FakeWorker(plays)
    shelf = Shelf(settings, None if begins else stock(cache))
    runs = Runs(folder, [worker], policy=policy, catalogue=lambda: shelf.digest)
    house = House(runs, shelf, "0.0-test", **parts)
    await runs.open()
    listener = Listener(house)
    await listener.open()
    try:
        async with ClientSession() as http:
            yield Server(house, worker, http, listener.url, listener.url.removeprefix("http://"))
    finally:
        await listener.close()
        await runs.close(1.0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Runs a test's coroutine."""

    async def whole() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(whole())


async def events_until_end(server: Server, run: str, headers: Mapping[str, str]) -> list[Json]:
    """A run's events over a WebSocket, to its end."""
    found = []
    async with server.http.ws_connect(
        f"{server.url}/api/events?run={run}&after=0", headers=dict(headers)
    ) as ws:
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                found.append(json.loads(message.data))
                if found[-1]["type"] == "run_finished":
                    return found
    return found
