"""Attacks that last half a minute, made while the others go on, on a server of their own."""

from __future__ import annotations

import socket
import time
from threading import Thread

from .process import size
from .serving import Serving, until
from .websocket import WebSocket

LONGEST = 60.0
HEADS = 200


class Siege:
    """`HEADS` clients that send half a head, and one event stream that falls silent.

    closed: seconds after which the server had closed all the heads; dropped: the stream.
    health: seconds of each answer to a request for health in that time.
    """

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.closed = self.dropped = LONGEST
        self.health: list[float] = []
        self.files_before = size(serving.pid).files
        self._left = [_half(serving) for _ in range(HEADS)]
        self._links = list(self._left)
        headers = {"Authorization": f"Bearer {serving.token}"}
        self._stream = WebSocket(serving.port, headers=headers)
        self._stream.json()
        self._stream.link.setblocking(False)
        self._begun = time.monotonic()
        self._thread = Thread(target=self._watch)
        self._thread.start()

    def over(self) -> None:
        """Waits for its end."""
        self._thread.join()

    @property
    def is_quiet(self) -> bool:
        """Descriptors as before, no stream counted."""
        files = size(self.serving.pid).files
        return files <= self.files_before + 8 and self.serving.streams == 0

    def _watch(self) -> None:
        turn = 0
        try:
            while (took := time.monotonic() - self._begun) < LONGEST and not self._all_gone():
                turn += 1
                if turn % 10 == 0:
                    self._look(took)
                self.health.append(self.serving.mouth.ask("GET", "/api/health").seconds)
                time.sleep(0.05)
        finally:
            self._stream.close()
            for link in self._links:
                link.close()

    def _all_gone(self) -> bool:
        return self.closed < LONGEST and self.dropped < LONGEST

    def _look(self, took: float) -> None:
        if self._left:
            self._left = [link for link in self._left if not _is_closed(link)]
            if not self._left:
                self.closed = took
        if self.dropped == LONGEST and _hung_up(self._stream.link):
            self.dropped = took


def _half(serving: Serving) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", serving.port))
    link.setblocking(False)
    link.send(f"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:{serving.port}\r\nX".encode())
    return link


def _is_closed(link: socket.socket) -> bool:
    """One more byte, which must not help; then whether the other side has gone."""
    try:
        link.send(b"y")
        return link.recv(4096) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _hung_up(link: socket.socket) -> bool:
    """Reads what came, and answers none of it."""
    try:
        while link.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def wait_for_quiet(siege: Siege) -> None:
    siege.over()
    until(lambda: siege.is_quiet, 10, "descriptors and streams as before")
