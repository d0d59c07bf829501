"""The sockets that are open now: counted, and closed together when the server goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from .errors import busy

Closer = Callable[[], Coroutine[Any, Any, None]]


class Sockets:
    """Long-lived answers, WebSockets and event streams alike."""

    def __init__(self) -> None:
        self._open: dict[object, Closer] = {}
        self.closing = False

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def entered(self, close: Closer, at_most: int) -> Iterator[None]:
        """Counts one in while the block runs. Raises ApiError (503) where there are too many."""
        if self.closing or len(self._open) >= at_most:
            raise busy("too_many_sockets", "Too many event streams are open; close one.")
        key = object()
        self._open[key] = close
        try:
            yield
        finally:
            self._open.pop(key, None)

    async def close(self) -> None:
        """Closes all, at once and without waiting for a reader that has stalled."""
        self.closing = True
        closers = [asyncio.ensure_future(close()) for close in self._open.values()]
        if closers:
            await asyncio.wait(closers, timeout=1.0)
