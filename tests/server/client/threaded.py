"""The server of the API's tests in a thread, so that code that blocks can talk to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.server.api.serving import Server, serving

T = TypeVar("T")


@dataclass
class Threaded:
    """`do` runs a coroutine in the server's loop and waits for it."""

    server: Server
    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        return self.server.url

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)


@contextmanager
def threaded(folder: Path, **options: Any) -> Iterator[Threaded]:
    """As `serving`, from its start to its end."""
    ready, over = threading.Event(), asyncio.Event()
    made: list[Threaded] = []
    failed: list[BaseException] = []

    async def main() -> None:
        async with serving(folder, **options) as server:
            made.append(Threaded(server, asyncio.get_running_loop()))
            ready.set()
            await over.wait()

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(60)
    try:
        if failed:
            raise failed[0]
        yield made[0]
    finally:
        if made:
            made[0].loop.call_soon_threadsafe(over.set)
        thread.join(30)
    if failed:
        raise failed[0]
