"""The book's names of requests as methods and addresses, and the addresses of every route."""

from __future__ import annotations

from collections.abc import Iterator

NAMES = {
    "runs.create": ("POST", "/api/runs"),
    "runs.get": ("GET", "/api/runs/{id}"),
    "runs.cancel": ("POST", "/api/runs/{id}/cancel"),
    "runs.list": ("GET", "/api/runs"),
    "files.upload": ("POST", "/api/uploads"),
    "files.get": ("GET", "/api/artifacts/{hash}"),
    "metrics": ("GET", "/metrics"),
    "events": ("GET", "/api/events"),
    "OPTIONS runs.create": ("OPTIONS", "/api/runs"),
}
HASH = "sha256:" + "0" * 64
VALUES = {
    "id": "nosuchrun",
    "name": "nosuchgraph",
    "hash": HASH,
    "file": "nosuch.js",
}
GRAPHS = '{"graph": %s}'
"""The book's graph bodies go into the member that takes a graph; its HTTP bodies go as they are."""


def routes() -> Iterator[tuple[str, str]]:
    """Method and address of every route that the server's router has; parts filled in."""
    import re

    from server.api.routes import ROUTES

    for route in ROUTES:
        path = re.sub(r"\{(\w+)(?::[^}]*)?\}", lambda part: VALUES[part[1]], route.path)
        yield route.method, path


def every() -> Iterator[tuple[str, str]]:
    """Every route by each of its methods, HEAD with GET."""
    for method, path in routes():
        yield method, path
        if method == "GET":
            yield "HEAD", path
