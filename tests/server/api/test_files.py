"""Uploads and what runs made: by hash, with the type that is in them, and never a path."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image

from .serving import Server, run, serving


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 24), colour: str = "red") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, kind)
    return stream.getvalue()


async def upload(server: Server, data: Any, media: str = "image/png") -> tuple[int, Any]:
    headers = {"Content-Type": media}
    return await server.ask("POST", "/api/uploads", headers=headers, data=data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_upload_comes_back_as_it_was(tmp_path: Path, kind: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            data = picture(kind)
            status, found = await upload(server, data, "application/octet-stream")
            assert (status, found["width"], found["height"]) == (201, 40, 24)
            async with server.http.get(server.url + found["url"]) as answer:
                assert await answer.read() == data
                assert answer.content_type == f"image/{kind.lower()}"
                assert "immutable" in answer.headers["Cache-Control"]
                assert "sandbox" in answer.headers["Content-Security-Policy"]
                etag = answer.headers["ETag"]
            headers = {"If-None-Match": etag}
            async with server.http.get(server.url + found["url"], headers=headers) as answer:
                assert answer.status == 304
            small = f"{server.url}{found['url']}/thumbnail?size=64"
            async with server.http.get(small) as answer:
                assert answer.content_type == "image/webp"
                assert max(Image.open(io.BytesIO(await answer.read())).size) <= 64

    run(test)


@pytest.mark.parametrize("name", ["evil.html", "evil.svg", "evil.js", "x.png.html"])
def test_only_pictures_are_kept_whatever_they_are_called(tmp_path: Path, name: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            form = FormData()
            form.add_field("file", b"<script>alert(1)</script>", filename=name)
            assert (await _form(server, form))[0] == 415
            form = FormData()
            form.add_field("file", picture(), filename=name, content_type="text/html")
            status, found = await _form(server, form)
            assert (status, found["media_type"]) == (201, "image/png")

    run(test)


def test_wrong_pictures_are_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            whole = picture("PNG", (400, 300))
            assert (await upload(server, whole[: len(whole) // 2]))[0] == 422
            assert (await upload(server, b""))[0] == 422
            assert (await upload(server, b"GIF89a..."))[0] == 415
            large = picture("PNG", (9400, 9400))
            status, found = await upload(server, io.BytesIO(large))
            assert (status, found["error"]["code"]) == (413, "too_many_pixels")

    run(test)


@pytest.mark.parametrize(
    "media",
    ["multipart/form-data", f"multipart/form-data; boundary={'-' * 7000}",
     "multipart/form-data; boundary=", "multipart/form-data; boundary=x"],
)  # fmt: skip
def test_a_form_without_form_is_refused(tmp_path: Path, media: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            status, found = await upload(server, b"nothing like a form", media)
            assert 400 <= status < 500
            assert found["error"]["code"]

    run(test)


def test_many_small_parts_are_too_large_together(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            form = FormData()
            for index in range(400):
                form.add_field(f"f{index}", b"x" * 100_000, filename=f"{index}.png")
            try:
                status, _ = await _form(server, form)
            except OSError:
                return  # hung up on, before everything was sent
            assert status == 413

    run(test)


def test_the_same_picture_at_once_is_one_file(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            found = await asyncio.gather(*(upload(server, picture()) for _ in range(20)))
            assert {status for status, _ in found} == {201}
            assert len({answer["hash"] for _, answer in found}) == 1
            assert len([p for p in (tmp_path / "data/uploads").iterdir() if p.is_file()]) == 1

    run(test)


@pytest.mark.parametrize(
    "name",
    ["..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "../../etc/passwd", "a%00.png",
     "/etc/passwd", "a" * 5000, "ln", "ln%2fpasswd", "sha256:" + "0" * 64, "%0d%0aX-Evil:1"],
)  # fmt: skip
@pytest.mark.parametrize("folder", ["uploads", "artifacts"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, folder: str, name: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            kept = tmp_path / "data" / folder
            kept.mkdir(exist_ok=True)
            os.symlink("/etc", kept / "ln")
            host, _, port = server.host.partition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            head = f"GET /api/{folder}/{name} HTTP/1.1\r\nHost: {server.host}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
            assert int(answer.split()[1]) in {400, 404}
            assert b"root:" not in answer

    run(test)


def test_an_image_input_takes_a_hash_base64_or_a_file(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            data = picture()
            uri = "data:image/png;base64," + base64.b64encode(data).decode()
            path = "/api/templates/img2img/run"
            status, found = await server.ask("POST", path, {"image": uri})
            assert status == 202, found
            hash = found["runs"][0]["inputs"]["image"]
            assert hash.startswith("sha256:")
            status, found = await server.ask("POST", path, {"image": hash})
            assert status == 202
            form = FormData()
            form.add_field("image", data, filename="x.png")
            async with server.http.post(server.url + path, data=form) as answer:
                assert answer.status == 202
                assert (await answer.json())["runs"][0]["inputs"]["image"] == hash
            for wrong, code in (
                ("data:image/png;base64,!!!", "bad_picture"),
                ("sha256:" + "0" * 64, "unknown_upload"),
                ("../../etc/passwd", "unknown_image"),
                ("/etc/passwd", "unknown_image"),
                ("http://169.254.169.254/latest", "unknown_image"),
            ):
                status, found = await server.ask("POST", path, {"image": wrong})
                assert (status, found["error"]["code"]) == (422, code), wrong

    run(test)


async def _form(server: Server, form: FormData) -> tuple[int, Any]:
    return await server.ask("POST", "/api/uploads", data=form)
