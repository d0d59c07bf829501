"""Attacks by HTTP: hosts, origins, tokens, bodies, headers and slow or hasty clients."""

from __future__ import annotations

import gzip
import json
import re
import socket
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from .book import Attack
from .deeds import deed, expect
from .field import TOKEN, Field, png, tree, upload
from .heard import Heard, Mouth
from .process import size
from .requests import NAMES, routes
from .serving import until
from .stubs import slow, sums

Json = Any
EVIL = "https://evil.example"
WRITING = {"POST", "PUT", "DELETE"}


@deed("H001")
def foreign_host(field: Field, attack: Attack) -> None:
    for method, path in every(field):
        headers = {"Host": f"evil.example:{field.serving.port}"}
        expect(attack, field.mouth.ask(method, path, headers=headers))


@deed("H002")
def foreign_origin(field: Field, attack: Attack) -> None:
    for method, path in every(field):
        expect(attack, field.mouth.ask(method, path, headers={"Origin": EVIL}))


@deed("H003")
def no_origin(field: Field, attack: Attack) -> None:
    for method, path in every(field):
        if method in WRITING:
            expect(attack, field.mouth.ask(method, path, headers={"Origin": "null"}))


@deed("H004")
def as_plain_text(field: Field, attack: Attack) -> None:
    body = json.dumps({"graph": sums(1)}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        heard = field.mouth.ask("POST", "/api/runs", body, {"Content-Type": kind})
        expect(attack, heard)


@deed("H005", proves=["db dump and data dir identical before/after (except logs/metrics)"])
def reading_changes_nothing(field: Field, attack: Attack) -> None:
    before = _kept(field)
    for method, path in routes():
        if method == "GET" and path != "/api/events":
            for _ in range(50):
                field.mouth.ask("GET", path)
                field.mouth.ask("HEAD", path)
    assert _kept(field) == before


@deed("H006", proves=["Access-Control-Allow-Origin: *", "reflected origin"])
def preflight(field: Field, attack: Attack) -> None:
    method, path = NAMES[attack.send["request"]]
    heard = field.mouth.ask(method, path, headers=attack.send["headers"])
    assert "access-control-allow-origin" not in heard.headers
    assert EVIL not in str(heard.headers)
    assert heard.status in {400, 403, 405}


@deed("H007")
def two_hosts_or_none(field: Field, attack: Attack) -> None:
    host = f"Host: 127.0.0.1:{field.serving.port}\r\n"
    for lines in (host * 2, host + "Host: evil.example\r\n", ""):
        for path in ("/api/runs", "/api/health"):
            text = f"GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n"
            expect(attack, field.mouth.raw(text.encode()))


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
    before = size(field.serving.pid).files
    links = [_half(field) for _ in range(attack.send["sockets"])]
    begun = time.monotonic()
    left = set(links)
    with field.pulse():
        while left and time.monotonic() - begun < 30:
            for link in list(left):
                if _is_closed(link):
                    left.discard(link)
            time.sleep(0.5)
    for link in links:
        link.close()
    assert not left, f"{len(left)} still open after {time.monotonic() - begun:.0f} s"
    until(lambda: size(field.serving.pid).files <= before + 8, 10, "descriptors as before")


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


@deed(
    *(f"H0{number}" for number in range(17, 23)),
    proves=['one and the same 404 body for "outside" and "missing"', "no 5xx"],
)
def outside(field: Field, attack: Attack) -> None:
    """The path on every route that hands over a file, as it is, in raw HTTP."""
    path = attack.send["path"].partition(" (")[0]
    path = "a" * 5000 if path == "<5000 x a>" else path
    for folder in ("/api/artifacts/", "/api/uploads/", "/assets/", "/"):
        heard = _file(field, folder + path)
        missing = _file(field, folder + path[:-1] + "~")
        expect(attack, heard)
        assert heard.status == missing.status
        assert heard.body == missing.body
        assert b"root:" not in heard.body


@deed("H023")
def linked(field: Field, attack: Attack) -> None:
    """Links within the folders of files: to a folder, and under the name of a hash."""
    artifacts = field.serving.data / "artifacts"
    link, named = artifacts / "ln", artifacts / "00" / ("0" * 64)
    named.parent.mkdir(exist_ok=True)
    link.symlink_to("/etc")
    named.symlink_to("/etc/passwd")
    try:
        for path in ("ln/passwd", "ln%2fpasswd", "ln", "sha256:" + "0" * 64, "0" * 64):
            heard = _file(field, f"/api/artifacts/{path}")
            expect(attack, heard)
            assert b"root:" not in heard.body
    finally:
        link.unlink()
        named.unlink()


@deed(
    "H024",
    proves=[
        "rejected 415/422, or served as attachment + nosniff + CSP sandbox",
        "never text/html, image/svg+xml or JS inline",
    ],
)
def pages_as_pictures(field: Field, attack: Attack) -> None:
    script = b"<script>alert(1)</script>"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg">' + script + b"</svg>"
    kinds = {"evil.html": "text/html", "evil.svg": "image/svg+xml", "evil.js": "text/javascript"}
    contents = {"evil.html": script, "evil.svg": svg, "evil.js": b"alert(1)"}
    for name in attack.send["names"]:
        data = contents.get(name, png(3, 3) + script)
        form = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n'
            b"Content-Type: %s\r\n\r\n%s\r\n--b--\r\n"
        ) % (name.encode(), kinds.get(name, "text/html").encode(), data)
        multipart = {"Content-Type": "multipart/form-data; boundary=b"}
        for kind in (kinds.get(name, "image/png"), "image/png", "text/html"):
            _not_a_page(field, upload(field.mouth, data, kind))
        _not_a_page(field, field.mouth.ask("POST", "/api/uploads", form, multipart))


