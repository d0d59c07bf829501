"""What is taken as a picture and what is not; Pillow itself is the oracle for whole files."""

from __future__ import annotations

import io
import time
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from server.library.pictures import PictureError, check_picture, size_of, upright
from tests.server.library.drawn import SIGNATURE, chunk, drawn, flat, header, with_chunks

ODD = [
    ("JPEG", "CMYK", {}),
    ("JPEG", "L", {}),
    ("JPEG", "RGB", {"progressive": True}),
    ("PNG", "I;16", {}),
    ("PNG", "PA", {}),
    ("PNG", "1", {}),
    ("PNG", "LA", {}),
    ("PNG", "RGBA", {}),
    ("PNG", "P", {"bits": 2}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("PNG", "RGB", {"icc_profile": b"not a real profile" * 100}),
]
MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def code_of(data: bytes) -> str:
    with pytest.raises(PictureError) as refused:
        check_picture(data)
    assert "/" not in str(refused.value)
    assert "0x" not in str(refused.value)
    return refused.value.code


@pytest.mark.parametrize(("kind", "mode", "how"), ODD)
def test_odd_but_valid_pictures_are_taken_and_can_be_shown(
    kind: str, mode: str, how: dict[str, object]
) -> None:
    data = drawn(kind, mode, **how)
    found = check_picture(data)
    assert (found.media_type, found.width, found.height) == (MEDIA[kind], 40, 30)
    with Image.open(io.BytesIO(data)) as image:
        shown = upright(image)
    assert shown.mode in {"RGB", "RGBA"}
    assert shown.size == (40, 30)
    clear = mode in {"PA", "LA", "RGBA"}
    assert (shown.mode == "RGBA") == clear


@pytest.mark.parametrize("size", [(1, 1), (1, 10_000), (10_000, 1), (7, 5)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_extreme_sides_are_taken(kind: str, size: tuple[int, int]) -> None:
    found = check_picture(drawn(kind, size=size))
    assert (found.width, found.height) == size


def test_sixteen_bits_are_cut_to_eight_not_clipped() -> None:
    with Image.open(io.BytesIO(drawn("PNG", "I;16"))) as image:
        assert upright(image).getpixel((0, 0)) == (156, 156, 156)  # 40,000 / 256


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_turned_by_exif_is_upright(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = drawn(kind, exif=exif)
    found = check_picture(data)
    turned = (30, 40) if orientation >= 5 else (40, 30)
    assert (found.width, found.height) == turned == size_of(data)
    with Image.open(io.BytesIO(data)) as image:
        assert upright(image).size == turned


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_cut_anywhere_is_refused(kind: str) -> None:
    data = drawn(kind, size=(60, 50))
    for end in range(12, len(data) - 16, max(1, len(data) // 60)):
        assert code_of(data[:end]) in {"bad_picture", "unsupported_media"}, end


def test_an_interlaced_png_is_whole_and_a_cut_one_is_not() -> None:
    """Pillow writes none: seven passes of a 9 x 9 picture, each row with its filter byte."""
    passes = ((2, 2), (1, 2), (3, 1), (2, 3), (5, 2), (4, 5), (9, 4))
    rows = b"".join((b"\0" + bytes(3 * width)) * height for width, height in passes)
    head = SIGNATURE + chunk(b"IHDR", b"\0\0\0\x09\0\0\0\x09\x08\x02\0\0\x01")
    whole = head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    with Image.open(io.BytesIO(whole)) as image:
        image.load()
    assert check_picture(whole).width == 9
    short = head + chunk(b"IDAT", zlib.compress(rows[:-30])) + chunk(b"IEND", b"")
    assert code_of(short) == "bad_picture"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["PNG", "JPEG", "WEBP"]), st.integers(0, 5000))
def test_whatever_the_bytes_there_is_an_answer(junk: bytes, kind: str, at: int) -> None:
    """A picture with bytes replaced: taken, or refused in our own words, never anything else."""
    whole = bytearray(drawn(kind))
    at %= len(whole)
    whole[at : at + len(junk)] = junk
    for candidate in (bytes(whole), junk, whole[:12] + junk):
        with suppress(PictureError):
            assert check_picture(bytes(candidate)).width > 0


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg onload=alert(1)>", b"<html>", b"%!PS-Adobe EPSF", b"GIF89a", b"BM", b"II*\0"],
)
def test_other_files_are_no_pictures_whatever_they_are_called(data: bytes) -> None:
    assert code_of(data + bytes(100)) == "unsupported_media"
    assert size_of(data) is None


def test_a_huge_header_is_refused_at_once() -> None:
    began = time.perf_counter()
    assert code_of(header(50_000, 50_000) + chunk(b"IDAT", b"")) == "too_many_pixels"
    assert code_of(header(2**31 - 1, 2**31 - 1) + chunk(b"IDAT", b"")) == "too_many_pixels"
    assert time.perf_counter() - began < 2


def test_a_small_file_of_too_many_pixels_takes_no_memory() -> None:
    data = flat(9_400, 9_400)
    assert len(data) < 1 << 20
    tracemalloc.start()
    assert code_of(data) == "too_many_pixels"
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_checking_a_large_png_takes_little_memory() -> None:
    data = flat(8_000, 7_000)  # 168 MB of pixels
    tracemalloc.start()
    assert check_picture(data).width == 8_000
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_floods_of_text_are_refused() -> None:
    plain = drawn()
    folded = zlib.compress(bytes(200 << 20), 9)
    assert code_of(with_chunks(plain, chunk(b"zTXt", b"a\0\0" + folded))) == "too_large"
    assert code_of(with_chunks(plain, chunk(b"iTXt", b"a\0\1\0\0\0" + folded))) == "too_large"
    many = [chunk(b"tEXt", b"a%d\0" % n + bytes([65]) * (1 << 20)) for n in range(40)]
    assert code_of(with_chunks(plain, *many)) == "too_large"
    tiny = [chunk(b"tEXt", b"a%d\0b" % n) for n in range(100)]
    assert code_of(with_chunks(plain, *tiny)) == "too_large"


def test_a_picture_with_its_graph_is_taken() -> None:
    text = b"latentgraph\0\0\0\0\0" + b"x" * (2 << 20)
    assert check_picture(with_chunks(drawn(), chunk(b"iTXt", text))).width == 40


def test_a_file_that_is_a_picture_and_more_is_a_picture() -> None:
    """Served by its type and never sniffed, what follows the picture is never run."""
    assert check_picture(drawn() + b"<script>alert(1)</script>").media_type == "image/png"


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PictureError, match="bytes") as refused:
        check_picture(drawn(), max_bytes=100)
    assert refused.value.code == "too_large"
