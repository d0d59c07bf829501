"""Telling other servers how a run ended: only hosts that the operator allowed, by name.

Best effort: a few tries, then a line in the log. A server that was down when a run ended asks for
the runs again, or reads the events after the last one it knows.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from engine.errors import Problem
from server.runs.hub import Event, Preview
from server.runs.service import Runs
from server.runs.subscription import ClosedError

from .errors import refused
from .shown import run_json

log = logging.getLogger("latentgraph")
TRIES = (0.0, 2.0, 10.0, 60.0)
SECONDS = 10.0
MAX_WAITING = 200


def check_url(url: str, hosts: Collection[str]) -> None:
    """Raises ApiError (422) unless the URL goes to an allowed host.

    `hosts` are names, with a port where it is not the scheme's own. An address, or a name that
    leads to this machine or its network, is called only where it is itself among them.
    """
    if _target(url) not in hosts:
        message = (
            "The host of this webhook is not allowed."
            if hosts
            else "Webhooks are switched off on this server."
        )
        fix = "The operator allows hosts with --allow-webhook."
        problem = Problem("webhook_not_allowed", message, port="webhook", fix=fix)
        raise refused([problem], 422, "body")


def _target(url: str) -> str | None:
    """Host, and port where one is given; None for what is no plain web address."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.username is not None or not parts.hostname:
        return None
    own = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return parts.hostname if own else f"{parts.hostname}:{port}"


class Webhooks:
    """Follows the events and calls. Nothing waits for it."""

    def __init__(self, runs: Runs, hosts: Collection[str]) -> None:
        self.runs = runs
        self.hosts = frozenset(hosts)
        self._calls: set[asyncio.Task[None]] = set()

    async def follow(self) -> None:
        """Calls for every run that ends, until cancelled."""
        try:
            await self._follow()
        finally:
            for task in self._calls:
                task.cancel()

    async def _follow(self) -> None:
        timeout = ClientTimeout(total=SECONDS)
        async with ClientSession(timeout=timeout, cookie_jar=DummyCookieJar()) as session:
            after = self.runs.hub.latest
            while not self.runs.closing:
                subscription = self.runs.hub.subscribe(after=after)
                try:
                    while True:
                        for item in await subscription.take():
                            if isinstance(item, Preview):
                                continue
                            after = max(after, item.seq)
                            self._note(session, item)
                except ClosedError:
                    continue
                finally:
                    subscription.close()

    def _note(self, session: ClientSession, event: Event) -> None:
        if event.type != "run_finished" or event.run is None:
            return
        if len(self._calls) >= MAX_WAITING:
            log.warning("webhook of run %s left out: too many are waiting", event.run)
            return
        task = asyncio.create_task(self._tell(session, event.run))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _tell(self, session: ClientSession, id: str) -> None:
        run = await self.runs.get(id)
        url = run.asked.webhook if run else None
        if run is None or url is None or _target(url) not in self.hosts:
            return
        body = json.dumps({"type": "run_finished", "run": run_json(run, None)}).encode()
        for pause in TRIES:
            await asyncio.sleep(pause)
            if await self._called(session, url, body):
                return
        log.warning("webhook of run %s failed after %d tries", id, len(TRIES))

    async def _called(self, session: ClientSession, url: str, body: bytes) -> bool:
        """Whether it was taken. No redirect is followed: it could lead to a host not allowed."""
        headers = {"Content-Type": "application/json", "User-Agent": "latentgraph"}
        try:
            async with session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status < 300 or 400 <= answer.status < 500
        except (ClientError, TimeoutError, OSError, ValueError):
            return False
