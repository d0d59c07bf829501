"""What saved pictures carry, read back by Pillow, by the command line's reader, and as XML."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image as Pictures

import graphs
from engine import Artifact, Context
from engine.files import Files
from engine.packs import find_packs, load_packs
from engine.session import Engine
from nodes.image import Image
from nodes.imagefile import load_image, save_image
from nodes.metadata import ModelFile
from nodes.metadatamodels import models_of
from nodes.parameters import SAMPLERS, parameters_of
from server import a1111
from server.picture import embedded_graph, generation_parameters
from server.source import stock
from tests.nodes import ldm

KINDS = ("png", "webp", "jpeg")
LONG = "x" * 200_000
DOCUMENTS = ['{"title": "é ‮abc 👨‍👩 <b> & ]]> \\u0000 \\n \'q\'"}\n', json.dumps({"title": LONG})]
MAKER = {"latentgraph": "urn:latentgraph:1"}


def picture() -> Image:
    """Smooth, with a little noise."""
    y, x = np.mgrid[0:24, 0:32]
    smooth = np.stack([8 * x, 10 * y, 4 * (x + y)], axis=-1)
    values = (smooth + np.random.default_rng(7).integers(0, 8, smooth.shape))[None].astype(np.uint8)
    return Image(torch.from_numpy(values.astype(np.float32) / 255))


def saved(ctx: Context, document: str = "", seed: str = "", **options: Any) -> Artifact:
    kept: list[Artifact] = []
    save_image(
        replace(ctx, document=document, seed=seed, on_artifact=kept.append),
        picture(),
        "x",
        **options,
    )
    return kept[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("document", DOCUMENTS, ids=["odd signs", "200 kB"])
def test_the_graph_comes_back_as_it_was(ctx: Context, kind: str, document: str) -> None:
    artifact = saved(ctx, document, "7", format=kind)
    assert artifact.media_type == f"image/{kind}"
    assert embedded_graph(artifact.data).decode() == document
    with Pictures.open(io.BytesIO(artifact.data)) as opened:
        opened.load()
        assert opened.format == kind.upper()


def properties(data: bytes) -> dict[str, str]:
    """The XMP of a small picture, by an XML parser."""
    packet = Pictures.open(io.BytesIO(data)).info["xmp"]
    (about,) = ElementTree.fromstring(packet).iter(
        "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"
    )
    return {each.tag.partition("}")[2]: each.text or "" for each in about}


@pytest.mark.parametrize("kind", ["webp", "jpeg"])
def test_the_xmp_is_xml_with_graph_and_seed(ctx: Context, kind: str) -> None:
    document = '{"title": "é 👨‍👩 <b> & ]]>"}\n'
    found = properties(saved(ctx, document, "7", format=kind).data)
    assert found["graph"] == document
    assert json.loads(found["made"]) == {"seed": "7"}


def test_a_png_has_graph_and_seed_as_texts(ctx: Context) -> None:
    document = '{"title": "é"}\n'
    opened = Pictures.open(io.BytesIO(saved(ctx, document, "7").data))
    assert opened.text == {"latentgraph": document, "latentgraph-made": '{"seed": "7"}'}
    assert Pictures.open(io.BytesIO(saved(ctx).data)).text == {}


@pytest.mark.parametrize(("kind", "quality"), [("png", 1), ("webp", 100)])
def test_lossless_kinds_keep_every_pixel(
    ctx: Context, tmp_path: Path, kind: str, quality: int
) -> None:
    (tmp_path / f"a.{kind}").write_bytes(saved(ctx, format=kind, quality=quality).data)
    found = load_image(ctx, f"a.{kind}").image
    assert torch.equal(found.to_bytes(), picture().to_bytes())


@pytest.mark.parametrize("kind", ["webp", "jpeg"])
def test_quality_costs_bytes_and_keeps_the_picture(ctx: Context, tmp_path: Path, kind: str) -> None:
    files = {quality: saved(ctx, format=kind, quality=quality).data for quality in (10, 60, 95)}
    assert len(files[10]) < len(files[60]) < len(files[95])
    (tmp_path / "a").write_bytes(files[95])
    found = load_image(ctx, "a").image.pixels
    assert float((found - picture().pixels).abs().mean()) < 0.03


def test_files_of_models_are_named_with_their_sha256(ctx: Context, models_root: Path) -> None:
    """Of a whole checkpoint, a LoRA, a folder's UNet, and the demo model; once each."""
    ldm.single_file(ldm.pipeline("sd1"), "sd1", models_root / "checkpoints" / "whole.safetensors")
    (models_root / "loras").mkdir(exist_ok=True)
    (models_root / "loras" / "fine.safetensors").write_bytes(b"fine")
    graph = {
        "nodes": {
            "one": {"type": "LoadModel", "params": {"model": "whole.safetensors"}},
            "two": {"type": "LoadModel", "params": {"model": "whole.safetensors"}},
            "built": {"type": "LoadModel"},
            "wired": {"type": "LoadModel", "inputs": {"model": "text.value"}},
            "gone": {"type": "LoadVAE", "params": {"vae": "gone.safetensors"}},
            "loop": {
                "type": "Repeat",
                "body": {
                    "lora": {"type": "LoRA", "params": {"loras": [{"file": "fine.safetensors"}]}}
                },
            },
        }
    }
    found = models_of(graph, ctx.files)
    assert [(each.list, each.name) for each in found] == [
        ("models", "whole.safetensors"),
        ("models", "demo"),
        ("loras", "fine.safetensors"),
    ]
    whole = (models_root / "checkpoints" / "whole.safetensors").read_bytes()
    assert found[0].sha256 == hashlib.sha256(whole).hexdigest()
    assert found[2].sha256 == hashlib.sha256(b"fine").hexdigest()
    from nodes.demo import MODEL_DIR

    unet = (MODEL_DIR / "unet" / "diffusion_pytorch_model.safetensors").read_bytes()
    assert found[1].sha256 == hashlib.sha256(unet).hexdigest()


