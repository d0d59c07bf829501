"""Both clients behind one face, so that each test holds for both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from server.client import AsyncClient, Client

Make = Callable[..., Any]


class Blocking:
    """An AsyncClient whose methods block: a loop of its own for each call."""

    def __init__(self, *given: Any, **options: Any) -> None:
        self._given, self._options = given, options

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any, **options: Any) -> Any:
            return asyncio.run(self._call(name, given, options))

        return call

    async def _call(self, name: str, given: tuple[Any, ...], options: dict[str, Any]) -> Any:
        async with AsyncClient(*self._given, **self._options) as client:
            made = getattr(client, name)(*given, **options)
            if inspect.isasyncgen(made):
                return [event async for event in made]
            return await made


CLIENTS: dict[str, Make] = {"sync": Client, "async": Blocking}