def _not_a_page(field: Field, heard: Heard) -> None:
    if heard.status in {415, 422}:
        return
    assert heard.status in {200, 201}, heard
    served = field.mouth.ask("GET", heard.json["url"])
    assert served.headers["content-type"] == "image/png"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in served.headers["content-security-policy"]


@deed(
    "H025",
    proves=[
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy present",
        "Content-Type from sniffed allow-list, not from the name",
    ],
)
def headers_of_files(field: Field, attack: Attack) -> None:
    text = field.serving.run(saving(field))
    (made,) = text["artifacts"]
    picture = f"/api/uploads/{field.picture}"
    for path in (
        made["url"],
        f"/api/artifacts/{field.bytes}",
        f"/api/artifacts/{field.bytes}/thumbnail?size=128",
        picture,
        f"{picture}/thumbnail?size=64",
    ):
        heard = field.mouth.ask("GET", path)
        assert heard.status == 200, (path, heard)
        assert heard.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in heard.headers["content-security-policy"]
        kind = heard.headers["content-type"].partition(";")[0]
        assert kind in {"image/png", "image/webp", "application/octet-stream"}, kind
        if not kind.startswith("image/"):
            assert heard.headers["content-disposition"].startswith("attachment")


def saving(field: Field) -> dict[str, Json]:
    graph = sums(1)
    graph["nodes"]["save"] = {"type": "user:SaveText", "inputs": {"sum": "n0.sum"}}
    return graph


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
        heard = field.mouth.raw(_get(field, target))
        assert "evil" not in heard.headers.get("location", "")


@deed("H028")
def odd_methods(field: Field, attack: Attack) -> None:
    for path in sorted({path for _, path in routes()}):
        for method in ("TRACE", "PATCH", "PROPFIND", "MADEUP"):
            expect(attack, field.mouth.ask(method, path))
        host = f"Host: 127.0.0.1:{field.serving.port}\r\nConnection: close\r\n"
        heard = field.mouth.raw(f"CONNECT {path} HTTP/1.1\r\n{host}\r\n".encode())
        expect(attack, heard)


@deed("H029", proves=["exactly one run", "all answers carry its id"])
def one_key(field: Field, attack: Attack) -> None:
    body = {"graph": sums(3)}
    headers = {"Idempotency-Key": f"key-{time.monotonic_ns()}"}

    def submit(_: int) -> Heard:
        return field.mouth.ask("POST", "/api/runs", body, headers)

    before = _count(field)
    with ThreadPoolExecutor(attack.send["parallel"]) as pool:
        answers = list(pool.map(submit, range(attack.send["parallel"])))
    assert all(heard.status == 202 for heard in answers), answers
    (id,) = {heard.json["runs"][0]["id"] for heard in answers}
    assert _count(field) == before + 1
    assert field.serving.wait(id)["status"] == "completed"
    other = field.mouth.ask("POST", "/api/runs", {"graph": sums(4)}, headers)
    assert other.status in {409, 422}, other


