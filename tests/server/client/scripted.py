"""A server that answers what a test tells it to, broken connections included. Knows no contract."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = Any


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer. `cut`: so many bytes of the body are sent, then the connection is closed."""

    status: int = 200
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    silent: bool = False

    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Script = Callable[[Seen], Reply]


@dataclass
class Scripted:
    """`script` answers each request; `seen` lists them."""

    url: str
    script: Script
    seen: list[Seen] = field(default_factory=list)


@contextmanager
def scripted(script: Script) -> Iterator[Scripted]:
    holder: list[Scripted] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            seen = Seen(self.command, self.path, dict(self.headers), self.rfile.read(length))
            holder[0].seen.append(seen)
            reply = holder[0].script(seen)
            self.close_connection = True
            if reply.silent:
                return
            data = reply.data()
            self.send_response(reply.status)
            sent = {"Content-Type": "application/json", "Connection": "close", **reply.headers}
            if "text/event-stream" not in sent["Content-Type"]:
                sent["Content-Length"] = str(len(data))
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data if reply.cut is None else data[: reply.cut])

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - names that http.server wants

        def log_message(self, *_: Any) -> None:
            """Tests say what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    holder.append(Scripted(f"http://127.0.0.1:{server.server_address[1]}", script))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield holder[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
