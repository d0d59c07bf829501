"""The editor's files: their types, its own pages, and nothing from outside the folder."""

from __future__ import annotations

import os
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
        ("/graphs/mine", 200, "text/html"),
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


def test_without_an_editor_a_page_says_where_to_begin(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            async with server.http.get(server.url + "/") as answer:
                assert 'href="/api/docs"' in await answer.text()
            assert (await server.ask("GET", "/assets/app.js"))[0] == 404

    run(test)
