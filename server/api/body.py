"""Reading a request's body: bounded while it is read, of a known media type, and strict JSON."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from mmap import mmap
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_exceptions import HTTPException

from engine.errors import Problem
from engine.jsontext import decode

from .errors import ApiError, bad_request, busy, refused, too_large

Json = Any
BLOCK = 64 << 10
SMALL = 32 << 10
"""Bytes up to which JSON is read in the event loop: a thread would cost more than it takes."""
MEDIA = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+|\*)\s*(;.*)?", re.DOTALL)
CHARSET = re.compile(r"""charset\s*=\s*("?)([^\s";]*)\1""", re.IGNORECASE)


class Held:
    """Bytes of bodies that are being read now, all requests together."""

    def __init__(self, at_most: int) -> None:
        self.at_most = at_most
        self.total = 0

    @contextmanager
    def hold(self) -> Iterator[Holding]:
        holding = Holding(self)
        try:
            yield holding
        finally:
            self.total -= holding.bytes


class Holding:
    """One request's part of what is held."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.bytes = 0

    def add(self, count: int) -> None:
        """Raises ApiError (503) where all requests together would hold too much."""
        if self.held.total + count > self.held.at_most:
            raise busy("busy", "Too many large requests at once; try again in a moment.")
        self.held.total += count
        self.bytes += count


def media_type(request: web.Request) -> str:
    """The body's media type in lower case, without parameters; empty where none is given."""
    match = MEDIA.fullmatch(request.headers.get("Content-Type", ""))
    return match[1].lower() if match else ""


def check_media(request: web.Request, takes: tuple[str, ...]) -> str:
    """The body's media type. Raises ApiError (415) where it is not one of `takes`."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ApiError(415, "unsupported_encoding", "Send the body as it is, not compressed.")
    media = media_type(request)
    if media not in takes:
        came = f"'{media[:60]}'" if media else "no media type"
        message = f"The Content-Type must be {' or '.join(takes)}, this is {came}."
        raise ApiError(415, "unsupported_media", message)
    charset = CHARSET.search(request.headers.get("Content-Type", ""))
    if charset and charset[2].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise ApiError(415, "unsupported_charset", "JSON is UTF-8; leave the charset out.")
    return media


async def blocks(request: web.Request, at_most: int, seconds: float) -> AsyncIterator[bytes]:
    """The body in pieces. Raises ApiError: 413 beyond `at_most` bytes, 408 where it stalls."""
    if (request.content_length or 0) > at_most:
        raise _too_large(at_most)
    total = 0
    while block := await _block(request, seconds):
        total += len(block)
        if total > at_most:
            raise _too_large(at_most)
        yield block


async def _block(request: web.Request, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return await request.content.read(BLOCK)
    except TimeoutError:
        message = f"The body did not come within {seconds:.0f} seconds."
        headers = {"Connection": "close"}
        raise ApiError(408, "body_timeout", message, headers=headers) from None
    except (HTTPException, HttpProcessingError):
        raise bad_request("The body is not well-formed HTTP.", code="bad_http") from None


def _too_large(at_most: int) -> ApiError:
    return too_large(f"The body is larger than the {at_most:,} bytes that are taken here.")


async def read(request: web.Request, at_most: int, seconds: float, holding: Holding) -> bytes:
    """The whole body, gathered in pages that the system gets back at once, kept or refused."""
    with mmap(-1, at_most) as room:
        async for block in blocks(request, at_most, seconds):
            holding.add(len(block))
            room.write(block)
        return room[: room.tell()]


async def json_of(data: bytes) -> Json:
    """The JSON value of a body. Raises ApiError (400) naming what is wrong with the text."""
    if len(data) <= SMALL:
        return parse(data)
    return await asyncio.to_thread(parse, data)


def parse(data: bytes) -> Json:
    """As `json_of`, at once."""
    problems: list[Problem] = []
    value = decode(data, problems)
    if problems:
        raise refused(problems, 400, "body")
    return value
