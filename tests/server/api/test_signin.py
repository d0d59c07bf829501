"""The token: exchanged for a cookie that a script cannot read and another site cannot use."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from server.api.access import Access

from .serving import run, serving

TOKEN = "a-long-enough-secret"


def test_a_browser_is_let_in_by_a_cookie(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            serving(tmp_path / "data", access=Access(token=TOKEN)) as server,
            ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser,
        ):
            async with browser.get(server.url + "/") as answer:
                assert (answer.status, answer.content_type) == (401, "text/html")
                assert "/api/session" in await answer.text()
            url = server.url + "/api/session"
            for wrong in ("", "wrong", TOKEN + "x", TOKEN[:-1]):
                async with browser.post(url, json={"token": wrong}) as answer:
                    assert answer.status == 401
                    assert "Set-Cookie" not in answer.headers
            async with browser.post(url, json={"token": TOKEN}) as answer:
                cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert TOKEN not in cookie
            async with browser.get(server.url + "/api/runs") as answer:
                assert answer.status == 200
            async with browser.delete(url) as answer:
                assert answer.status == 204
            async with browser.get(server.url + "/api/runs") as answer:
                assert answer.status == 401

    run(test)


def test_a_program_is_let_in_by_a_header_and_the_token_is_nowhere_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", access=Access(token=TOKEN)) as server:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            found = await server.get("/api/runs", headers=headers)
            assert found["runs"] == []
            await server.ask("GET", f"/api/runs?token={TOKEN}", headers=headers)
            await server.ask("GET", "/api/runs")

    with caplog.at_level(logging.DEBUG):
        run(test)
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(Access(token=TOKEN))


def test_without_a_token_everybody_is_in(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            found = await server.ask("POST", "/api/session", {"token": "x"})
            assert found == (200, {"token_needed": False})

    run(test)
