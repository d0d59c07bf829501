"""Work that is left behind: the loop ends without it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from threading import Event

import pytest

from server.api.aside import aside


def test_it_gives_what_the_work_gives() -> None:
    assert asyncio.run(aside(lambda: 7)) == 7
    with pytest.raises(ZeroDivisionError):
        asyncio.run(aside(lambda: 1 / 0))


def test_nobody_waits_for_work_that_is_left_behind() -> None:
    go = Event()

    async def leave() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await aside(lambda: go.wait(60))

    begun = time.monotonic()
    asyncio.run(leave())
    assert time.monotonic() - begun < 30
    go.set()