def read_document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(graphs.__file__).parent / f"{name}.json").read_text())
    return found


MODELS = (ModelFile("models", "sub/net.safetensors", "0123456789abcdef" * 4),)


@pytest.mark.parametrize("name", ["txt2img", "txt2img-simple"])
def test_a1111s_text_of_a_graph(name: str) -> None:
    """As A1111 writes it, out of a loop that lies open or is folded into a definition."""
    graph = read_document(name)
    text = parameters_of(graph, (64, 96), "8", MODELS)
    assert text == (
        "a red circle on a blue background\n"
        "Steps: 20, Sampler: Euler, Schedule type: Uniform, CFG scale: 4, Seed: 8, Size: 64x96, "
        "Model hash: 0123456789, Model: net"
    )


def test_negative_loras_strength_and_quotes() -> None:
    graph = read_document("lora-stack")
    graph["nodes"]["negative"]["params"] = {"text": "blurry, dark", "skip_layers": 1}
    graph["nodes"]["positive"]["params"] |= {"skip_layers": 1}
    stack = [{"file": "a/fine.safetensors", "unet": 0.5}]
    lora = next(node for node in graph["nodes"].values() if node["type"] == "LoRA")
    lora["params"] = {"loras": stack}
    models = (*MODELS, ModelFile("loras", "a/fine.safetensors", "ab" * 32))
    text = parameters_of(graph, (64, 64), "8", models)
    prompt, negative, settings = text.splitlines()
    assert prompt.endswith("<lora:fine:0.5>")
    assert negative == "Negative prompt: blurry, dark"
    assert "Clip skip: 2" in settings
    assert 'Lora hashes: "fine: abababababab"' in settings


@pytest.mark.parametrize("solver", SAMPLERS)
def test_every_sampler_comes_back_from_its_name(solver: str) -> None:
    graph = read_document("txt2img")
    graph["nodes"]["schedule"]["params"] |= {"solver": solver, "steps": 33, "sigmas": "karras"}
    graph["nodes"]["positive"]["params"]["text"] = "line one,\nline: two"
    found = a1111.parse(parameters_of(graph, (64, 96), "8", MODELS))
    assert found is not None
    doc, notes = a1111.graph_of(found, stock(), ["other.safetensors", "sub/net.safetensors"])
    assert notes == []
    wanted = json.loads(json.dumps(graph))
    wanted["nodes"]["empty"]["params"] = {"width": 64, "height": 96}
    wanted["nodes"]["model"]["params"] = {"model": "sub/net.safetensors"}
    wanted["nodes"]["negative"]["params"] = {"text": ""}
    assert doc["nodes"] == wanted["nodes"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["a cat", "eine Katze, 猫 é"])
def test_a1111s_text_lies_where_others_look(
    ctx: Context, kind: str, text: str, models_root: Path, tiny_model: Callable[[str], Path]
) -> None:
    """PNG text and EXIF user comment, by Pillow and by the command line's reader."""
    tiny_model("sd15")
    graph = read_document("txt2img")
    graph["nodes"]["model"]["params"]["model"] = "sd15"
    graph["nodes"]["positive"]["params"]["text"] = text
    document = json.dumps(graph, ensure_ascii=False)
    data = saved(ctx, document, "8", format=kind, parameters="a1111").data
    said = generation_parameters(data)
    assert said.startswith(f"{text}\nSteps: 20, Sampler: Euler")
    assert "Seed: 8, Size: 32x24, Model hash: " in said
    opened = Pictures.open(io.BytesIO(data))
    if kind == "png":
        assert opened.text["parameters"] == said
    else:
        comment = opened.getexif().get_ifd(0x8769)[0x9286]
        assert comment == b"UNICODE\0" + said.encode("utf-16-be")
    assert generation_parameters(saved(ctx, document, format=kind).data) == ""


@pytest.mark.parametrize("kind", ["webp", "jpeg"])
def test_a_run_of_what_a_picture_carries_gives_the_same_pixels(tmp_path: Path, kind: str) -> None:
    files = Files({"images": [tmp_path]})
    engine = Engine(registry=load_packs(find_packs()), device="cpu", files=files)
    doc = read_document("txt2img")
    doc["nodes"]["save"]["params"] = {"format": kind, "quality": 90}
    asked = {"steps": 2, "seed": 5}
    first = engine.run(engine.parse(json.dumps(doc)), asked).check().artifacts[0].data
    again = engine.run(engine.parse(embedded_graph(first).decode())).check().artifacts[0].data
    assert first == again
