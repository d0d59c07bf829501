"""The WebSocket of events: what it says first, what a client may say, and when it ends."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from server.runs.hub import Event, Preview
from server.runs.subscription import ClosedError, Subscription

from .call import Call
from .forms import AllEventsQuery
from .house import House
from .replies import abort
from .says import Ping, SaidError, Subscribe, read

MAX_CONTROLS = 1000
"""Pings in one second before a client is dropped."""
LINGER_SECONDS = 2.0
OVER = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})


class Open(web.WebSocketResponse):
    """Leaves the connection open when it has said goodbye: it ends with the handler, which may
    wait until the client has seen why.
    """

    def _close_transport(self) -> None:
        """aiohttp would drop what the client is still sending, and the goodbye with it."""


class Socket:
    """One client. It hears through one subscription at a time; a new one replaces it."""

    def __init__(self, house: House, request: web.Request) -> None:
        self.house = house
        self.request = request
        self.ws = Open(
            autoping=False,
            heartbeat=float(house.limits.heartbeat_seconds),
            max_msg_size=house.limits.max_message_bytes,
            compress=False,
            timeout=2.0,
        )
        self.subscription: Subscription | None = None
        self.controls = 0
        self.since = 0.0

    async def close(self) -> None:
        """The server goes."""
        if self.subscription is not None:
            self.subscription.close("The server is closing.")
        await self._leave(WSCloseCode.GOING_AWAY, b"the server is closing")

    def subscribe(self, runs: Sequence[str] | None, previews: bool, after: int | None) -> None:
        before = self.subscription
        self.subscription = self.house.runs.hub.subscribe(runs, previews=previews, after=after)
        if before is not None:
            before.close()

    # What goes out.

    async def pour(self) -> None:
        """Sends what happens, as long as the socket is open and its reader keeps up."""
        while not self.ws.closed:
            subscription = self.subscription
            if subscription is None:
                return
            try:
                items = await subscription.take()
            except ClosedError as closed:
                if subscription is self.subscription:
                    await self._tell("slow", closed.reason)
                    await self._leave(WSCloseCode.TRY_AGAIN_LATER, closed.reason[:120].encode())
                    return
                continue
            await self._send(items)

    async def _send(self, items: Sequence[Event | Preview]) -> None:
        try:
            async with asyncio.timeout(self.house.limits.stalled_seconds):
                for item in items:
                    if isinstance(item, Preview):
                        await self.ws.send_bytes(packed(item))
                    else:
                        await self.ws.send_str(item.text)
        except TimeoutError:
            abort(self.request)
            raise ConnectionResetError("the reader stalled") from None

    async def _tell(self, code: str, message: str) -> None:
        await self.say({"type": "error", "code": code, "message": message})

    async def say(self, value: dict[str, object]) -> None:
        async with asyncio.timeout(self.house.limits.stalled_seconds):
            await self.ws.send_str(json.dumps(value, ensure_ascii=True))

    async def _leave(self, code: int, reason: bytes) -> None:
        """Closes; a reader that does not even take that is dropped."""
        try:
            async with asyncio.timeout(1.0):
                await self.ws.close(code=code, message=reason)
        except (TimeoutError, ConnectionError):
            abort(self.request)

    # What comes in.

    async def listen(self) -> None:
        """Takes what the client says until it goes."""
        while (message := await self.ws.receive()).type not in OVER:
            try:
                await self._hear(message)
            except SaidError as wrong:
                await self._tell(wrong.code, str(wrong))
        if message.type is WSMsgType.ERROR:
            await self._linger()

    async def _linger(self) -> None:
        """Reads on for a moment after a frame that was refused: a connection that ends with bytes
        unread is reset, and the client would never see why.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + LINGER_SECONDS
        while loop.time() < until:
            transport = self.request.transport
            if transport is None or transport.is_closing():
                return
            await asyncio.sleep(0.02)

    async def _hear(self, message: WSMessage) -> None:
        if message.type in {WSMsgType.PING, WSMsgType.PONG}:
            await self._control(message)
            return
        if message.type is not WSMsgType.TEXT:
            await self._leave(WSCloseCode.UNSUPPORTED_DATA, b"only text is taken")
            return
        said = read(message.data, self.house.limits.max_subscriptions)
        if isinstance(said, Ping):
            await self.say({"type": "pong"})
        elif isinstance(said, Subscribe):
            await self._follow(said)

    async def _follow(self, said: Subscribe) -> None:
        unknown = [run for run in said.runs or () if await self.house.runs.get(run) is None]
        if unknown:
            raise SaidError("unknown_run", f"There is no run '{unknown[0][:64]}'.")
        runs = None if said.runs is None else tuple(said.runs)
        self.subscribe(runs, said.previews, said.after)

    async def _control(self, message: WSMessage) -> None:
        """Answers a ping. Others get their turn in between, and a flood ends the connection."""
        now = asyncio.get_running_loop().time()
        if now - self.since > 1.0:
            self.since, self.controls = now, 0
        self.controls += 1
        if self.controls > MAX_CONTROLS:
            abort(self.request)
            return
        if message.type is WSMsgType.PING:
            await self.ws.pong(message.data)
        if self.controls % 50 == 0:
            await asyncio.sleep(0)


async def talk(call: Call, asked: AllEventsQuery) -> web.StreamResponse:
    """A WebSocket from its first to its last message."""
    house, request = call.house, call.request
    socket = Socket(house, request)
    with house.sockets.entered(socket.close, house.limits.max_sockets):
        await socket.ws.prepare(request)
        latest = house.runs.hub.latest
        socket.subscribe(None if asked.run is None else (asked.run,), asked.previews, asked.after)
        pouring: asyncio.Task[None] | None = None
        try:
            with suppress(ConnectionError, TimeoutError):
                await socket.say({"type": "hello", "seq": latest, "server": house.version})
                pouring = asyncio.create_task(_quietly(socket))
                await socket.listen()
        finally:
            if socket.subscription is not None:
                socket.subscription.close()
            if pouring is not None:
                pouring.cancel()
                with suppress(asyncio.CancelledError):
                    await pouring
    return socket.ws


async def _quietly(socket: Socket) -> None:
    """A client that goes in the middle of a message is nothing out of the ordinary."""
    with suppress(ConnectionError, TimeoutError):
        await socket.pour()


def packed(preview: Preview) -> bytes:
    """A preview as one binary message: length of the header, header, picture."""
    header = json.dumps({"run": preview.run, **preview.header}).encode()
    return struct.pack(">I", len(header)) + header + preview.picture
