"""Attacks by other pages and people: foreign hosts and origins, no token, a wrong one."""

from __future__ import annotations

import re
import subprocess
from contextlib import closing

from .book import Attack
from .deeds import deed, expect
from .field import TOKEN, Field, tree
from .heard import Mouth
from .queueing import opened
from .requests import NAMES, every, routes

EVIL = "https://evil.example"
WRITING = {"POST", "PUT", "DELETE"}


@deed("H001")
def foreign_host(field: Field, attack: Attack) -> None:
    for method, path in every():
        headers = {"Host": f"evil.example:{field.serving.port}"}
        expect(attack, field.mouth.ask(method, path, headers=headers))


@deed("H002")
def foreign_origin(field: Field, attack: Attack) -> None:
    for method, path in every():
        expect(attack, field.mouth.ask(method, path, headers={"Origin": EVIL}))


@deed("H003")
def no_origin(field: Field, attack: Attack) -> None:
    for method, path in every():
        if method in WRITING:
            expect(attack, field.mouth.ask(method, path, headers={"Origin": "null"}))


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


def _kept(field: Field) -> tuple[list[str], dict[str, str]]:
    """The database as text, and the other files of the data folder but the log."""
    with closing(opened(field)) as database:
        dump = [line for line in database.iterdump() if "thumbnail" not in line]
    files = tree(field.serving.data)
    other = {name: hash for name, hash in files.items() if not name.startswith(("log", "latentg"))}
    return dump, other
