"""The editor's files: their types, its own pages, and nothing from outside the folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from .serving import run, serving


def built(folder: Path) -> Path:
    web = folder / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>editor</title>")
    (web / "assets" / "app-1a2b.js").write_text("export {}")
    (web / "notes.exe").write_text("no")
    (web / ".hidden.js").write_text("secret")
    (folder / "outside.js").write_text("secret")
    os.symlink(folder / "outside.js", web / "link.js")
    return web


@pytest.mark.parametrize(
    ("path", "status", "media"),
    [
        ("/", 200, "text/html"),
        ("/?app=mine", 200, "text/html"),
        ("/graphs/mine", 404, "application/json"),
        ("/?app=txt2img&other=1", 200, "text/html"),
        ("/assets/app-1a2b.js", 200, "text/javascript"),
        ("/assets/gone.js", 404, "application/json"),
        ("/notes.exe", 404, "application/json"),
        ("/.hidden.js", 404, "application/json"),
        ("/link.js", 404, "application/json"),
        ("/%2e%2e/outside.js", 404, "application/json"),
        ("/..%2foutside.js", 404, "application/json"),
        ("/assets/..%2f..%2foutside.js", 404, "application/json"),
        ("/a%00.js", 404, "application/json"),
        ("/" + "a" * 5000 + ".js", 404, "application/json"),
        ("/api/nothing", 404, "application/json"),
    ],
)
def test_files_have_their_types_and_stay_inside(
    tmp_path: Path, path: str, status: int, media: str
) -> None:
    from yarl import URL

    async def test() -> None:
        async with (
            serving(tmp_path / "data", web=built(tmp_path)) as server,
            server.http.get(URL(server.url + path, encoded=True)) as answer,
        ):
            assert (answer.status, answer.content_type) == (status, media)
            assert "secret" not in await answer.text()
            if status == 200:
                lasting = "immutable" in answer.headers["Cache-Control"]
                assert lasting == path.startswith("/assets/")
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    run(test)


def test_what_a_browser_has_is_not_sent_again(tmp_path: Path) -> None:
    async def test() -> None:
        web = built(tmp_path)
        async with serving(tmp_path / "data", web=web) as server:
            for path in ("/", "/assets/app-1a2b.js"):
                async with server.http.get(server.url + path) as answer:
                    etag = answer.headers["ETag"]
                headers = {"If-None-Match": etag}
                async with server.http.get(server.url + path, headers=headers) as answer:
                    assert answer.status == 304
                    assert await answer.read() == b""
            (web / "index.html").write_text("<!doctype html><title>a newer editor</title>")
            async with server.http.get(server.url + "/", headers=headers) as answer:
                assert "newer" in await answer.text()

    run(test)


def test_the_page_may_talk_to_this_server_alone(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            serving(tmp_path / "data", web=built(tmp_path)) as server,
            server.http.get(server.url + "/") as answer,
        ):
            policy = dict(
                each.strip().split(" ", 1)
                for each in answer.headers["Content-Security-Policy"].split(";")
            )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert set(policy["connect-src"].split()) == {
            "'self'",
            f"ws://{server.host}",
            f"wss://{server.host}",
        }

    run(test)


def test_without_an_editor_a_page_says_how_to_build_it_and_how_to_go_on(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            async with server.http.get(server.url + "/") as answer:
                page = await answer.text()
            assert "make web-build" in page
            assert f"{server.url}/api/templates/txt2img/run" in page
            for path in re.findall(r'href="([^"]+)"', page):
                assert (await server.ask("GET", path))[0] == 200
            assert not re.search(r"<script|<img|<link|src=|@import|url\(", page)
            assert (await server.ask("GET", "/assets/app.js"))[0] == 404

    run(test)
