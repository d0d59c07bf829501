"""Frames over a pipe: a head of JSON and any number of binary parts. Knows no worker."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

Json = Any
PREFIX = struct.Struct(">4sIQ")
MAGIC = b"lgw1"
MAX_HEAD = 256 << 20
MAX_BODY = 8 << 30
LENGTHS = "\0parts"
"""The head's member that says how long the parts are; no message has such a name."""


class BrokenChannelError(Exception):
    """What came is no frame: the two ends have lost each other."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. `head["type"]` says what it is."""

    head: Mapping[str, Json]
    parts: tuple[bytes, ...] = ()

    @property
    def type(self) -> str:
        return str(self.head.get("type", ""))


def encode(head: Mapping[str, Json], parts: Sequence[bytes] = ()) -> bytes:
    """A frame's bytes. Raises TypeError or ValueError for a head that is no JSON."""
    if parts:
        head = {**head, LENGTHS: [len(part) for part in parts]}
    text = json.dumps(head, separators=(",", ":")).encode()
    return b"".join((PREFIX.pack(MAGIC, len(text), sum(map(len, parts))), text, *parts))


async def receive(stream: asyncio.StreamReader) -> Frame | None:
    """The next frame, or None at the end. Raises BrokenChannelError, OSError."""
    try:
        sizes = _sizes(await stream.readexactly(PREFIX.size))
        head = await stream.readexactly(sizes[0])
        return _frame(head, await stream.readexactly(sizes[1]))
    except asyncio.IncompleteReadError:
        return None


def read(stream: BinaryIO) -> Frame | None:
    """The next frame, or None at the end; blocks. Raises BrokenChannelError, OSError."""
    prefix = _exactly(stream, PREFIX.size)
    if prefix is None:
        return None
    head_size, body_size = _sizes(prefix)
    head = _exactly(stream, head_size)
    body = _exactly(stream, body_size)
    return None if head is None or body is None else _frame(head, body)


def write(stream: BinaryIO, frames: Iterable[bytes]) -> None:
    """Writes encoded frames at once; blocks. Raises OSError."""
    stream.write(b"".join(frames))
    stream.flush()


def _sizes(prefix: bytes) -> tuple[int, int]:
    magic, head, body = PREFIX.unpack(prefix)
    if magic != MAGIC or head > MAX_HEAD or body > MAX_BODY:
        raise BrokenChannelError("What came from the other process is no frame.")
    return head, body


def _frame(text: bytes, body: bytes) -> Frame:
    try:
        head = json.loads(text)
        lengths = head.pop(LENGTHS, [])
    except (ValueError, AttributeError, TypeError):
        raise BrokenChannelError("A frame's head is no JSON object.") from None
    parts, at = [], 0
    for length in lengths:
        parts.append(body[at : at + length])
        at += length
    if at != len(body):
        raise BrokenChannelError("A frame's parts are not as long as it says.")
    return Frame(head, tuple(parts))


def _exactly(stream: BinaryIO, size: int) -> bytes | None:
    data = stream.read(size) if size else b""
    return data if len(data) == size else None
