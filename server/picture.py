"""The graph that a picture carries: PNG's iTXt entry `latentgraph`. Needs no image library."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"latentgraph"
MAX_TEXT = 64 << 20


class NoGraphError(Exception):
    """A picture without a graph, or one that is damaged; the message is a sentence."""


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a PNG, JPEG or WebP file does."""
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return data.startswith((SIGNATURE, b"\xff\xd8\xff")) or webp


def embedded_graph(data: bytes) -> bytes:
    """The graph's JSON text out of a picture's bytes. Raises NoGraphError."""
    if not data.startswith(SIGNATURE):
        raise NoGraphError("carries no graph that can be read: only PNG files do.")
    try:
        for kind, body in _chunks(data):
            if kind == b"iTXt" and body.startswith(KEYWORD + b"\0"):
                return _text(body)
    except (struct.error, zlib.error, ValueError):
        raise NoGraphError("is damaged or cut short.") from None
    raise NoGraphError("carries no graph: it was not saved by latentgraph, or was re-saved since.")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(kind + body) != check:
            raise ValueError("checksum")
        yield kind, body
        at += 12 + length


def _text(body: bytes) -> bytes:
    """iTXt: keyword, 0, compressed?, method, language, 0, translated keyword, 0, text."""
    flags, rest = body[len(KEYWORD) + 1 :][:2], body[len(KEYWORD) + 3 :]
    _, _, rest = rest.partition(b"\0")
    _, _, text = rest.partition(b"\0")
    if flags[:1] != b"\1":
        return text
    inflater = zlib.decompressobj()
    text = inflater.decompress(text, MAX_TEXT)
    if inflater.unconsumed_tail:
        raise ValueError("too long")
    return text
