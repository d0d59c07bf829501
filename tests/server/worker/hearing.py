"""A listener that writes down what it hears, and graphs made of the pack of faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from server.worker.protocol import Made

PACK = Path(__file__).parent / "pack"
Json = Any


class Ear:
    """Everything heard of a run. `act` is called with each event, after it was written down."""

    def __init__(self, act: Callable[[Mapping[str, Json]], None] | None = None) -> None:
        self.events: list[Mapping[str, Json]] = []
        self.previews: list[tuple[Mapping[str, Json], bytes]] = []
        self.files: list[Made] = []
        self.stirred = asyncio.Event()
        self._act = act

    def event(self, run: str, event: Mapping[str, Json]) -> None:
        self.events.append(event)
        self.stirred.set()
        if self._act is not None:
            self._act(event)

    def preview(self, run: str, header: Mapping[str, Json], picture: bytes) -> None:
        self.previews.append((header, picture))

    def made(self, run: str, made: Made) -> None:
        self.files.append(made)

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def until(self, kind: str, **facts: Json) -> None:
        """Returns once an event of this type and these members was heard."""
        wanted = {"type": kind, **facts}
        async with asyncio.timeout(120):
            while not any(wanted.items() <= event.items() for event in self.events):
                self.stirred.clear()
                await self.stirred.wait()


def graph(*steps: tuple[str, Mapping[str, Json]], value: float = 0.0, **begin: Json) -> str:
    """`begin`, then the nodes of `steps` in a chain, ids their types in small letters."""
    nodes: dict[str, Json] = {
        "begin": {"type": "user:Begin", "params": {"value": value, **begin}},
    }
    last = "begin.grid"
    for kind, params in steps:
        name = kind.lower()
        nodes[name] = {"type": f"user:{kind}", "params": dict(params), "inputs": {"grid": last}}
        last = f"{name}.grid"
    nodes["amount"] = {"type": "user:Amount", "inputs": {"grid": last}}
    outputs = {"grid": last, "amount": "amount.value"}
    return json.dumps({"format": 1, "title": "Chain", "outputs": outputs, "nodes": nodes})


def loop(
    turns: int,
    *more: tuple[str, Mapping[str, Json]],
    seconds: float = 0.0,
    log: Path | None = None,
    value: float = 0.0,
    start_log: Path | None = None,
    side: int = 4,
) -> str:
    """`turns` times `advance`, then `more` in the body; `amount` is the first number at the end."""
    body: dict[str, Json] = {}
    last = "loop.grid"
    steps = [("Advance", {"seconds": seconds, "log": str(log or "")}), *more]
    for kind, params in steps:
        name = kind.lower()
        inputs = {"grid": last, **({"index": "loop.index"} if kind == "Poison" else {})}
        body[name] = {"type": f"user:{kind}", "params": dict(params), "inputs": inputs}
        last = f"{name}.grid"
    nodes = {
        "begin": {
            "type": "user:Begin",
            "params": {"value": value, "side": side, "log": str(start_log or "")},
        },
        "loop": {
            "type": "Repeat",
            "params": {"over": turns},
            "inputs": {"grid": "begin.grid"},
            "body": body,
            "next": {"grid": last},
            "show": last,
        },
        "amount": {"type": "user:Amount", "inputs": {"grid": "loop.grid"}},
        "keep": {"type": "user:Keep", "inputs": {"grid": "loop.grid"}},
    }
    outputs = {"amount": "amount.value"}
    return json.dumps({"format": 1, "title": "Loop", "outputs": outputs, "nodes": nodes})