@deed(
    "H030",
    proves=[
        "429 or 503 with Retry-After for the overflow",
        "accepted ones all finish or can be cancelled",
        "health stays 200",
    ],
)
def full_queue(field: Field, attack: Attack) -> None:
    limit = field.mouth.ask("GET", "/api/limits").json["max_queue"]
    blocker = field.serving.submit(slow(600, 0.1)).json["runs"][0]["id"]
    taken: list[str] = []
    refusals: Counter[int] = Counter()
    wanted = limit + 50
    while wanted > 0:
        count = min(50, wanted)
        heard = field.serving.submit(sums(2), count=count)
        wanted -= count
        if heard.status == 202:
            taken += [run["id"] for run in heard.json["runs"]]
            continue
        refusals[heard.status] += 1
        assert heard.status in {429, 503}, heard
        assert int(heard.headers["retry-after"]) > 0
        for _ in range(count):
            one = field.serving.submit(sums(2))
            if one.status == 202:
                taken += [run["id"] for run in one.json["runs"]]
        assert field.mouth.ask("GET", "/api/health").status == 200
    assert refusals
    assert len(taken) <= limit
    half = len(taken) - 40
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda id: _cancel(field, id), taken[:half]))
    assert set(states) == {"cancelled"}
    _cancel(field, blocker)
    for id in taken[half:]:
        assert field.serving.wait(id)["status"] == "completed"


@deed("H031", proves=["unknown 404", "second and finished: 200/409 idempotent, state unchanged"])
def cancelled_again(field: Field, attack: Attack) -> None:
    assert field.mouth.ask("POST", "/api/runs/nosuchrun/cancel", {}).status == 404
    done = field.serving.run(sums(2))
    running = field.serving.submit(slow(200, 0.05)).json["runs"][0]["id"]
    queued = field.serving.submit(sums(2)).json["runs"][0]["id"]
    for id in (queued, running):
        field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
        first = field.serving.wait(id)
        assert first["status"] == "cancelled"
        again = field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
        assert again.status in {200, 409}
        assert field.serving.wait(id) == first
    heard = field.mouth.ask("POST", f"/api/runs/{done['id']}/cancel", {})
    assert heard.status in {200, 409}
    assert field.serving.wait(str(done["id"])) == done


@deed("H032", proves=["page size capped"])
def odd_lists(field: Field, attack: Attack) -> None:
    for query in (
        "limit=-1",
        "limit=1000000000",
        "limit=x",
        "limit=0",
        "cursor=garbage",
        "cursor=%00",
        "sort=id;%20DROP%20TABLE%20runs",
        "status='",
        "status=completed'%20OR%201=1--",
    ):
        expect(attack, field.mouth.ask("GET", f"/api/runs?{query}"))
    quoted = field.mouth.ask("GET", "/api/runs?name='%20OR%201=1--")
    assert quoted.status == 200
    assert quoted.json["runs"] == []
    cap = field.mouth.ask("GET", "/api/limits").json["max_page"]
    assert len(field.mouth.ask("GET", f"/api/runs?limit={cap}").json["runs"]) <= cap
    expect(attack, field.mouth.ask("GET", f"/api/runs?limit={cap + 1}"))


@deed("H033", proves=["constant-time compare", "token never in logs"])
def tokens(field: Field, attack: Attack) -> None:
    """Constant time is the library's: the source compares with hmac.compare_digest alone."""
    import inspect

    from server.api import access

    serving, token = field.guarded, TOKEN
    mouth = Mouth(serving.port, places=serving.mouth.places)
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": token},
        {"Authorization": f"Basic {token}"},
        {"Cookie": f"latentgraph_session={token}"},
        {"Cookie": "latentgraph_session="},
    )
    public = {"/api/health", "/api/session", "/"}
    for method, path in routes():
        if path in public or path.startswith("/nosuch"):
            continue
        for headers in wrong:
            expect(attack, mouth.ask(method, path, headers=headers))
        expect(attack, mouth.ask(method, f"{path}?token={token}&access_token={token}"))
    assert mouth.ask("POST", "/api/session", {"token": "wrong"}).status in {401, 403}
    assert mouth.ask("GET", "/api/runs", headers={"Authorization": f"Bearer {token}"}).status == 200
    session = mouth.ask("POST", "/api/session", {"token": token})
    cookie = session.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert token not in cookie
    signed = {"Cookie": cookie.partition(";")[0]}
    assert mouth.ask("GET", "/api/runs", headers=signed).status == 200
    assert token not in serving.log + serving.said
    assert not mouth.faults, mouth.faults
    source = inspect.getsource(access)
    assert "compare_digest" in source
    assert not re.search(r"self\.token\s*==|==\s*self\.token", source)


