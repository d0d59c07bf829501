"""HTTP as an attacker speaks it: any header, any bytes, and every answer looked through."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

Json = Any
SECONDS = 60.0
FORBIDDEN = (
    (re.compile(r"Traceback"), "a traceback"),
    (re.compile(r"0x[0-9a-f]{6,}"), "an address of memory"),
    (re.compile(r"hf_canary|token_canary|env_canary"), "a secret"),
)


@dataclass(frozen=True)
class Heard:
    """An answer, and how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])

    @property
    def problems(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.json["error"]["problems"]
        return found

    def __str__(self) -> str:
        return f"{self.status} {self.body[:300]!r}"


@dataclass
class Mouth:
    """Says things to one server. `places`: folders that no answer may name."""

    port: int
    token: str = ""
    places: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)
    refusals: int = 0

    def ask(
        self,
        method: str,
        target: str,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = SECONDS,
        quiet: bool = False,
    ) -> Heard:
        """One request. Bytes go as they are, anything else as JSON.

        quiet: the answer is not looked through, as it may be that of a server that is not ready.
        """
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = body
        if body is not None and not isinstance(body, bytes):
            data = json.dumps(body).encode()
        if body is not None or method in {"POST", "PUT"}:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        begun = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, target, data, sent)
            response = connection.getresponse()
            whole = response.read()
        finally:
            connection.close()
        names = {name.lower(): value for name, value in response.getheaders()}
        heard = Heard(response.status, names, whole, time.monotonic() - begun)
        if not quiet:
            self.look(f"{method} {target[:100]}", heard, has_body=method != "HEAD")
        return heard

    def raw(self, data: bytes, *, seconds: float = 10.0, parts: int = 1) -> Heard:
        """Bytes on a connection of their own; the answer's head and what came of its body."""
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as link:
            size = max(1, len(data) // parts + 1)
            for at in range(0, len(data), size):
                link.sendall(data[at : at + size])
            heard = self.whole(link, begun)
        self.look(repr(data[:80]), heard)
        return heard

    def whole(self, link: socket.socket, begun: float) -> Heard:
        got = b""
        try:
            while (block := link.recv(65536)) != b"":
                got += block
                head, end, body = got.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                if end and length and len(body) >= int(length[1]):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        head, _, body = got.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        pairs = (line.partition(":") for line in lines[1:])
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        return Heard(status, headers, body, time.monotonic() - begun)

    def look(self, what: str, heard: Heard, *, has_body: bool = True) -> None:
        """Invariants 1 to 3, of every answer: no 5xx, our form of error, nothing given away."""
        if heard.status >= 400:
            self.refusals += 1
        if heard.status >= 500 and not _excused(heard):
            self.faults.append(f"{what}: {heard}")
        if heard.status < 400:
            return
        if has_body and heard.status != 0:
            self._form(what, heard)
        text = heard.body.decode("utf-8", "replace")
        found = [place for place in self.places if place in text]
        found += [name for pattern, name in FORBIDDEN if pattern.search(text)]
        for name in found:
            self.faults.append(f"{what}: the answer gives away {name}: {text[:300]}")

    def _form(self, what: str, heard: Heard) -> None:
        try:
            error = heard.json["error"]
            sound = bool(error["code"]) and bool(error["message"]) and "problems" in error
        except (ValueError, KeyError, TypeError):
            sound = False
        kind = heard.headers.get("content-type", "")
        if not sound or not kind.startswith("application/json"):
            self.faults.append(f"{what}: an error in another form: {heard}, {kind}")


def _excused(heard: Heard) -> bool:
    """503 says when to come again; 507 is for storage."""
    return heard.status == 507 or (heard.status == 503 and "retry-after" in heard.headers)
