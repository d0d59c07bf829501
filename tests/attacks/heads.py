"""Attacks by heads of requests: long, slow, smuggled, with odd methods and line ends."""

from __future__ import annotations

import json

from .book import Attack
from .deeds import deed, expect
from .field import LAG, Field
from .requests import routes
from .served import request
from .serving import PATIENT
from .siege import HEADS, wait_for_quiet
from .stubs import sums


@deed("H014")
def much_in_the_head(field: Field, attack: Attack) -> None:
    host = f"Host: 127.0.0.1:{field.serving.port}\r\nConnection: close\r\n"
    many = "".join(f"X-{at}: y\r\n" for at in range(200))
    for first, lines in (
        ("/api/runs", many),
        ("/api/runs", f"X-Long: {'y' * 9000}\r\n"),
        (f"/api/runs?name={'a' * 9000}", ""),
        (f"/{'a' * 9000}", ""),
    ):
        text = f"GET {first} HTTP/1.1\r\n{host}{lines}\r\n"
        expect(attack, field.mouth.raw(text.encode()))


@deed(
    "H015",
    proves=["health p99 < 250 ms", "sockets closed within 30 s", "fds return to baseline"],
)
def slow_heads(field: Field, attack: Attack) -> None:
    """Half a head on 200 sockets; then one more byte now and then, which must not help."""
    assert attack.send["sockets"] == HEADS
    siege = field.siege
    wait_for_quiet(siege)
    assert siege.closed <= 30, f"{siege.closed:.0f} s"
    worst = sorted(siege.health)[len(siege.health) * 99 // 100]
    assert worst * 1000 <= LAG * PATIENT, f"health took {worst:.2f} s"


@deed("H016")
def smuggled(field: Field, attack: Attack) -> None:
    host = f"POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1:{field.serving.port}\r\n"
    kind = "Content-Type: application/json\r\n"
    chunks = "0\r\n\r\nGET /api/limits HTTP/1.1\r\n\r\n"
    for lines in (
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 1e3\r\n",
    ):
        expect(attack, field.mouth.raw(f"{host}{kind}{lines}\r\n{chunks}".encode()))


@deed("H026")
def line_ends_in_values(field: Field, attack: Attack) -> None:
    """There is no route for settings; so every query parameter and name that is there."""
    from urllib.parse import quote

    value = quote(attack.send["value"])
    for path in (
        f"/api/runs?status={value}",
        f"/api/runs?cursor={value}",
        f"/api/runs?limit={value}",
        f"/api/events?after={value}",
        f"/api/artifacts/{field.bytes}/thumbnail?size={value}",
    ):
        expect(attack, field.mouth.ask("GET", path))
    body = json.dumps({"graph": sums(1)}).encode()
    heard = field.mouth.ask("PUT", f"/api/graphs/{value}", body, {"If-None-Match": "*"})
    expect(attack, heard)


@deed("H027", proves=["Location to another host"])
def redirects(field: Field, attack: Attack) -> None:
    for target in ("//evil.example", "/\\evil.example", "///evil", "https:evil.example"):
        for name in ("next", "url", "redirect", "to"):
            for method, path in routes():
                if method == "GET" and path != "/api/events":
                    heard = field.mouth.ask("GET", f"{path}?{name}={target}")
                    assert "evil" not in heard.headers.get("location", "")
        heard = field.mouth.raw(request(field, target))
        assert "evil" not in heard.headers.get("location", "")


@deed("H028")
def odd_methods(field: Field, attack: Attack) -> None:
    for path in sorted({path for _, path in routes()}):
        for method in ("TRACE", "PATCH", "PROPFIND", "MADEUP"):
            expect(attack, field.mouth.ask(method, path))
        host = f"Host: 127.0.0.1:{field.serving.port}\r\nConnection: close\r\n"
        heard = field.mouth.raw(f"CONNECT {path} HTTP/1.1\r\n{host}\r\n".encode())
        expect(attack, heard)
