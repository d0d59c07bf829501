"""Attacks by bodies: no JSON, too much of it, packed, in parts without end."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator

from .book import Attack
from .deeds import deed, expect
from .field import Field
from .heard import Heard
from .requests import NAMES
from .stubs import sums


@deed("H004")
def as_plain_text(field: Field, attack: Attack) -> None:
    body = json.dumps({"graph": sums(1)}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        heard = field.mouth.ask("POST", "/api/runs", body, {"Content-Type": kind})
        expect(attack, heard)


@deed("H008")
def no_json(field: Field, attack: Attack) -> None:
    for body in attack.send["raw_bodies"]:
        for path in ("/api/runs", "/api/validate", "/api/forecast", "/api/peek"):
            expect(attack, field.mouth.ask("POST", path, body.encode()))


@deed("H009")
def odd_charset(field: Field, attack: Attack) -> None:
    body = json.dumps({"graph": sums(1)}).encode()
    for charset in ("nope-8", "utf-16", "utf-7", '"', "\xff"):
        headers = {"Content-Type": f"application/json; charset={charset}"}
        expect(attack, field.mouth.ask("POST", "/api/runs", body, headers))


@deed("H010", proves=["other clients: max ping < 250 ms during it", "RSS growth < 64 MB"])
def gzip_bomb(field: Field, attack: Attack) -> None:
    bomb = gzip.compress(bytes(300 << 20), 9)
    with field.pulse(), field.memory(64):
        for _ in range(5):
            heard = field.mouth.ask("POST", "/api/runs", bomb, attack.send["headers"])
            expect(attack, heard)


@deed("H011", proves=["stops reading at the limit", "RSS growth < 2x limit"])
def big_body(field: Field, attack: Attack) -> None:
    limit = field.mouth.ask("GET", "/api/limits").json["max_body_bytes"]
    with field.memory(2 * limit / (1 << 20)):
        for chunked in (False, True):
            begun = time.monotonic()
            heard, taken = _pour(field, 1 << 40, chunked=chunked)
            assert heard.status in (0, *attack.expect["status"]), heard  # 0: it hung up on us
            assert taken < 1 << 40
            assert time.monotonic() - begun < 15, "it goes on reading what it will not take"
        for chunked in (False, True):
            heard, _ = _pour(field, limit + (1 << 20), chunked=chunked)
            expect(attack, heard)


@deed("H012")
def many_parts(field: Field, attack: Attack) -> None:
    part = bytes(attack.send["part_bytes"])
    head = b'--b\r\nContent-Disposition: form-data; name="f%d"; filename="f"\r\n\r\n'

    def pieces() -> Iterator[bytes]:
        for at in range(attack.send["parts"]):
            yield head % at + part + b"\r\n"
        yield b"--b--\r\n"

    kind = "multipart/form-data; boundary=b"
    heard, _ = _stream(field, NAMES["files.upload"][1], kind, pieces())
    expect(attack, heard)


@deed("H013", proves=["max ping < 250 ms"])
def bad_boundary(field: Field, attack: Attack) -> None:
    dashes = "-" * (1 << 20)
    form = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n--b--\r\n'
    kinds = ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; x=y")
    with field.pulse():
        for kind in kinds:
            for path in ("/api/uploads", "/api/graphs/x/run"):
                headers = {"Content-Type": kind}
                heard = field.mouth.ask("POST", path, form, headers)
                assert heard.status in {*attack.expect["status"], 404}, heard
        body = dashes.encode() * 4
        headers = {"Content-Type": "multipart/form-data; boundary=" + "-" * 2000}
        expect(attack, field.mouth.ask("POST", "/api/uploads", body, headers))
        text = (
            f"POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1:{field.serving.port}\r\n"
            f"Content-Length: 9\r\nContent-Type: multipart/form-data; boundary={dashes}\r\n\r\n"
        )
        try:
            heard = field.mouth.raw(text.encode())
        except (ConnectionResetError, BrokenPipeError):
            return  # the server hung up in the middle of such a header
        assert heard.status in {0, 400, 413, 415, 431}, heard


def _pour(field: Field, length: int, *, chunked: bool) -> tuple[Heard, int]:
    """A body of spaces; the answer, and how many bytes the server took."""
    block = b" " * (1 << 20)

    def pieces() -> Iterator[bytes]:
        for _ in range(length >> 20):
            yield block

    path = NAMES["runs.create"][1]
    return _stream(field, path, "application/json", pieces(), 0 if chunked else length)


def _stream(
    field: Field, path: str, kind: str, pieces: Iterator[bytes], length: int = 0
) -> tuple[Heard, int]:
    """Sends pieces until the server answers or hangs up."""
    size = f"Content-Length: {length}" if length else "Transfer-Encoding: chunked"
    host = f"Host: 127.0.0.1:{field.serving.port}\r\nContent-Type: {kind}"
    sent = 0
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", field.serving.port), timeout=20) as link:
        link.sendall(f"POST {path} HTTP/1.1\r\n{host}\r\n{size}\r\n\r\n".encode())
        try:
            for piece in pieces:
                link.sendall(piece if length else b"%x\r\n%s\r\n" % (len(piece), piece))
                sent += len(piece)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            pass
        heard = field.mouth.whole(link, begun)
    field.mouth.look(f"POST {path}", heard)
    return heard, sent
