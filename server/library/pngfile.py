"""A PNG file checked chunk by chunk, in little memory: whole, and no flood of text."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = 8
MAX_TEXT = 16 << 20
MAX_PROFILE = 16 << 20
MAX_TEXT_CHUNKS = 64
MAX_FOLDED = 1 << 20
"""What one packed text may unfold to: Pillow, which reads the picture later, takes no more."""
STEP = 1 << 18
_TEXT = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2))  # fmt: skip


class DamagedError(Exception):
    """The file breaks off, or a checksum is wrong."""


class TooMuchTextError(Exception):
    """The text in the file is longer than any graph's, folded or not."""


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height by the header, (0, 0) where there is none."""
    if len(data) < 24 or data[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def check_png(data: bytes) -> None:
    """Raises DamagedError, TooMuchTextError. Bytes after the end of the picture are let be."""
    wanted, text, count = None, 0, 0
    pixels = _Inflater()
    for kind, body in _chunks(data):
        if kind == b"IHDR":
            wanted = _inflated_size(body)
        elif kind == b"IDAT":
            if wanted is None:
                raise DamagedError("The PNG picture has no header.")
            pixels.feed(body, wanted)
        elif kind in _TEXT:
            count += 1
            text += _text_size(kind, body)
            if text > MAX_TEXT or count > MAX_TEXT_CHUNKS:
                raise _too_much()
        elif kind == b"iCCP":
            _check_profile(body)
    if wanted is None or pixels.finish() < wanted:
        raise DamagedError("The PNG picture is cut short.")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, view = SIGNATURE, memoryview(data)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            break
        (check,) = struct.unpack_from(">I", data, end)
        if zlib.crc32(view[at + 4 : end]) != check:
            raise DamagedError("The PNG picture is damaged: a checksum is wrong.")
        yield kind, bytes(view[at + 8 : end])
        if kind == b"IEND":
            return
        at = end + 4
    raise DamagedError("The PNG picture is cut short.")


class _Inflater:
    """Counts what the pixels unfold to, without keeping it."""

    def __init__(self) -> None:
        self.size = 0
        self._stream = zlib.decompressobj()

    def feed(self, data: bytes, wanted: int) -> None:
        try:
            while data and self.size <= wanted:
                self.size += len(self._stream.decompress(data, STEP))
                data = self._stream.unconsumed_tail
        except zlib.error:
            raise DamagedError("The PNG picture is damaged.") from None

    def finish(self) -> int:
        """The size, with what the stream still held back."""
        return self.size + len(self._stream.flush())


def _inflated_size(header: bytes) -> int:
    """Bytes of all rows, each with its filter byte."""
    try:
        sizes: tuple[int, ...] = struct.unpack(">IIBBBBB", header)
    except struct.error:
        raise DamagedError("The PNG picture's header is damaged.") from None
    width, height, depth, colour, _, _, laced = sizes
    if depth not in _DEPTHS.get(colour, ()) or laced > 1 or not width or not height:
        raise DamagedError("The PNG picture's header is damaged.")
    bits = depth * _CHANNELS[colour]
    if not laced:
        return height * (1 + (width * bits + 7) // 8)
    size: int = 0
    for left, top, across, down in _ADAM7:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            size += rows * (1 + (columns * bits + 7) // 8)
    return size


def _text_size(kind: bytes, body: bytes) -> int:
    rest = body.partition(b"\0")[2]
    if kind == b"zTXt":
        folded = rest[1:]
    elif kind == b"iTXt" and rest[:1] == b"\1":
        folded = rest[2:].split(b"\0", 2)[-1]
    else:
        return len(body)
    if (size := _folded_size(folded, MAX_FOLDED)) > MAX_FOLDED:
        raise _too_much()
    return len(body) + size


def _too_much() -> TooMuchTextError:
    return TooMuchTextError(
        f"The PNG picture holds more text than is taken: at most {MAX_TEXT:,} bytes in "
        f"{MAX_TEXT_CHUNKS} pieces, {MAX_FOLDED:,} in a packed one."
    )


def _check_profile(body: bytes) -> None:
    if _folded_size(body.partition(b"\0")[2][1:], MAX_PROFILE) > MAX_PROFILE:
        raise TooMuchTextError("The PNG picture's colour profile is too large.")


def _folded_size(data: bytes, room: int) -> int:
    """How long the text unfolds to, counted a little past `room` at most."""
    stream, size = zlib.decompressobj(), 0
    try:
        while data and size <= room:
            size += len(stream.decompress(data, STEP))
            data = stream.unconsumed_tail
    except zlib.error:
        raise DamagedError("A text in the PNG picture is damaged.") from None
    return size
