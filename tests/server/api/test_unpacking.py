"""Graphs out of pictures: what latentgraph saved, what A1111 made, and what carries none."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from server.source import stock

from .serving import Server, run, serving

PARAMETERS = (
    "a lighthouse in a storm\nNegative prompt: fog\n"
    "Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 42, Size: 512x768, Model: nowhere, "
    "Hires upscaler: Latent"
)


def png(**texts: str) -> bytes:
    info = PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text)
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


async def ask(server: Server, data: bytes, media: str = "image/png") -> tuple[int, Any]:
    headers = {"Content-Type": media}
    return await server.ask("POST", "/api/pictures/graph", headers=headers, data=data)


def test_a_picture_gives_its_own_graph_as_it_was_saved(tmp_path: Path) -> None:
    async def test() -> None:
        text = stock()["seed-grid"].read_text()
        async with serving(tmp_path / "data") as server:
            status, found = await ask(server, png(latentgraph=text, parameters=PARAMETERS))
            assert (status, found["notes"]) == (200, [])
            assert found["graph"] == json.loads(text)

    run(test)


def test_a_picture_of_a1111_gives_a_graph_that_lacks_only_its_model(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            status, found = await ask(server, png(parameters=PARAMETERS), "image/png")
            assert status == 200
            nodes = found["graph"]["nodes"]
            assert nodes["positive"]["params"]["text"] == "a lighthouse in a storm"
            assert nodes["negative"]["params"]["text"] == "fog"
            assert nodes["schedule"]["params"] == {
                "sigmas": "model",
                "solver": "euler_a",
                "steps": 28,
            }
            assert nodes["noise"]["params"]["seed"] == 42
            assert any("Hires upscaler" in note for note in found["notes"])
            _, checked = await server.ask("POST", "/api/validate", json={"graph": found["graph"]})
            assert [problem["code"] for problem in checked["problems"]] == ["unknown_model"]
            uploads = await server.ask("GET", "/api/uploads/" + "0" * 64)
            assert uploads[0] == 404  # reading keeps nothing

    run(test)


@pytest.mark.parametrize(
    ("data", "media", "status", "code"),
    [
        (png(), "image/png", 422, "no_graph"),
        (png(parameters="no settings here"), "image/png", 422, "no_graph"),
        (png(latentgraph="{"), "image/png", 422, "bad_json"),
        (png(latentgraph='{"format": 1, "nodes": 3}'), "image/png", 422, ""),
        (png(latentgraph='{"format":1}')[:60], "image/png", 422, "no_graph"),
        (b"GIF89a", "application/octet-stream", 415, "unsupported_media"),
        (b"", "image/png", 422, "bad_picture"),
        (b"{}", "application/json", 415, "unsupported_media"),
    ],
)
def test_what_carries_no_graph_is_refused_with_a_sentence(
    tmp_path: Path, data: bytes, media: str, status: int, code: str
) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            came, found = await ask(server, data, media)
            assert came == status, found
            assert found["error"]["code"] == code or code == ""
            assert found["error"]["message"].endswith((".", "?"))

    run(test)
