"""Uploads, artifacts and thumbnails: by content, whole, and never outside their folders."""

from __future__ import annotations

import asyncio
import hashlib
import io
import threading
from pathlib import Path

import pytest
from PIL import Image

from engine.files import Files
from server.library.folder import Folder
from server.library.pictures import PictureError
from server.library.thumbnails import Thumbnails
from tests.server.library.drawn import drawn
from tests.server.runs.running import run_async, running

ESCAPES = ["", "../../etc/passwd", "/etc/passwd", "sha256:..", "a" * 63, "A" * 64, "a" * 64 + "\n"]


def test_an_upload_is_what_the_engine_finds_by_the_same_name(tmp_path: Path) -> None:
    async def main() -> None:
        data = drawn()
        async with running(tmp_path) as runs:
            stored = await runs.uploads.add(data)
            assert stored.hash == f"sha256:{hashlib.sha256(data).hexdigest()}"
            assert (stored.media_type, stored.width, stored.height) == ("image/png", 40, 30)
            files = Files({}, tmp_path / "uploads")
            assert files.resolve("images", stored.hash).read_bytes() == data
            assert await runs.uploads.get(stored.hash) == stored
            assert await runs.uploads.get(stored.hash.removeprefix("sha256:")) == stored
            other = files.add(drawn("JPEG"))  # as the command line puts it there
            found = await runs.uploads.get(other)
            assert found is not None
            assert found.media_type == "image/jpeg"

    run_async(main())


def test_the_same_upload_twenty_times_at_once_is_one_whole_file(tmp_path: Path) -> None:
    async def main() -> None:
        pictures = [drawn(size=(50 + n % 2, 50)) for n in range(2)]
        async with running(tmp_path) as runs:
            tries = [runs.uploads.add(pictures[n % 2]) for n in range(20)]
            names = {stored.hash for stored in await asyncio.gather(*tries)}
            assert len(names) == 2
            kept = {path.read_bytes() for path in (tmp_path / "uploads").iterdir()}
            assert kept == set(pictures)

    run_async(main())


def test_a_refused_upload_leaves_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as runs:
            for data in (b"<svg/>", drawn()[:-20], drawn("JPEG")[:300]):
                with pytest.raises(PictureError):
                    await runs.uploads.add(data)
            assert not list(tmp_path.rglob("uploads/*"))

    run_async(main())


@pytest.mark.parametrize("name", ESCAPES)
def test_what_is_no_hash_names_no_file(tmp_path: Path, name: str) -> None:
    async def main() -> None:
        (tmp_path / "secret").write_text("x")
        async with running(tmp_path) as runs:
            assert runs.artifacts.path(name) is None
            assert runs.uploads.path(name) is None
            assert await runs.artifacts.get(name) is None
            assert await runs.uploads.get(name) is None

    run_async(main())


def test_threads_that_add_and_remove_the_same_file_leave_it_whole(tmp_path: Path) -> None:
    folder, data = Folder(tmp_path), b"x" * 100_000
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(30):
                path = folder.path(folder.add(data))
                assert path is not None
                assert path.read_bytes() == data
                folder.remove(hashlib.sha256(data).hexdigest())
        except BaseException as error:  # noqa: BLE001 - shown by the test below
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [
        hashlib.sha256(data).hexdigest()
    ]


def test_a_file_that_was_cut_short_is_mended_when_it_comes_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    path = folder.path(folder.add(b"whole"))
    assert path is not None
    path.write_bytes(b"who")
    folder.add(b"whole")
    assert path.read_bytes() == b"whole"


def thumbnail(folder: Path, data: bytes, size: int) -> Image.Image:
    source = folder / "source"
    source.write_bytes(data)

    async def make() -> bytes:
        thumbnails = Thumbnails(folder / "small")
        try:
            name = hashlib.sha256(data).hexdigest()
            made = await asyncio.gather(
                *(thumbnails.thumbnail(source, name, size) for _ in range(5))
            )
            source.unlink()
            made.append(await thumbnails.thumbnail(source, name, size))  # kept
            assert len(set(made)) == 1
            return made[0]
        finally:
            await thumbnails.close()

    image = Image.open(io.BytesIO(run_async(make())))
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "asked", "made"),
    [
        ((1000, 500), 256, (256, 128)),
        ((1000, 500), 200, (256, 128)),
        ((500, 1000), 100_000, (256, 512)),
        ((1000, 500), -5, (64, 32)),
        ((40, 30), 256, (40, 30)),
        ((5000, 2), 256, (256, 1)),
    ],
)
def test_a_thumbnail_fits_its_square(
    tmp_path: Path, size: tuple[int, int], asked: int, made: tuple[int, int]
) -> None:
    image = thumbnail(tmp_path, drawn(size=size), asked)
    assert (image.format, image.size) == ("WEBP", made)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("PNG", "I;16"), ("PNG", "PA")])
def test_a_thumbnail_of_an_odd_picture(tmp_path: Path, kind: str, mode: str) -> None:
    assert thumbnail(tmp_path, drawn(kind, mode, (300, 200)), 64).size[0] == 64


def test_a_thumbnail_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert thumbnail(tmp_path, drawn("JPEG", size=(400, 200), exif=exif), 64).size == (32, 64)


def test_of_what_is_no_picture_there_is_no_thumbnail(tmp_path: Path) -> None:
    for data in (b"text", drawn()[:200]):
        with pytest.raises(PictureError):
            thumbnail(tmp_path, data, 64)


def test_thumbnails_are_bounded_and_a_damaged_one_is_made_again(tmp_path: Path) -> None:
    async def main() -> None:
        thumbnails = Thumbnails(tmp_path / "small", max_kept=20_000)
        try:
            source = tmp_path / "source"
            for number in range(65):
                source.write_bytes(drawn(size=(200 + number, 200)))
                name = hashlib.sha256(source.read_bytes()).hexdigest()
                whole = await thumbnails.thumbnail(source, name, 128)
            kept = list((tmp_path / "small").rglob("*.webp"))
            assert sum(path.stat().st_size for path in kept) <= 30_000
            path = next(path for path in kept if path.name.startswith(name))
            path.write_bytes(whole[:50])
            assert await thumbnails.thumbnail(source, name, 128) == whole
        finally:
            await thumbnails.close()

    run_async(main())
