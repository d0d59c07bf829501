"""Pictures from outside, checked before anything decodes them for good.

PNG, JPEG and WebP are taken, nothing else, whatever the file is called. The size in the header is
looked at first; a file that is cut short, or that unfolds to far more text than a graph needs, is
refused. What is kept is the file as it came. Odd but valid pictures, and what becomes of them where
they are shown small (a LoadImage node documents its own reading):

* turned by EXIF: width and height are those of the upright picture, thumbnails are upright;
* palette, 1-bit, grey, 16-bit grey, CMYK: converted to RGB, 16 bits cut down to 8;
* transparency: kept; an ICC profile is not applied; of several frames the first one counts.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from PIL import Image, UnidentifiedImageError

from .pngfile import DamagedError, TooMuchTextError, check_png, png_size

MAX_PIXELS = 64_000_000
MAX_BYTES = 64 << 20
DECODED_PIXELS = 16_000_000
"""Above this a WebP or progressive JPEG is checked by its structure only: decoding holds it all."""
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_TURNED = frozenset({5, 6, 7, 8})
_ORIENTATION = 0x0112
Code = Literal["unsupported_media", "too_many_pixels", "too_large", "bad_picture"]


class PictureError(Exception):
    """A picture that is not taken; `code` says in which respect, the message is a sentence."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code: Code = code


@dataclass(frozen=True, slots=True)
class Picture:
    """What the file says of itself: upright size in pixels."""

    media_type: str
    width: int
    height: int


def check_picture(
    data: bytes, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES
) -> Picture:
    """Looks at the header, then at the whole. Raises PictureError."""
    if len(data) > max_bytes:
        raise PictureError(
            "too_large", f"The picture has {len(data):,} bytes; at most {max_bytes:,} are taken."
        )
    kind = kind_of(data)
    if kind == "PNG":
        _check_pixels(*png_size(data), max_pixels)
        _check_png(data)
    with _opened(data, kind) as image:
        width, height = image.size
        _check_pixels(width, height, max_pixels)
        _check_whole(data, kind, image)
        if _is_turned(image):
            width, height = height, width
    return Picture(MEDIA_TYPES[kind], width, height)


def kind_of(data: bytes) -> str:
    """PNG, JPEG or WEBP, by the first bytes. Raises PictureError (`unsupported_media`)."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise PictureError(
        "unsupported_media", "This is no picture that can be read: send PNG, JPEG or WebP."
    )


def size_of(data: bytes) -> tuple[int, int] | None:
    """Upright size by the header of a picture; None for any other file."""
    try:
        with _opened(data, kind_of(data)) as image:
            width, height = image.size
            return (height, width) if _is_turned(image) else (width, height)
    except PictureError:
        return None


def upright(image: Image.Image) -> Image.Image:
    """The picture as it is to be seen, in RGB or RGBA."""
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(image)
    if turned.mode in {"RGB", "RGBA"}:
        return turned
    if turned.mode.startswith("I;16") or turned.mode == "I":
        return turned.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    clear = turned.mode in {"LA", "PA", "La", "RGBa"} or "transparency" in turned.info
    return turned.convert("RGBA" if clear else "RGB")


@contextmanager
def _opened(data: bytes, kind: str) -> Iterator[Image.Image]:
    """Header only: nothing is decoded. Whatever Pillow finds wrong becomes a PictureError."""
    bad = PictureError("bad_picture", f"The {kind} picture is damaged or cut short.")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; the limit here is our own.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=(kind,)) as image:
                yield image
    except Image.DecompressionBombError:
        raise PictureError(
            "too_many_pixels", "The picture has far more pixels than are taken."
        ) from None
    except (UnidentifiedImageError, OSError, SyntaxError, struct.error):
        raise bad from None
    except (ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError):
        raise bad from None


def _check_pixels(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise PictureError(
            "too_many_pixels",
            f"The picture has {width} x {height} pixels; at most {most:,} are taken.",
        )


def _check_png(data: bytes) -> None:
    try:
        check_png(data)
    except TooMuchTextError as error:
        raise PictureError("too_large", str(error)) from None
    except DamagedError as error:
        raise PictureError("bad_picture", str(error)) from None


def _check_whole(data: bytes, kind: str, image: Image.Image) -> None:
    """A JPEG or WebP file by decoding it, as far as that takes little memory."""
    if kind == "PNG":
        return
    pixels = image.size[0] * image.size[1]
    if kind == "WEBP":
        (length,) = struct.unpack_from("<I", data, 4)
        if length + 8 > len(data):
            raise ValueError("cut short")
        if pixels <= DECODED_PIXELS:
            image.load()
    elif pixels <= DECODED_PIXELS or not image.info.get("progressive"):
        # An eighth of the size takes a 64th of the memory, and reads the file to its end.
        image.draft("RGB", (max(1, image.size[0] // 8), max(1, image.size[1] // 8)))
        image.load()
    elif b"\xff\xd9" not in data[-65536:]:
        raise ValueError("cut short")


def _is_turned(image: Image.Image) -> bool:
    return image.getexif().get(_ORIENTATION) in _TURNED
