"""The server's parts, as every handler gets them. One for the life of the process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from server.runs.service import Runs

from .access import Access
from .body import Held
from .limits import Limits
from .metrics import Metrics
from .shelf import Shelf
from .sockets import Sockets


@dataclass(slots=True)
class House:
    """`web`: the folder of the built editor, where there is one. `described`: the OpenAPI
    document, and what it was made from.
    """

    runs: Runs
    shelf: Shelf
    version: str
    access: Access = field(default_factory=Access)
    limits: Limits = field(default_factory=Limits)
    web: Path | None = None
    webhooks: frozenset[str] = frozenset()
    metrics: Metrics = field(default_factory=Metrics)
    sockets: Sockets = field(default_factory=Sockets)
    started: float = field(default_factory=time.monotonic)
    described: tuple[str, bytes] | None = None
    held: Held = field(init=False)

    def __post_init__(self) -> None:
        self.held = Held(self.limits.max_held_bytes)


HOUSE = web.AppKey("house", House)
