"""Pictures and models that are not here, or are not what they seem: by the names a person typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.server.conftest import Command, Said

NONE = "sha256:" + "0" * 64


def graph(folder: Path, loader: str = "LoadImage") -> Path:
    """Loads a picture or a mask and saves it."""
    doc: dict[str, Any] = {
        "format": 1,
        "inputs": {"image": {"to": ["load.image"]}},
        "nodes": {
            "load": {"type": loader},
            "save": {"type": "SaveImage", "inputs": {"image": "load.image"}},
        },
    }
    if loader == "LoadMask":
        doc["nodes"]["seen"] = {"type": "MaskToImage", "inputs": {"mask": "load.mask"}}
        doc["nodes"]["save"]["inputs"]["image"] = "seen.image"
    file = folder / "graph.json"
    file.write_text(json.dumps(doc), encoding="utf-8")
    return file


def bad_pictures(folder: Path) -> None:
    """Files that are no pictures, each in its own way."""
    folder.mkdir()
    (folder / "text.png").write_text("hello")
    (folder / "empty.png").touch()
    Image.new("RGB", (64, 64)).save(folder / "whole.png")
    (folder / "short.png").write_bytes((folder / "whole.png").read_bytes()[:60])
    Image.new("P", (4, 4)).save(folder / "moving.gif")
    Image.new("1", (9000, 8000)).save(folder / "large.png")


@pytest.mark.parametrize("loader", ["LoadImage", "LoadMask"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text.png", "is none of PNG, JPEG"),
        ("empty.png", "is none of PNG, JPEG"),
        ("short.png", "is damaged or cut short"),
        ("moving.gif", "is none of PNG, JPEG"),
        ("large.png", "has more than 64 megapixels"),
    ],
)
def test_a_bad_picture_is_named_as_it_was_typed(
    latentgraph: Command, tmp_path: Path, loader: str, name: str, words: str
) -> None:
    bad_pictures(tmp_path / "img")
    said = latentgraph("run", graph(tmp_path, loader), "--image", f"img/{name}")
    assert said.code == 1
    assert f"'img/{name}' {words}" in said.err
    assert "sha256" not in said.err


def test_so_it_is_in_the_events_and_with_set(latentgraph: Command, tmp_path: Path) -> None:
    bad_pictures(tmp_path / "img")
    doc = graph(tmp_path)
    said = latentgraph("run", doc, "--set", "load.image=img/text.png", "--json")
    events = [json.loads(line) for line in said.out.splitlines()]
    (problem,) = [each["problem"] for each in events if each["event"] == "node_failed"]
    assert "'img/text.png' is none of" in problem["message"]


def test_an_upload_without_a_name_keeps_a_hash_that_can_be_known(
    latentgraph: Command, tmp_path: Path
) -> None:
    bad_pictures(tmp_path / "img")
    latentgraph("run", graph(tmp_path), "--image", "img/text.png")
    (kept,) = (tmp_path / "data" / "uploads").iterdir()
    said = latentgraph("run", graph(tmp_path), "--image", f"sha256:{kept.name}")
    assert f"'sha256:{kept.name[:12]}...' is none of" in said.err


@pytest.mark.parametrize(
    ("image", "code", "words"),
    [
        ("img", 3, "'img' is a folder"),
        ("img/", 3, "'img/' is a folder"),
        ("img/none.png", 3, "there is no file 'img/none.png'"),
        ("/dev/null", 3, "'/dev/null' is no ordinary file"),
        ("sha256:1234", 2, "'sha256:1234' is no name of an upload. It is 'sha256:' and 64 digits"),
        (NONE, 2, "No upload 'sha256:000000000000...' is kept here."),
        ("none.png", 2, "Give the path of a picture's file"),
    ],
)
def test_what_is_no_picture_is_told_before_the_run(
    latentgraph: Command, tmp_path: Path, image: str, code: int, words: str
) -> None:
    bad_pictures(tmp_path / "img")
    said = latentgraph("run", graph(tmp_path), "--image", image)
    assert (said.code, said.out) == (code, "")
    assert words in said.err


def unknown(latentgraph: Command, *tokens: str) -> Said:
    said = latentgraph("run", *tokens)
    assert said.code == 2
    return said


def test_a_missing_model_says_where_it_belongs_and_how_to_take_another(
    latentgraph: Command, tmp_path: Path
) -> None:
    said = unknown(latentgraph, "model-parts")
    vae, unet, texts = said.err.splitlines()
    assert "There is no VAE 'vae-ft-mse" in vae
    assert f"Put it into {tmp_path / 'data' / 'models' / 'vae'}, " in vae
    assert "--vae NAME ('latentgraph models vaes' lists them)" in vae
    assert "There is no UNet " in unet
    assert "There is no text encoder " in texts
    assert "--set model.model=NAME" in unknown(latentgraph, "sdxl").err


def test_the_folder_that_is_named_is_one_that_is_read(latentgraph: Command, tmp_path: Path) -> None:
    named = tmp_path / "data" / "models" / "VAE"
    named.mkdir(parents=True)
    assert f"Put it into {named}, " in unknown(latentgraph, "model-parts").err
    (named / "vae-ft-mse-840000-ema-pruned.safetensors").write_bytes(b"")
    assert "There is no VAE" not in unknown(latentgraph, "model-parts").err


def test_a_controlnet_is_no_t2i_adapter(latentgraph: Command, tmp_path: Path) -> None:
    bad_pictures(tmp_path / "img")
    given = ("t2i-adapter", "--image", "img/whole.png", "--adapter")
    for name in ("x", "demo"):
        said = unknown(latentgraph, *given, name)
        assert f"There is no T2I adapter '{name}' on this machine. Put it into" in said.err
