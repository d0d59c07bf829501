"""Picture files: read safely (formats allowed, a cap on pixels, modes made one), and written.

Knows no paths to speak of: errors name the picture as the user did.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pictures
from PIL import ImageOps, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from engine import NodeError
from engine.files import brief

from .metadata import PARAMETERS, Metadata

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
MAX_FILE_PIXELS = 64_000_000
BOMBS = (Pictures.DecompressionBombError, Pictures.DecompressionBombWarning)
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    struct.error,
    zlib.error,
)
DEEP = {"I;16", "I;16L", "I;16B", "I;16N", "I"}


def read(path: Path, name: str) -> tuple[Any, Any]:
    """A picture file as float32 arrays: RGB [H,W,3] and alpha [H,W], both 0 to 1.

    The first frame, turned as its EXIF says; colour profiles are not applied. Grey, palette,
    1-bit and CMYK become RGB; 16-bit grey keeps its depth. Without alpha it is all ones.
    Raises NodeError (`bad_image`; `out_of_range` above 64 megapixels).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pictures.DecompressionBombWarning)
            with Pictures.open(path, formats=FORMATS) as picture:
                _check_size(picture, name)
                picture.load()
                return _arrays(ImageOps.exif_transpose(picture))
    except BOMBS:
        raise _too_large(name) from None
    except UnidentifiedImageError:
        raise bad(name, f"is none of {', '.join(FORMATS)}, or it is damaged") from None
    except (PermissionError, IsADirectoryError) as refused:
        raise bad(name, f"cannot be read: {refused.strerror}") from None
    except BROKEN:
        raise bad(name, "is damaged or cut short") from None


def png(picture: Any, metadata: Metadata) -> bytes:
    """A PIL picture as a PNG file, with texts."""
    info = PngInfo()
    for key, text in metadata.texts():
        if key == PARAMETERS:
            info.add_text(key, text)  # as others write it: latin-1 where that is enough
        else:
            info.add_itxt(key, text)
    return _saved(picture, "PNG", pnginfo=info)


def webp(picture: Any, metadata: Metadata, quality: int) -> bytes:
    """A PIL picture as a WebP file, with XMP and EXIF; lossless at quality 100."""
    options: dict[str, Any] = {"lossless": True} if quality == 100 else {"quality": quality}
    if packet := metadata.xmp():
        options["xmp"] = packet
    if exif := metadata.exif():
        options["exif"] = exif
    return _saved(picture, "WEBP", method=4, exact=True, **options)


def jpeg(picture: Any, metadata: Metadata, quality: int) -> bytes:
    """A PIL picture as a JPEG file, with XMP (extended where it is long) and EXIF."""
    exif = metadata.exif()
    options: dict[str, Any] = {"exif": exif} if exif else {}
    chroma = 0 if quality >= 90 else 2
    data = _saved(picture, "JPEG", quality=quality, subsampling=chroma, optimize=True, **options)
    at = _after_heads(data)
    return data[:at] + metadata.xmp_segments() + data[at:]


def _saved(picture: Any, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def _after_heads(data: bytes) -> int:
    """Where the JFIF and EXIF segments of a JPEG end, which come first in any."""
    at = 2
    while data[at : at + 2] in {b"\xff\xe0", b"\xff\xe1"}:
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return at


def _arrays(picture: Any) -> tuple[Any, Any]:
    if picture.mode in DEEP:
        grey = np.asarray(picture).astype(np.float32) / np.float32(65535)
        return _grey(grey)
    if picture.mode == "F":
        return _grey(np.asarray(picture).astype(np.float32))
    if picture.has_transparency_data:
        array = np.asarray(picture.convert("RGBA")).astype(np.float32) / 255.0
        return array[..., :3], array[..., 3]
    array = np.asarray(picture.convert("RGB")).astype(np.float32) / 255.0
    return array, np.ones(array.shape[:2], np.float32)


def _grey(values: Any) -> tuple[Any, Any]:
    values = np.nan_to_num(values, nan=0.0).clip(0, 1)
    return np.repeat(values[..., None], 3, axis=2), np.ones(values.shape, np.float32)


def _check_size(picture: Any, name: str) -> None:
    if picture.width * picture.height > MAX_FILE_PIXELS:
        raise _too_large(name, f" ({picture.width}x{picture.height})")


def _too_large(name: str, size: str = "") -> NodeError:
    return NodeError(
        f"The picture '{_shown(name)}' has more than 64 megapixels{size}.",
        code="out_of_range",
        port="image",
        fix="Make it smaller in a picture editor.",
    )


def bad(name: str, what: str) -> NodeError:
    """An error about a picture: `what` continues the sentence "The picture 'x' ..."."""
    return NodeError(f"The picture '{_shown(name)}' {what}.", code="bad_image", port="image")


def _shown(name: str) -> str:
    short = brief(name)
    return short if len(short) <= 200 else f"{short[:197]}..."
