"""Attacks on files that the server hands out: paths that lead outside, pages as pictures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .book import Attack
from .deeds import deed, expect
from .field import Field, png, upload
from .heard import Heard
from .stubs import sums

Json = Any


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


@deed("H036", proves=["20 distinct stored files or content-addressed de-dup; no torn file"])
def one_name(field: Field, attack: Attack) -> None:
    pictures = [png(64, 64 + at % 4, (at, 0, 0)) for at in range(attack.send["parallel"])]
    with ThreadPoolExecutor(len(pictures)) as pool:
        answers = list(pool.map(lambda data: upload(field.mouth, data), pictures * 2))
    assert all(heard.status in {200, 201} for heard in answers)
    assert len({heard.json["hash"] for heard in answers}) == len(pictures)
    for data, heard in zip(pictures * 2, answers, strict=True):
        assert field.mouth.ask("GET", heard.json["url"]).body == data


def request(field: Field, target: str) -> bytes:
    host = f"Host: 127.0.0.1:{field.serving.port}\r\nConnection: close\r\n"
    return f"GET {target} HTTP/1.1\r\n{host}\r\n".encode("latin-1")


def _file(field: Field, path: str) -> Heard:
    return field.mouth.raw(request(field, path))
