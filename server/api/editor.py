"""The editor at `/`: built web files, sent as they are; a page that helps where there are none."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from .call import Call
from .errors import ApiError, not_found
from .replies import FOREVER, has_etag
from .route import Route
from .welcome import POLICY as WELCOME_POLICY
from .welcome import welcome

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
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; font-src 'self'; connect-src 'self' ws://{host} wss://{host}; "
    "worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""For one Host: older browsers do not take 'self' for a WebSocket."""
MAX_NAME = 400


class PageQuery(BaseModel):
    """What a page's address asks for (`?app=name`): read in the browser, not here."""

    model_config = ConfigDict(extra="allow")


FILES = "/{file:(?!api/|api$|metrics$).+}"


async def index(call: Call) -> web.StreamResponse:
    if call.house.web is None:
        house = call.house
        page = welcome(house.version, call.origin, token=bool(house.access.token))
        headers = {"Content-Security-Policy": WELCOME_POLICY}
        return web.Response(text=page, content_type="text/html", headers=headers)
    return await _send(call, call.house.web, "index.html")


async def asset(call: Call) -> web.StreamResponse:
    """A built file. The editor has one page; what it shows is in the query."""
    name = call.path["file"]
    folder = call.house.web
    if folder is None or name.partition("/")[0] == "api" or _is_odd(name):
        raise _missing()
    return await _send(call, folder, name)


def _is_odd(name: str) -> bool:
    """Whether a name could mean something outside the folder, or nothing at all."""
    parts = name.split("/")
    return (
        len(name) > MAX_NAME
        or not name.isprintable()
        or "\\" in name
        or any(part in {"", ".", ".."} or part.startswith(".") for part in parts)
    )


async def _send(call: Call, folder: Path, name: str) -> web.StreamResponse:
    media = TYPES.get(Path(name).suffix.lower())
    data = await asyncio.to_thread(_read, folder, name) if media else None
    if data is None or media is None:
        raise _missing()
    etag = hashlib.blake2b(data, digest_size=16).hexdigest()
    # Names below assets/ carry a hash of their content.
    headers = {
        "Content-Security-Policy": POLICY.format(host=call.header("Host")),
        "Cache-Control": FOREVER if name.startswith("assets/") else "no-cache",
        "ETag": f'"{etag}"',
    }
    if has_etag(call.header("If-None-Match"), etag):
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = f"{media}; charset=utf-8" if media.startswith("text/") else media
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
