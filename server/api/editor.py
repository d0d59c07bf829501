"""The editor at `/`: built web files, sent as they are; a page that helps where there are none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from .call import Call
from .errors import ApiError, not_found
from .replies import FOREVER
from .route import Route
from .signin import source_hash

TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
}
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; font-src 'self'; connect-src 'self' ws: wss:; worker-src 'self' "
    "blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
STYLE = "body{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}"
HELP = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>latentgraph</title><style>{STYLE}</style></head>
<body><h1>latentgraph</h1>
<p>The server is up. The editor is not part of this installation; graphs run all the same.</p>
<p>Begin with <a href="/api/docs">the API</a>: every graph is an endpoint there, with an example for
the shell. Node types are at <a href="/api/catalogue">/api/catalogue</a>, graphs to start from at
<a href="/api/templates">/api/templates</a>.</p></body></html>
"""
HELP_POLICY = f"default-src 'none'; style-src {source_hash(STYLE)}; frame-ancestors 'none'"
MAX_NAME = 400


class PageQuery(BaseModel):
    """What a page's address asks for (`?app=name`): read in the browser, not here."""

    model_config = ConfigDict(extra="allow")


FILES = "/{file:(?!api/|api$|metrics$).+}"


async def index(call: Call) -> web.StreamResponse:
    if call.house.web is None:
        headers = {"Content-Security-Policy": HELP_POLICY}
        return web.Response(text=HELP, content_type="text/html", headers=headers)
    return await _send(call.house.web, "index.html")


async def asset(call: Call) -> web.StreamResponse:
    """A built file; a path without an extension is one of the editor's own pages."""
    name = call.path["file"]
    folder = call.house.web
    if folder is None or name.partition("/")[0] == "api" or _is_odd(name):
        raise _missing()
    if "." not in name.rpartition("/")[2]:
        return await _send(folder, "index.html")
    return await _send(folder, name)


def _is_odd(name: str) -> bool:
    """Whether a name could mean something outside the folder, or nothing at all."""
    parts = name.split("/")
    return (
        len(name) > MAX_NAME
        or not name.isprintable()
        or "\\" in name
        or any(part in {"", ".", ".."} or part.startswith(".") for part in parts)
    )


async def _send(folder: Path, name: str) -> web.StreamResponse:
    media = TYPES.get(Path(name).suffix.lower())
    data = await asyncio.to_thread(_read, folder, name) if media else None
    if data is None or media is None:
        raise _missing()
    # Names below assets/ carry a hash of their content.
    lasting = name.startswith("assets/")
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": FOREVER if lasting else "no-cache",
        "Content-Type": f"{media}; charset=utf-8" if media.startswith("text/") else media,
    }
    return web.Response(body=data, headers=headers)


def _read(folder: Path, name: str) -> bytes | None:
    """The file, if it lies in the folder once links are followed."""
    try:
        path = (folder / name).resolve(strict=True)
        return path.read_bytes() if path.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError):
        return None


def _missing() -> ApiError:
    return not_found("not_found", "There is nothing at this address; see /api/docs.")


ROUTES = (
    Route("GET", "/", "index", "The editor", index, tag="editor", query=PageQuery, quiet=True),
    Route(
        "GET",
        FILES,
        "asset",
        "The editor's files",
        asset,
        tag="editor",
        query=PageQuery,
        quiet=True,
    ),
)