@deed(
    "H034",
    proves=["refuses to start (exit != 0) with a clear message, unless an explicit override flag"],
)
def open_to_all(field: Field, attack: Attack) -> None:
    for host in ("0.0.0.0", "::"):
        serving = field.make(options=("--host", host))
        done = subprocess.run(
            serving.command(),
            env=serving.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode not in {0, 4}, done
        assert "token" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


@deed(
    "H035",
    proves=[
        "JSON {error:{code,message,...}}",
        "absolute path of the server",
        "Traceback",
        "0x7f.. address",
        "environment value",
    ],
)
def error_bodies(field: Field, attack: Attack) -> None:
    """`Mouth.look` looks through every refusal of the whole session; here, a few more of them."""
    before = field.mouth.refusals
    for method, path in every(field):
        if path != "/api/events":
            field.mouth.ask(method, path, b"{", {"Content-Type": "application/json"})
    for data in (b"\x89PNG\r\n\x1a\n", b"GIF89a", b"", bytes(1000), png(8, 8)[:40]):
        upload(field.mouth, data)
    field.serving.fault("user:Add", "raise")
    failed: Json = field.serving.run(sums(5, start=time.monotonic()))
    (problem,) = failed["problems"]
    text = json.dumps(failed)
    assert problem["code"] == "node_failed"
    for secret in (str(field.serving.folder), "Traceback", "hf_canary", "0x7"):
        assert secret not in text, problem
    assert field.mouth.refusals > before
    assert not field.mouth.faults, field.mouth.faults


@deed("H036", proves=["20 distinct stored files or content-addressed de-dup; no torn file"])
def one_name(field: Field, attack: Attack) -> None:
    pictures = [png(64, 64 + at % 4, (at, 0, 0)) for at in range(attack.send["parallel"])]
    with ThreadPoolExecutor(len(pictures)) as pool:
        answers = list(pool.map(lambda data: upload(field.mouth, data), pictures * 2))
    assert all(heard.status in {200, 201} for heard in answers)
    assert len({heard.json["hash"] for heard in answers}) == len(pictures)
    for data, heard in zip(pictures * 2, answers, strict=True):
        assert field.mouth.ask("GET", heard.json["url"]).body == data


@deed(
    "H038",
    proves=[
        "0 or 1 run per request, never half-written",
        "no unhandled exception in log",
    ],
)
def hasty(field: Field, attack: Attack) -> None:
    """1,000 submissions by clients that are gone before the answer; the log is looked at after."""
    body = json.dumps({"graph": sums(1), "priority": 7}).encode()
    head = (
        f"POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1:{field.serving.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    before = _count(field)
    for at in range(1000):
        with socket.create_connection(("127.0.0.1", field.serving.port)) as link:
            link.sendall(head + (body if at % 3 else body[: len(body) // 2]))
        if at % 100 == 99:  # what was taken is let through, or the queue fills
            until(lambda: _waiting(field) == 0, 60, "the queue is empty")
    until(lambda: _waiting(field) == 0, 60, "the queue is empty")
    made = _count(field) - before
    assert 0 <= made <= 667
    with closing(_database(field)) as database:
        rows = database.execute("SELECT status, count(*) FROM runs GROUP BY status").fetchall()
    assert {status for status, _ in rows} <= {"completed", "failed", "cancelled"}


def every(field: Field) -> Iterator[tuple[str, str]]:
    """Every route by each of its methods, HEAD with GET."""
    for method, path in routes():
        yield method, path
        if method == "GET":
            yield "HEAD", path


def _kept(field: Field) -> tuple[list[str], dict[str, str]]:
    """The database as text, and the other files of the data folder but the log."""
    with closing(_database(field)) as database:
        dump = [line for line in database.iterdump() if "thumbnail" not in line]
    files = tree(field.serving.data)
    other = {name: hash for name, hash in files.items() if not name.startswith(("log", "latentg"))}
    return dump, other


def _database(field: Field) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{field.serving.data}/latentgraph.db?mode=ro", uri=True)


def _count(field: Field) -> int:
    with closing(_database(field)) as database:
        return int(database.execute("SELECT count(*) FROM runs").fetchone()[0])


def _waiting(field: Field) -> int:
    counts = field.mouth.ask("GET", "/api/system").json["runs"]
    return int(counts["queued"]) + int(counts["running"])


def _cancel(field: Field, id: str) -> str:
    field.mouth.ask("POST", f"/api/runs/{id}/cancel", {})
    return str(field.serving.wait(id)["status"])


def _get(field: Field, target: str) -> bytes:
    host = f"Host: 127.0.0.1:{field.serving.port}\r\nConnection: close\r\n"
    return f"GET {target} HTTP/1.1\r\n{host}\r\n".encode("latin-1")


def _file(field: Field, path: str) -> Heard:
    return field.mouth.raw(_get(field, path))


def _half(field: Field) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", field.serving.port))
    link.setblocking(False)
    link.send(f"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:{field.serving.port}\r\nX".encode())
    return link


def _is_closed(link: socket.socket) -> bool:
    try:
        link.send(b"y")
        return link.recv(4096) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


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
