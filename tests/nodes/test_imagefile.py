"""Picture files of every odd kind, damaged ones, and what a saved PNG carries."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pictures

from engine import Artifact, Context, NodeError
from nodes.image import Image
from nodes.imagefile import load_image, preview_image, save_image

RNG = np.random.default_rng(5)
COLOURS = RNG.integers(0, 256, (6, 8, 3), dtype=np.uint8)
SMOOTH = np.linspace(0, 255, 48).astype(np.uint8).reshape(6, 8)


@pytest.fixture
def load(ctx: Context, tmp_path: Path) -> Callable[..., Any]:
    """Saves a PIL picture in the images folder and loads it by name."""

    def saved(picture: Any, name: str = "a.png", **options: Any) -> Any:
        picture.save(tmp_path / name, **options)
        return load_image(ctx, name)

    return saved


def test_rgb_comes_as_it_is(load: Callable[..., Any]) -> None:
    loaded = load(Pictures.fromarray(COLOURS))
    assert np.array_equal(loaded.image.to_bytes()[0].numpy(), COLOURS)
    assert (loaded.width, loaded.height) == (8, 6)
    assert loaded.mask.values.shape == (1, 6, 8)
    assert not loaded.mask.values.any()


@pytest.mark.parametrize("name", ["a.webp", "a.bmp", "a.tiff"])
def test_other_lossless_formats(load: Callable[..., Any], name: str) -> None:
    options = {"lossless": True} if name == "a.webp" else {}
    loaded = load(Pictures.fromarray(COLOURS), name, **options)
    assert np.array_equal(loaded.image.to_bytes()[0].numpy(), COLOURS)


def test_the_mask_is_one_minus_alpha(load: Callable[..., Any]) -> None:
    picture = Pictures.fromarray(COLOURS)
    picture.putalpha(Pictures.fromarray(SMOOTH))
    loaded = load(picture)
    assert np.array_equal(loaded.image.to_bytes()[0].numpy(), COLOURS)
    assert torch.equal(loaded.mask.values[0], 1 - torch.from_numpy(SMOOTH.astype(np.float32) / 255))


def test_grey_with_alpha_and_a_palette_with_alpha(load: Callable[..., Any]) -> None:
    grey = Pictures.merge("LA", [Pictures.fromarray(SMOOTH)] * 2)
    assert load(grey).mask.values.max() == 1
    palette = Pictures.new("P", (8, 6), 1)
    palette.putpalette([0, 0, 0, 255, 128, 0])
    loaded = load(palette, transparency=1)
    assert loaded.image.to_bytes()[0, 0, 0].tolist() == [255, 128, 0]
    assert loaded.mask.values.min() == 1


def test_one_bit_and_plain_palette(load: Callable[..., Any]) -> None:
    bits = Pictures.fromarray(SMOOTH > 127)
    assert load(bits).image.pixels.unique().tolist() == [0.0, 1.0]
    palette = Pictures.fromarray(COLOURS).quantize(8)
    expected = np.asarray(palette.convert("RGB"))
    loaded = load(palette)
    assert np.array_equal(loaded.image.to_bytes()[0].numpy(), expected)
    assert not loaded.mask.values.any()


def test_sixteen_bits_keep_their_depth(load: Callable[..., Any]) -> None:
    values = np.linspace(0, 65535, 48).astype(np.uint16).reshape(6, 8)
    loaded = load(Pictures.fromarray(values))
    expected = torch.from_numpy(values.astype(np.float32) / np.float32(65535))
    assert torch.equal(loaded.image.pixels[0], expected[..., None].expand(-1, -1, 3))


def test_cmyk(load: Callable[..., Any]) -> None:
    red = Pictures.new("CMYK", (8, 6), (0, 255, 255, 0))
    colour = load(red, "a.jpg", quality=100).image.to_bytes()[0, 3, 3].tolist()
    assert colour[0] > 250
    assert max(colour[1:]) < 5


def test_turned_as_its_exif_says(load: Callable[..., Any]) -> None:
    exif = Pictures.Exif()
    exif[0x0112] = 6
    loaded = load(Pictures.fromarray(COLOURS), exif=exif)
    assert (loaded.width, loaded.height) == (6, 8)
    assert np.array_equal(loaded.image.to_bytes()[0].numpy(), np.rot90(COLOURS, -1))


def test_the_first_of_several_frames(load: Callable[..., Any]) -> None:
    frames = [Pictures.new("RGB", (4, 4), (shade, 0, 0)) for shade in (200, 100)]
    loaded = load(frames[0], save_all=True, append_images=frames[1:])
    assert loaded.image.to_bytes()[0, 0, 0].tolist() == [200, 0, 0]


@pytest.mark.parametrize("size", [(1, 1), (1, 10_000)])
def test_odd_shapes(load: Callable[..., Any], size: tuple[int, int]) -> None:
    loaded = load(Pictures.new("RGB", size))
    assert (loaded.width, loaded.height) == size


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.bmp", "a.tiff"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.95])
def test_a_file_cut_short_is_a_sentence(
    ctx: Context, tmp_path: Path, name: str, share: float
) -> None:
    big = RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Pictures.fromarray(big).save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    with pytest.raises(NodeError) as caught:
        load_image(ctx, name)
    assert (caught.value.code, caught.value.port) == ("bad_image", "image")
    assert str(tmp_path) not in caught.value.message


@pytest.mark.parametrize(
    "data", [b"", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>", b"GIF89a" + b"\0" * 99]
)
def test_other_kinds_of_files(ctx: Context, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(NodeError, match="none of PNG, JPEG") as caught:
        load_image(ctx, "a.png")
    assert str(tmp_path) not in caught.value.message


def png_chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def claims(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to no pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(bytes(9)))


@pytest.mark.parametrize("side", [8_001, 9_400, 12_000, 50_000])
def test_too_many_pixels_are_refused_before_they_are_read(
    ctx: Context, tmp_path: Path, side: int
) -> None:
    (tmp_path / "a.png").write_bytes(claims(side, side))
    with pytest.raises(NodeError, match="more than 64 megapixels") as caught:
        load_image(ctx, "a.png")
    assert caught.value.code == "out_of_range"


def test_a_text_bomb_in_a_png(ctx: Context, tmp_path: Path) -> None:
    bomb = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 5_000_000))
    stream = io.BytesIO()
    Pictures.new("RGB", (4, 4)).save(stream, "PNG")
    (tmp_path / "a.png").write_bytes(stream.getvalue()[:33] + bomb + stream.getvalue()[33:])
    with pytest.raises(NodeError) as caught:
        load_image(ctx, "a.png")
    assert caught.value.code == "bad_image"


def test_no_such_picture_and_no_way_out(ctx: Context) -> None:
    for name in ("gone.png", "../a.png", "/etc/passwd", "file:///etc/passwd"):
        with pytest.raises(NodeError) as caught:
            load_image(ctx, name)
        assert caught.value.code == "not_found"


def test_a_folder_is_no_picture(ctx: Context, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(NodeError, match="Is a directory") as caught:
        load_image(ctx, "sub")
    assert caught.value.code == "bad_image"


def test_an_upload_is_named_by_its_hash(ctx: Context) -> None:
    stream = io.BytesIO()
    Pictures.fromarray(COLOURS).save(stream, "PNG")
    name = ctx.files.add(stream.getvalue())
    assert np.array_equal(load_image(ctx, name).image.to_bytes()[0].numpy(), COLOURS)


def kept(ctx: Context, image: Image, document: str = "", name: str = "x {n}") -> list[Artifact]:
    artifacts: list[Artifact] = []
    save_image(replace(ctx, document=document, on_artifact=artifacts.append), image, name)
    return artifacts


def test_a_saved_picture_comes_back_bit_for_bit(ctx: Context, tmp_path: Path) -> None:
    image = Image(torch.rand(2, 6, 8, 3))
    artifacts = kept(ctx, image)
    assert [(a.media_type, a.name, a.preview) for a in artifacts] == [
        ("image/png", "x {n}", False)
    ] * 2
    for index, artifact in enumerate(artifacts):
        (tmp_path / "back.png").write_bytes(artifact.data)
        loaded = load_image(ctx, "back.png").image
        assert torch.equal(loaded.to_bytes()[0], image.to_bytes()[index])


def test_the_png_carries_the_document_exactly(ctx: Context) -> None:
    document = '{"title": "é ‮abc 👨‍👩 \\u0000 \\u001b[31m"}\n'
    (artifact,) = kept(ctx, Image(torch.zeros(1, 2, 2, 3)), document)
    picture = Pictures.open(io.BytesIO(artifact.data))
    picture.load()
    assert picture.text == {"latentgraph": document}
    (bare,) = kept(ctx, Image(torch.zeros(1, 2, 2, 3)))
    assert Pictures.open(io.BytesIO(bare.data)).text == {}


def test_a_preview_is_marked(ctx: Context) -> None:
    artifacts: list[Artifact] = []
    preview_image(replace(ctx, on_artifact=artifacts.append), Image(torch.zeros(1, 2, 2, 3)))
    assert [artifact.preview for artifact in artifacts] == [True]


@pytest.mark.parametrize("sink", [preview_image, lambda ctx, image: save_image(ctx, image, "x")])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_picture_that_is_not_finite_is_no_black_picture(
    ctx: Context, sink: Callable[[Context, Image], None], value: float
) -> None:
    pixels = torch.zeros(1, 8, 8, 3)
    pixels[0, 3, 4, 1] = value
    with pytest.raises(NodeError, match="not finite") as caught:
        sink(ctx, Image(pixels))
    assert caught.value.code == "non_finite"
