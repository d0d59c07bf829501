"""XMP and EXIF out of the bytes of WebP and JPEG files. Decodes no picture.

Raises ValueError, struct.error or IndexError for what is cut short.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

JPEG = b"\xff\xd8\xff"
STANDARD = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
EXIF = b"Exif\0\0"
DIGEST = 32
PICTURE, END = 0xDA, 0xD9


def is_webp(data: bytes) -> bool:
    """Whether the bytes begin as a WebP file does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def xmp(data: bytes) -> bytes:
    """The XMP packet, with the parts of a JPEG's extended one after it; empty without any."""
    if is_webp(data):
        return b"".join(body for kind, body in _webp(data) if kind == b"XMP ")
    packet, parts = b"", {}
    for body in _jpeg(data):
        if body.startswith(STANDARD):
            packet = body[len(STANDARD) :]
        elif body.startswith(EXTENSION):
            head = body[len(EXTENSION) + DIGEST :]
            (at,) = struct.unpack_from(">I", head, 4)
            parts[at] = head[8:]
    return packet + b"".join(parts[at] for at in sorted(parts))


def exif(data: bytes) -> bytes:
    """The TIFF structure that holds EXIF, empty without one."""
    bodies = (
        (body for kind, body in _webp(data) if kind == b"EXIF")
        if is_webp(data)
        else (body for body in _jpeg(data) if body.startswith(EXIF))
    )
    return next(bodies, b"").removeprefix(EXIF)


def _webp(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    (length,) = struct.unpack_from("<I", data, 4)
    if length + 8 > len(data):
        raise ValueError("cut short")
    at = 12
    while at + 8 <= length + 8:
        kind, size = struct.unpack_from("<4sI", data, at)
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _jpeg(data: bytes) -> Iterator[bytes]:
    """The bodies of the segments before the picture."""
    at = 2
    while True:
        mark, kind, length = struct.unpack_from(">BBH", data, at)
        if mark != 0xFF:
            raise ValueError("no segment")
        if kind in {PICTURE, END}:
            return
        if at + 2 + length > len(data):
            raise ValueError("cut short")
        yield data[at + 4 : at + 2 + length]
        at += 2 + length
