"""Multipart bodies in pieces: fields and files with limits on each, on all, and on their number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from .body import Holding, blocks
from .errors import ApiError, bad_request, too_large

if TYPE_CHECKING:
    from aiohttp import StreamReader

Json = Any
MAX_PARTS = 64
MAX_FIELD = 1 << 20
MULTIPART = "multipart/form-data"
WRONG = "The body is no well-formed multipart/form-data."


class _Source:
    """A body in the form in which aiohttp's multipart reader takes it, with our own limits."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._data = bytearray()
        self._ended = False

    async def _fill(self) -> bool:
        try:
            self._data += await anext(self._pieces)
        except StopAsyncIteration:
            self._ended = True
        return not self._ended

    async def readline(self, *, max_line_length: int | None = None) -> bytes:
        while (end := self._data.find(b"\n")) < 0 and len(self._data) < 64 << 10:
            if not await self._fill():
                break
        if end < 0 and len(self._data) >= 64 << 10:
            raise bad_request("A line of the multipart body is too long.", code="bad_multipart")
        return self._take(end + 1 if end >= 0 else len(self._data))

    async def read(self, size: int = -1) -> bytes:
        if not self._data:
            await self._fill()
        return self._take(len(self._data) if size < 0 else min(size, len(self._data)))

    def at_eof(self) -> bool:
        return self._ended and not self._data

    def unread_data(self, data: bytes) -> None:
        self._data[:0] = data

    def _take(self, size: int) -> bytes:
        taken = bytes(self._data[:size])
        del self._data[:size]
        return taken


async def parts(
    request: web.Request, at_most: int, seconds: float, holding: Holding
) -> list[tuple[str, bytes, bool]]:
    """Name, content, and whether it is a file, of every part. Raises ApiError (400, 413)."""
    if "boundary=" not in request.headers.get("Content-Type", ""):
        raise bad_request("The Content-Type names no boundary.", code="bad_multipart")
    try:
        # The reader asks for a StreamReader, and calls what _Source has of it, nothing else.
        source = cast("StreamReader", _Source(blocks(request, at_most, seconds)))
        reader = MultipartReader(request.headers, source)
        return await _all(reader, holding)
    except ApiError:
        raise
    except (ValueError, AssertionError, RuntimeError, HttpProcessingError, LookupError):
        raise bad_request(WRONG, code="bad_multipart") from None


async def _all(reader: MultipartReader, holding: Holding) -> list[tuple[str, bytes, bool]]:
    found: list[tuple[str, bytes, bool]] = []
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name:
            raise bad_request("Every part needs a name and no parts of its own.")
        if len(found) >= MAX_PARTS:
            raise too_large(f"A form has at most {MAX_PARTS} parts.")
        is_file = part.filename is not None
        found.append((part.name, await _content(part, is_file, holding), is_file))
    return found


async def _content(part: BodyPartReader, is_file: bool, holding: Holding) -> bytes:
    if part.headers.get("Content-Encoding") or part.headers.get("Content-Transfer-Encoding"):
        raise ApiError(415, "unsupported_encoding", "Send the parts as they are, not encoded.")
    data = bytearray()
    while block := await part.read_chunk(64 << 10):
        holding.add(len(block))
        data += block
        if not is_file and len(data) > MAX_FIELD:
            raise too_large(f"A field of a form takes at most {MAX_FIELD:,} bytes.")
    return bytes(data)
