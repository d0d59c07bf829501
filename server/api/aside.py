"""Long work in a thread that nobody waits for when the server ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """What `work` returns or raises. Unlike `asyncio.to_thread`, it may be left behind: the loop
    ends without it, and so does the process.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(how: Callable[[], None]) -> None:
        if not done.done():
            how()

    def run() -> None:
        how: Callable[[], None]
        try:
            how = partial(done.set_result, work())
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
            how = partial(done.set_exception, error)
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, how)

    Thread(target=run, daemon=True).start()
    return await done
