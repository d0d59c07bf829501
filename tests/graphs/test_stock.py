"""Every stock graph: canonical, valid, and with a public face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.bind import faces
from engine.builder import Builder
from engine.canonical import dumps
from engine.catalogue import Catalogue
from engine.graph import parse, walk_nodes
from engine.packs import catalogue_of, find_packs
from engine.validate import validate
from server.source import stock

PUBLIC = {
    "txt2img": "prompt negative seed steps guidance",
    "txt2img-simple": "prompt negative seed steps guidance",
    "img2img": "image prompt negative seed steps guidance strength width height",
    "hires-fix": "prompt negative seed steps guidance width strength",
    "guidance-curve": "prompt negative seed steps guidance",
    "prompt-switch": "prompt then switch_at negative seed steps guidance",
    "seed-grid": "prompt negative seeds columns steps guidance",
    "few-step": "prompt negative seed steps guidance",
    "controlnet": "image prompt negative seed steps guidance strength start end",
    "controlnet-drawn": "shapes prompt negative seed steps guidance strength",
    "controlnet-two": "image image_2 prompt negative seed steps guidance strength strength_2",
    "controlnet-guess": "image prompt negative seed steps guidance strength",
    "t2i-adapter": "image adapter model prompt negative seed steps guidance width height strength "
    "end",
    "lora-stack": "prompt negative loras seed steps guidance",
    "model-parts": "prompt negative unet text_encoder vae seed steps guidance width height",
    "words": "prompt negative words skip_layers seed steps guidance",
    "sdxl": "prompt style seed steps guidance width height "
    "original_width original_height crop_left crop_top",
    "sdxl-refiner": "prompt negative seed steps handoff guidance width height",
    "inpaint-4": "image mask prompt negative seed steps guidance strength width height",
    "inpaint-9": "model image mask prompt negative seed steps guidance width height",
    "inpaint-crop": "image mask prompt negative seed steps guidance strength width height padding",
    "inpaint-soft": "image mask prompt negative seed steps guidance strength width height",
    "outpaint": "image left top right bottom prompt negative seed steps guidance strength",
    "upscale": "image upscaler tile width height",
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return catalogue_of(find_packs(), tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(("name", "file"), stock().items(), ids=stock())
def test_it_is_canonical_and_valid(name: str, file: Path, catalogue: Catalogue) -> None:
    text = file.read_text(encoding="utf-8")
    graph = parse(text)
    assert dumps(graph) == text
    assert validate(graph, catalogue) == []
    assert graph.title
    assert graph.about.endswith(".")


@pytest.mark.parametrize("name", PUBLIC)
def test_its_public_inputs_are_typed_and_titled(name: str, catalogue: Catalogue) -> None:
    graph = parse(stock()[name].read_bytes())
    assert " ".join(graph.inputs) == PUBLIC[name]
    assert set(faces(graph, catalogue)) == set(graph.inputs)
    assert all(public.title for public in graph.inputs.values())
    assert "image" in graph.outputs


def test_the_simple_graph_has_six_nodes_and_the_open_one_in_its_definition() -> None:
    simple, open_ = (parse(stock()[name].read_bytes()) for name in ("txt2img-simple", "txt2img"))
    assert len(simple.nodes) == 6
    inside = {
        node_id: node.type for node_id, node, _ in walk_nodes(simple.definitions["sampler"].nodes)
    }
    assert inside.items() <= {i: node.type for i, node, _ in walk_nodes(open_.nodes)}.items()


def test_the_builder_writes_the_same_file_but_for_places(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    g = Builder(
        catalogue,
        "Text to image",
        "A picture of what the prompt says. The denoising loop lies open: one turn is the body "
        "of 'denoise'.",
    )
    model = g.LoadModel(id="model", model="demo")
    text = "a red circle on a blue background"
    positive = g.TextEncode(id="positive", text=text, text_encoder=model.text_encoder)
    negative = g.TextEncode(id="negative", text_encoder=model.text_encoder)
    pair = g.PairConditioning(id="pair", cond=positive.conditioning, uncond=negative.conditioning)
    schedule = g.Schedule(id="schedule", solver="euler", steps=20, config=model.schedule)
    empty = g.EmptyLatent(id="empty", vae=model.vae)
    noise = g.AddNoise(id="noise", seed=8, latent=empty.latent, solver=schedule.solver)
    with g.Repeat(
        id="denoise", over=schedule.steps, latent=noise.latent, solver=noise.solver
    ) as loop:
        now = {"latent": loop.latent, "step": loop.item}
        predict = g.UNetDenoise(
            id="predict", unet=model.unet, conditioning=pair.conditioning, **now
        )
        guide = g.CFGCombine(id="guide", scale=4, prediction=predict.prediction)
        move = g.SchedulerStep(id="move", solver=loop.solver, prediction=guide.prediction, **now)
        clean = g.EstimateClean(id="clean", prediction=guide.prediction, **now)
        loop.next(latent=move.latent, solver=move.solver)
        loop.show(clean.latent)
    decode = g.VAEDecode(id="decode", vae=model.vae, latent=loop.latent)
    g.SaveImage(id="save", image=decode.image)
    g.output("image", decode.image)
    g.input("prompt", to=positive["text"], title="Prompt")
    about = "What the picture should not show"
    g.input("negative", to=negative["text"], title="Negative prompt", about=about)
    g.input("seed", to=noise["seed"], title="Seed")
    g.input("steps", to=schedule["steps"], title="Steps")
    about = "How strongly the prompt counts"
    g.input("guidance", to=guide["scale"], title="Guidance scale", about=about)
    g.save(tmp_path / "built.json")
    placed = parse(stock()["txt2img"].read_bytes())
    assert (tmp_path / "built.json").read_text("utf-8") == dumps(replace(placed, view={}))
