"""A WebSocket in raw frames, so that it may say what no library would."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

Json = Any
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
HANDSHAKE = (
    "GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{more}\r\n"
)


class ClosedError(Exception):
    """The other side ended it; `code` is the close code, 0 for none."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"closed with {code}")


class WebSocket:
    """`status` is 101 where the handshake was taken. `small`: a buffer that is soon full."""

    def __init__(
        self,
        port: int,
        target: str = "/api/events",
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = 20.0,
        small: bool = False,
    ) -> None:
        self.link = socket.socket()
        self.link.settimeout(seconds)
        if small:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.link.connect(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        text = HANDSHAKE.format(target=target, port=port, key=key, more=more)
        self.link.sendall(text.encode("latin-1"))
        self.got = b""
        while b"\r\n\r\n" not in self.got:
            block = self.link.recv(4096)
            if not block:
                break
            self.got += block
        head, _, self.got = self.got.partition(b"\r\n\r\n")
        self.status = int(head.split(b" ")[1]) if head else 0

    def send(self, data: bytes | str | Json, kind: int = TEXT) -> None:
        """One frame; what is neither text nor bytes goes as JSON."""
        if not isinstance(data, bytes):
            data = (data if isinstance(data, str) else json.dumps(data)).encode()
        self.link.sendall(frame(data, kind))

    def frame(self) -> tuple[int, bytes]:
        """The next frame, whatever it is. Raises ClosedError, TimeoutError."""
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._take(8))
        return first & 0x0F, self._take(length)

    def messages(self) -> Iterator[tuple[int, bytes]]:
        """Text and binary frames; pings are answered. Ends with ClosedError or TimeoutError."""
        while True:
            kind, data = self.frame()
            if kind == PING:
                self.send(data, PONG)
            elif kind == CLOSE:
                raise ClosedError(struct.unpack(">H", data[:2])[0] if len(data) >= 2 else 0)
            elif kind != PONG:
                yield kind, data

    def json(self) -> Json:
        """The next text message."""
        for kind, data in self.messages():
            if kind == TEXT:
                return json.loads(data)
        raise ClosedError(0)

    def close_code(self) -> int:
        """Reads until the other side closes; its code."""
        try:
            for _ in self.messages():
                pass
        except ClosedError as closed:
            return closed.code
        return 0

    def wait_for(self, run: str, type: str, seconds: float = 60.0) -> Json:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            event = self.json()
            if event.get("run") == run and event.get("type") == type:
                return event
        raise AssertionError(f"no {type} of {run} within {seconds} s")

    def _take(self, count: int) -> bytes:
        while len(self.got) < count:
            try:
                block = self.link.recv(1 << 16)
            except ConnectionResetError:
                block = b""
            if not block:
                raise ClosedError(0)
            self.got += block
        taken, self.got = self.got[:count], self.got[count:]
        return taken

    def close(self) -> None:
        self.link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def frame(data: bytes, kind: int = TEXT) -> bytes:
    """A masked frame, as clients send them."""
    size = len(data)
    head = bytes([0x80 | kind])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += bytes([0x80 | 126]) + struct.pack(">H", size)
    else:
        head += bytes([0x80 | 127]) + struct.pack(">Q", size)
    return head + bytes(4) + data
