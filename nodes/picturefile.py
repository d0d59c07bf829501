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


def png(picture: Any, document: str) -> bytes:
    """A PIL picture as a PNG file; a graph file's text goes in as its iTXt entry `latentgraph`."""
    info = PngInfo()
    if document:
        info.add_itxt("latentgraph", document)
    stream = io.BytesIO()
    picture.save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


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
        f"The picture '{name[:60]}' has more than 64 megapixels{size}.",
        code="out_of_range",
        port="image",
        fix="Make it smaller in a picture editor.",
    )


def bad(name: str, what: str) -> NodeError:
    """An error about a picture: `what` continues the sentence "The picture 'x' ..."."""
    return NodeError(f"The picture '{name[:60]}' {what}.", code="bad_image", port="image")
