"""The catalogue is read in the background, and again where it could not be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.errors import LatentgraphError
from server.api import app, shelf
from server.api.shelf import Stock
from server.settings import Settings

from .serving import run, serving, stock


@pytest.mark.parametrize("error", [LatentgraphError("at /secret/pack.py"), OSError(28, "full")])
def test_a_catalogue_that_cannot_be_read_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    good = stock(tmp_path / "cache")
    failures = [error, error]

    def read(settings: Settings) -> Stock:
        if failures:
            raise failures.pop()
        return good

    monkeypatch.setattr(shelf, "read_stock", read)
    monkeypatch.setattr(app, "AGAIN_SECONDS", 0.3)

    async def test() -> None:
        async with serving(tmp_path / "data", begins=True) as server:
            while not server.house.shelf.failure:
                await asyncio.sleep(0.01)
            status, found = await server.ask("GET", "/api/ready")
            assert status == 503
            assert "secret" not in found["reason"]
            assert (await server.ask("GET", "/api/health"))[0] == 200
            status, found = await server.ask("POST", "/api/runs", {"name": "txt2img"})
            assert (status, found["error"]["code"]) == (503, "starting")
            while (await server.ask("GET", "/api/ready"))[0] != 200:
                await asyncio.sleep(0.05)
            status, _ = await server.ask("POST", "/api/runs", {"name": "txt2img"})
            assert status == 202

    run(test)
