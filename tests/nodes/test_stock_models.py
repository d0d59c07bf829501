"""The stock graphs about models: a stack of LoRAs, SDXL with its refiner; against pipelines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import graphs
from engine.files import Files
from engine.packs import find_packs, load_packs
from engine.session import Engine
from tests.nodes import ldm

PROMPT, NEGATIVE = "a photo of a red circle", "blue cat"
STEPS, SCALE, SEED = 5, 5.0, 11
TinyModel = Callable[[str], Path]
Doc = dict[str, Any]
PARTS = ("inputs", "outputs", "nodes")


def stock(name: str) -> Doc:
    doc: Doc = json.loads((Path(graphs.__file__).parent / f"{name}.json").read_text())
    return doc


def engine_at(*folders: Path) -> Engine:
    return Engine(registry=load_packs(find_packs()), device="cpu", files=Files({"models": folders}))


def run(engine: Engine, doc: Doc, **inputs: Any) -> Any:
    asked = {"prompt": PROMPT, "negative": NEGATIVE, "seed": SEED, "steps": STEPS}
    asked |= {"guidance": SCALE} | inputs
    asked = {name: value for name, value in asked.items() if name in doc["inputs"]}
    result = engine.run(engine.parse(json.dumps(doc)), asked, want=["image"]).check()
    return np.asarray(result.values["image"].pixels)


def quiet(pipe: Any) -> Any:
    pipe.set_progress_bar_config(disable=True)
    return pipe


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(SEED)


def write_lora(folder: Path, path: Path) -> None:
    """Random low-rank changes of two layers of the UNet and one of the text encoder."""
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    random = torch.Generator().manual_seed(len(path.name))
    state = {}
    for prefix, module, layer in (
        ("unet.", pipe.unet, "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"),
        ("unet.", pipe.unet, "up_blocks.1.attentions.0.transformer_blocks.0.attn2.to_v"),
        ("text_encoder.text_model.", pipe.text_encoder, "encoder.layers.0.self_attn.q_proj"),
    ):
        out, into = module.get_submodule(layer).weight.shape
        state[f"{prefix}{layer}.lora_A.weight"] = torch.randn((2, into), generator=random)
        state[f"{prefix}{layer}.lora_B.weight"] = torch.randn((out, 2), generator=random)
    path.parent.mkdir(exist_ok=True)
    save_file(state, path)


def lora_pipeline(folder: Path, files: Path, strengths: dict[str, float]) -> Any:
    kind = diffusers.StableDiffusionPipeline
    pipe = quiet(kind.from_pretrained(folder, local_files_only=True))
    raw = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    pipe.scheduler = diffusers.EulerDiscreteScheduler.from_config(raw)
    for name in strengths:
        pipe.load_lora_weights(files, weight_name=f"{name}.safetensors", adapter_name=name)
    pipe.set_adapters(list(strengths), list(strengths.values()))
    return pipe(
        PROMPT,
        negative_prompt=NEGATIVE,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=generator(),
        output_type="np",
    ).images


@pytest.mark.filterwarnings("ignore:Already found a `peft_config`:UserWarning")
def test_lora_stack_is_the_pipeline_with_adapters(
    models_root: Path, tiny_model: TinyModel, tmp_path: Path
) -> None:
    folder = tiny_model("sd15")
    for name in ("style", "other"):
        write_lora(folder, tmp_path / "loras" / f"{name}.safetensors")
    engine, doc = engine_at(models_root, tmp_path), stock("lora-stack")
    doc["nodes"]["model"]["params"]["model"] = "sd15"
    stack = [
        {"file": "style.safetensors", "unet": 0.8, "text": 0.8},
        {"file": "other.safetensors", "unet": 1.3, "text": 1.3},
    ]
    found = run(engine, doc, loras=stack)
    wanted = lora_pipeline(folder, tmp_path / "loras", {"style": 0.8, "other": 1.3})
    assert np.array_equal(found, wanted)
    plain = run(engine, stock("txt2img") | {"nodes": _on(stock("txt2img"), "sd15")})
    assert not np.array_equal(found, plain)
    none = [{**each, "unet": 0, "text": 0} for each in stack]
    assert np.array_equal(run(engine, doc, loras=none), plain)


def test_two_strengths_in_one_graph(
    models_root: Path, tiny_model: TinyModel, tmp_path: Path
) -> None:
    """One model, used as it is and with a LoRA at two strengths, in one run: as in runs alone."""
    write_lora(tiny_model("sd15"), tmp_path / "loras" / "style.safetensors")
    stacks = [
        [{"file": "style.safetensors", "unet": strength, "text": strength}] if strength else []
        for strength in (0.5, 1.0, 0.0)
    ]
    styled = stock("lora-stack")
    styled["nodes"]["model"]["params"]["model"] = "sd15"
    doc: Doc = {"format": 1, "definitions": {"styled": {k: styled[k] for k in PARTS}}}
    doc["nodes"] = {
        f"of_{index}": {"type": "Subgraph", "graph": "styled", "params": {"loras": stack}}
        for index, stack in enumerate(stacks)
    }
    doc["outputs"] = {name: f"{name}.image" for name in doc["nodes"]}
    engine = engine_at(models_root, tmp_path)
    values = engine.run(engine.parse(json.dumps(doc)), want=list(doc["outputs"])).check().values
    together = [np.asarray(values[name].pixels) for name in doc["outputs"]]
    for found, stack in zip(together, stacks, strict=True):
        alone = engine_at(models_root, tmp_path)
        asked = alone.run(alone.parse(json.dumps(styled)), {"loras": stack}, want=["image"])
        assert np.array_equal(found, np.asarray(asked.check().values["image"].pixels))
    assert not np.array_equal(together[0], together[1])
    assert not np.array_equal(together[1], together[2])


def _on(doc: Doc, model: str) -> Doc:
    doc["nodes"]["model"]["params"]["model"] = model
    nodes: Doc = doc["nodes"]
    return nodes


@pytest.mark.parametrize("handoff", [0.8, 0.5])
def test_sdxl_hands_its_latent_to_the_refiner(tmp_path: Path, handoff: float) -> None:
    """From single files, their names those of the published ones."""
    base, refiner = (quiet(ldm.pipeline(name)) for name in ("sdxl", "sdxl_refiner"))
    refiner.vae = base.vae
    for pipe, name in ((base, "base"), (refiner, "refiner")):
        family = "sdxl" if name == "base" else "sdxl_refiner"
        path = tmp_path / "checkpoints" / f"sd_xl_{name}_1.0.safetensors"
        ldm.single_file(pipe, family, path)
    found = run(engine_at(tmp_path), stock("sdxl-refiner"), width=64, height=64, handoff=handoff)
    asked = {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "num_inference_steps": STEPS,
        "guidance_scale": SCALE,
    }
    draft = base(
        **asked,
        width=64,
        height=64,
        denoising_end=handoff,
        generator=generator(),
        output_type="latent",
    ).images
    wanted = refiner(**asked, image=draft, denoising_start=handoff, output_type="np").images
    assert np.array_equal(found, wanted)
