"""One entry of EXIF: the user comment, in which A1111 says how it made a JPEG or WebP picture."""

from __future__ import annotations

import struct
from collections.abc import Iterator

MORE, COMMENT = 0x8769, 0x9286
CODES = {b"UNICODE\0": "utf-16", b"ASCII\0\0\0": "ascii", b"\0" * 8: "utf-8"}


def user_comment(tiff: bytes) -> str:
    """The comment, or nothing. Raises ValueError, struct.error for what is damaged."""
    if tiff[:4] not in {b"II*\0", b"MM\0*"}:
        return ""
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    more = next((value for tag, _, value in _entries(tiff, first, order) if tag == MORE), None)
    if more is None:
        return ""
    found = ((count, at) for tag, count, at in _entries(tiff, more, order) if tag == COMMENT)
    return next((_text(tiff[at : at + count]) for count, at in found), "")


def _entries(tiff: bytes, at: int, order: str) -> Iterator[tuple[int, int, int]]:
    """Tag, count and value (a place, where it is longer than four bytes) of a directory."""
    (number,) = struct.unpack_from(f"{order}H", tiff, at)
    for index in range(number):
        tag, _, count, value = struct.unpack_from(f"{order}HHII", tiff, at + 2 + 12 * index)
        yield tag, count, value


def _text(comment: bytes) -> str:
    """Its first eight bytes name the code. UTF-16 without a mark has its zeros, of which a text
    with a few plain letters has many, on the side of the greater byte."""
    code, text = CODES.get(comment[:8], ""), comment[8:]
    if code != "utf-16":
        return text.decode(code or "latin-1").rstrip("\0")
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16")
    big = text[0::2].count(0) >= text[1::2].count(0)
    return text.decode("utf-16-be" if big else "utf-16-le")
