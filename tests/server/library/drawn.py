"""Pictures drawn by Pillow, and files that only look like pictures."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawn(
    kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (40, 30), **how: Any
) -> bytes:
    """A picture of noise, the same each time, as a file."""
    noise = random.Random(1).randbytes(size[0] * size[1])
    pixels = Image.frombytes("L", size, noise).convert("RGB")
    if mode == "I;16":
        picture = Image.new("I;16", size, 40_000)
    elif mode == "PA":
        picture = pixels.quantize(16)
        how["transparency"] = 3
    else:
        picture = pixels.convert(mode)
    if mode in {"RGBA", "LA"}:
        picture.putalpha(100)
    made = io.BytesIO()
    picture.save(made, kind, **how)
    return made.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    body = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", body)


def with_chunks(data: bytes, *chunks: bytes) -> bytes:
    """The chunks put behind the header of a PNG file."""
    return data[:33] + b"".join(chunks) + data[33:]


def flat(width: int, height: int) -> bytes:
    """A PNG of one colour, packed a thousandfold."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return header(width, height) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
