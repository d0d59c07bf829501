"""What a picture carries: its graph, and A1111's text. Needs no image library.

PNG: iTXt `latentgraph`; `parameters`. WebP and JPEG: the XMP property `latentgraph:graph`; EXIF's
user comment.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from . import exif, segments

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"latentgraph"
PARAMETERS = b"parameters"
MAX_TEXT = 64 << 20
BROKEN = (struct.error, zlib.error, ValueError, IndexError)
ELEMENT = r"<latentgraph:graph(?:\s[^>]*)?>([^<]*)</latentgraph:graph>"
ATTRIBUTE = r"""\slatentgraph:graph\s*=\s*(?:"([^"]*)"|'([^']*)')"""


class NoGraphError(Exception):
    """A picture without a graph, or one that is damaged; the message is a sentence."""


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a PNG, JPEG or WebP file does."""
    return data.startswith((SIGNATURE, segments.JPEG)) or segments.is_webp(data)


def embedded_graph(data: bytes) -> bytes:
    """The graph's JSON text out of a picture's bytes. Raises NoGraphError."""
    try:
        found = _png_text(data, KEYWORD) if data.startswith(SIGNATURE) else _xmp_graph(data)
    except BROKEN:
        raise NoGraphError("is damaged or cut short.") from None
    if found is None:
        raise NoGraphError(
            "carries no graph: it was not saved by latentgraph, or was re-saved since."
        )
    return found


def generation_parameters(data: bytes) -> str:
    """The text in which A1111 says how it made a picture, or nothing."""
    try:
        if data.startswith(SIGNATURE):
            return (_png_text(data, PARAMETERS) or b"").decode()
        return exif.user_comment(segments.exif(data))
    except BROKEN:
        return ""


def _png_text(data: bytes, keyword: bytes) -> bytes | None:
    """A text of a PNG by its keyword, as UTF-8."""
    for kind, body in _chunks(data):
        if not body.startswith(keyword + b"\0"):
            continue
        if kind == b"iTXt":
            return _international(body)
        if kind == b"tEXt":
            return body[len(keyword) + 1 :].decode("latin-1").encode()
        if kind == b"zTXt":
            return _inflated(body[len(keyword) + 2 :]).decode("latin-1").encode()
    return None


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


def _international(body: bytes) -> bytes:
    """iTXt: keyword, 0, compressed?, method, language, 0, translated keyword, 0, text."""
    _, _, rest = body.partition(b"\0")
    flags, rest = rest[:2], rest[2:]
    _, _, rest = rest.partition(b"\0")
    _, _, text = rest.partition(b"\0")
    return _inflated(text) if flags[:1] == b"\1" else text


def _inflated(packed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    text = inflater.decompress(packed, MAX_TEXT)
    if inflater.unconsumed_tail:
        raise ValueError("too long")
    return text


def _xmp_graph(data: bytes) -> bytes | None:
    packet = segments.xmp(data).decode()
    if found := re.search(ELEMENT, packet):
        return _unescaped(found[1])
    if found := re.search(ATTRIBUTE, packet):
        return _unescaped(found[1] or found[2] or "")
    return None


def _unescaped(text: str) -> bytes:
    from html import unescape  # late: `--help` comes this way too

    return unescape(text).encode()
