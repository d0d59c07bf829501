"""Small versions of pictures, made once, away from the event loop."""

from __future__ import annotations

import asyncio
import io
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from PIL import Image

from .folder import NAME, PART
from .pictures import MAX_PIXELS, PictureError, kind_of, upright

SIZES = (64, 128, 256, 512)
MEDIA_TYPE = "image/webp"
MAX_KEPT = 256 << 20
LOOK_EVERY = 64


class Thumbnails:
    """WebP files in a folder that may be deleted at any time; bounded, the oldest go first."""

    def __init__(self, root: Path, max_kept: int = MAX_KEPT) -> None:
        self.root = root
        self._max_kept = max_kept
        self._made = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="thumbnail")
        self._under_way: dict[Path, asyncio.Future[bytes]] = {}

    async def thumbnail(self, source: Path, name: str, size: int) -> bytes:
        """The picture at `source`, whose hash is `name`, within a square of `size` pixels (the
        nearest of 64, 128, 256, 512), upright, as WebP. Never larger than the picture is.

        Raises PictureError where the file is no picture.
        """
        match = NAME.fullmatch(name)
        if match is None:
            raise PictureError("bad_picture", "A thumbnail needs the hash of a picture.")
        size = min(SIZES, key=lambda known: abs(known - size))
        kept = self.root / match[1][:2] / f"{match[1]}-{size}.webp"
        if kept not in self._under_way:
            loop = asyncio.get_running_loop()
            task = loop.run_in_executor(self._pool, self._find_or_make, source, kept, size)
            self._under_way[kept] = task
            task.add_done_callback(lambda _: self._under_way.pop(kept, None))
        return await asyncio.shield(self._under_way[kept])

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    def _find_or_make(self, source: Path, kept: Path, size: int) -> bytes:
        with suppress(OSError):
            data = kept.read_bytes()
            if _is_whole(data):
                return data
        data = _make(source, size)
        with suppress(OSError):  # a full disk makes it slower, no more
            _keep(kept, data)
            self._made += 1
            if self._made % LOOK_EVERY == 1:
                self._prune()
        return data

    def _prune(self) -> None:
        files = [(path.stat(), path) for path in self.root.glob("??/*")]
        total = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda item: item[0].st_mtime):
            if total <= self._max_kept:
                break
            path.unlink(missing_ok=True)
            total -= stat.st_size


def _make(source: Path, size: int) -> bytes:
    try:
        data = source.read_bytes()
        with Image.open(io.BytesIO(data), formats=(kind_of(data),)) as image:
            if image.size[0] * image.size[1] > MAX_PIXELS:
                raise PictureError("too_many_pixels", "The picture is too large to be shown small.")
            image.draft("RGB", (size, size))
            image.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
            made = io.BytesIO()
            upright(image).save(made, "WEBP", quality=82, method=2)
            return made.getvalue()
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise PictureError("bad_picture", "The picture is damaged, or is none.") from None


def _keep(kept: Path, data: bytes) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f".{kept.name}.{secrets.token_hex(4)}{PART}")
    try:
        part.write_bytes(data)
        part.replace(kept)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _is_whole(data: bytes) -> bool:
    """These files are not synced: a power cut may leave one with a hole or cut short."""
    return (
        len(data) > 12
        and data[8:12] == b"WEBP"
        and int.from_bytes(data[4:8], "little") + 8 == len(data)
        and any(data[-16:])
    )
