"""Answers: JSON, pictures, and files in pieces to readers that may stall."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from .body import BLOCK
from .errors import not_found

Json = Any
FOREVER = "private, max-age=31536000, immutable"
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def json_reply(
    value: Json, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return web.Response(
        body=data, status=status, content_type="application/json", headers=dict(headers or {})
    )


def etagged(request: web.Request, data: bytes, etag: str) -> web.Response:
    """JSON text with an ETag; 304 where the client has it already."""
    headers = {"ETag": f'"{etag}"', "Cache-Control": "no-cache"}
    if has_etag(request.headers.get("If-None-Match", ""), etag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=data, content_type="application/json", headers=headers)


def has_etag(header: str, etag: str) -> bool:
    """Whether a header of entity tags names this one; quotes and `W/` may be there or not."""
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]
    return etag in tags or "*" in tags


async def file_reply(
    request: web.Request, path: Path, media: str, hash: str, seconds: float
) -> web.StreamResponse:
    """A file that is kept by content: its type is the one found in it, its ETag its hash.

    A reader that takes nothing for `seconds` loses the connection.
    """
    headers = {
        "ETag": f'"{hash}"',
        "Cache-Control": FOREVER,
        "Content-Type": media,
        "Content-Disposition": "inline" if media.startswith("image/") else "attachment",
        "Content-Security-Policy": FILE_POLICY,
    }
    if has_etag(request.headers.get("If-None-Match", ""), hash):
        return web.Response(status=304, headers=headers)
    try:
        stream = await asyncio.to_thread(path.open, "rb")
    except OSError:
        raise not_found("not_found", "There is no such file.") from None
    with stream:
        headers["Content-Length"] = str((await asyncio.to_thread(path.stat)).st_size)
        reply = web.StreamResponse(headers=headers)
        await reply.prepare(request)
        while request.method != "HEAD" and (block := await asyncio.to_thread(stream.read, BLOCK)):
            await patiently(request, reply.write(block), seconds)
    return reply


async def patiently(request: web.Request, writing: Any, seconds: float) -> None:
    """Waits for a write. One that takes longer ends the connection: its reader has stalled."""
    try:
        async with asyncio.timeout(seconds):
            await writing
    except TimeoutError:
        abort(request)
        raise ConnectionResetError("the reader stalled") from None


def abort(request: web.Request) -> None:
    """Drops a connection without waiting for what is still to be written."""
    transport = request.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
