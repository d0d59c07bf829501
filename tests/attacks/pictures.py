"""Attacks by pictures: halves, bombs, pages in disguise; and odd ones that are none."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from .book import Attack
from .deeds import deed, expect
from .field import Field, png, upload
from .modelfiles import listed
from .roles import with_value

Json = Any


@deed("F010", proves=["half-grey image accepted silently"])
def halves(field: Field, attack: Attack) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8))
    for kind in ("PNG", "JPEG", "WEBP"):
        data = saved(noise, kind)
        expect(attack, upload(field.mouth, data[: len(data) // 2], f"image/{kind.lower()}"))
        name = f"half-{kind.lower()}.{kind.lower()}"
        (field.serving.folder / "images" / name).write_bytes(data[: len(data) // 2])
        listed(field, "images", name)
        run: Json = field.serving.run(with_value(field.base, "load_image.path", name))
        assert run["status"] == "failed", run
        assert run["problems"][0]["code"] == "bad_image"
        assert run["problems"][0]["path"] == "load_image"


@deed("F011")
def vast(field: Field, attack: Attack) -> None:
    expect(attack, upload(field.mouth, header_only(50_000, 50_000)))


@deed("F012", proves=["RSS growth < 64 MB"])
def flat(field: Field, attack: Attack) -> None:
    data = flat_png(9400, 9400)
    with field.memory(64):
        expect(attack, upload(field.mouth, data))
    name = "flat.png"
    (field.serving.folder / "images" / name).write_bytes(data)
    listed(field, "images", name)
    run: Json = field.serving.run(with_value(field.base, "load_image.path", name))
    assert run["status"] == "failed", run


@deed("F013")
def texts(field: Field, attack: Attack) -> None:
    bomb = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(200 << 20), 9))
    many = b"".join(
        chunk(b"zTXt", b"k%d\0\0" % at + zlib.compress(bytes(1 << 20))) for at in range(100)
    )
    plain = png(8, 8)
    for extra in (bomb, many):
        expect(attack, upload(field.mouth, plain[:33] + extra + plain[33:]))


@deed("F015", proves=["re-encoded on upload or served nosniff with image type"])
def polyglots(field: Field, attack: Attack) -> None:
    script = b"<script>alert(1)</script>"
    picture = Image.new("RGB", (8, 8))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", comment=b"/*" + script + b"*/")
    for data in (png(8, 8) + script, stream.getvalue()):
        heard = upload(field.mouth, data)
        if heard.status != 201:
            assert heard.status in {415, 422}, heard
            continue
        served = field.mouth.ask("GET", heard.json["url"])
        assert served.headers["content-type"] in {"image/png", "image/jpeg"}
        assert served.headers["x-content-type-options"] == "nosniff"


@deed("F016", proves=["documented result for each; no traceback; EXIF rotation applied"])
def odd_pictures(field: Field, attack: Attack) -> None:
    """All of them load, as LoadImage's text says; a turned one comes out turned."""
    colour = Image.new("RGB", (64, 32), (250, 10, 10))
    turned = Image.Exif()
    turned[0x0112] = 6
    palette = colour.quantize(4)
    deep = Image.fromarray(np.full((16, 16), 40_000, np.uint16))
    odd: dict[str, tuple[Image.Image, str, dict[str, Json], tuple[int, int]]] = {
        "cmyk": (colour.convert("CMYK"), "JPEG", {}, (64, 32)),
        "16 bit": (deep, "PNG", {}, (16, 16)),
        "palette": (palette, "PNG", {"transparency": 0}, (64, 32)),
        "1 bit": (colour.convert("1"), "PNG", {}, (64, 32)),
        "turned": (colour, "JPEG", {"exif": turned}, (32, 64)),
        "dot": (Image.new("RGB", (1, 1)), "PNG", {}, (1, 1)),
        "strip": (Image.new("RGB", (1, 10_000)), "PNG", {}, (1, 10_000)),
        "profile": (colour, "PNG", {"icc_profile": b"not a profile"}, (64, 32)),
    }
    for name, (picture, kind, options, size) in odd.items():
        heard = upload(field.mouth, saved(picture, kind, **options))
        assert heard.status == 201, (name, heard)
        run: Json = field.serving.run(shown(heard.json["hash"]))
        assert run["status"] == "completed", (name, run)
        (made,) = [item for item in run["artifacts"] if not item["preview"]]
        assert (made["width"], made["height"]) == size, name
        thumbnail = f"{heard.json['url']}/thumbnail?size=64"
        assert field.mouth.ask("GET", thumbnail).status == 200, name


def shown(picture: str) -> dict[str, Json]:
    nodes = {
        "load": {"type": "LoadImage", "params": {"image": picture}},
        "save": {"type": "SaveImage", "inputs": {"image": "load.image"}},
    }
    return {"format": 1, "nodes": nodes}


def saved(picture: Image.Image, kind: str, **options: Json) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header_only(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def flat_png(width: int, height: int) -> bytes:
    """One colour, a row at a time, so that this process needs no memory for it either."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
