"""The other stock graphs, each against an oracle: pipelines, or a loop written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

import graphs
from engine.files import Files
from engine.packs import find_packs, load_packs
from engine.session import Engine

PROMPT, THEN, NEGATIVE = "a photo of a red circle", "a green square", "blue cat"
STEPS, SCALE, SEED = 6, 5.0, 11
TinyModel = Callable[[str], Path]
Doc = dict[str, Any]


@pytest.fixture(scope="module")
def engine(models_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    files = Files({"models": [models_root]}, uploads=tmp_path_factory.mktemp("uploads"))
    return Engine(registry=load_packs(find_packs()), device="cpu", files=files)


@pytest.fixture
def pipe(tiny_model: TinyModel) -> Any:
    return pipeline("StableDiffusionPipeline", tiny_model("sd15"))


def pipeline(kind: str, folder: Path, scheduler: str = "EulerDiscreteScheduler") -> Any:
    pipe = getattr(diffusers, kind).from_pretrained(folder, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    raw = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    pipe.scheduler = getattr(diffusers, scheduler).from_config(raw)
    return pipe


def stock(name: str) -> Doc:
    doc: Doc = json.loads((Path(graphs.__file__).parent / f"{name}.json").read_text())
    doc["nodes"]["model"]["params"]["model"] = "sd15"
    return doc


def run(engine: Engine, doc: Doc, want: str = "image", **inputs: Any) -> Any:
    asked = {"prompt": PROMPT, "negative": NEGATIVE, "seed": SEED, "steps": STEPS} | inputs
    asked = {name: value for name, value in asked.items() if name in doc["inputs"]}
    result = engine.run(engine.parse(json.dumps(doc)), asked, want=[want]).check()
    return result.values[want]


def pixels(image: Any) -> np.ndarray[Any, Any]:
    return np.asarray(image.pixels)


def by_hand(pipe: Any, rows: Callable[[int], tuple[list[str], float]]) -> np.ndarray[Any, Any]:
    """The denoising loop on bare diffusers modules; `rows` gives prompts and scale of a turn."""

    def encode(text: str) -> torch.Tensor:
        ids = pipe.tokenizer(
            text, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
        ).input_ids
        return pipe.text_encoder(ids)[0]  # type: ignore[no-any-return]

    with torch.no_grad():
        pipe.scheduler.set_timesteps(STEPS)
        generator = torch.Generator().manual_seed(SEED)
        size = pipe.unet.config.sample_size
        latent = torch.randn((1, 4, size, size), generator=generator)
        latent = latent * pipe.scheduler.init_noise_sigma
        for index, t in enumerate(pipe.scheduler.timesteps):
            texts, scale = rows(index)
            batch = pipe.scheduler.scale_model_input(torch.cat([latent] * len(texts)), t)
            states = torch.cat([encode(text) for text in texts])
            out = pipe.unet(batch, t, encoder_hidden_states=states).sample
            if len(texts) == 2:
                uncond, cond = out.chunk(2)
                out = uncond + scale * (cond - uncond)
            latent = pipe.scheduler.step(out, t, latent, generator=generator).prev_sample
        decoded = pipe.vae.decode(latent / pipe.vae.config.scaling_factor).sample
        picture = (decoded * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)
    return np.asarray(picture)


def test_guidance_curve_asks_for_one_row_where_guidance_is_off(engine: Engine, pipe: Any) -> None:
    points = [{"at": 0, "value": 5}, {"at": 4, "value": 5}, {"at": 4, "value": 1}]

    def rows(index: int) -> tuple[list[str], float]:
        return ([NEGATIVE, PROMPT], SCALE) if index < 4 else ([PROMPT], 1.0)

    got = run(engine, stock("guidance-curve"), guidance=points)
    assert np.array_equal(pixels(got), by_hand(pipe, rows))


def test_changing_the_curve_late_reruns_the_tail_only(engine: Engine) -> None:
    doc = stock("guidance-curve")
    flat = [{"at": 0, "value": 5}, {"at": 14, "value": 5}]
    late = [{"at": 0, "value": 5}, {"at": 13, "value": 5}, {"at": 19, "value": 3}]
    run(engine, doc, steps=20, guidance=flat)
    graph = engine.parse(json.dumps(doc))
    asked = {"prompt": PROMPT, "negative": NEGATIVE, "seed": SEED, "steps": 20}
    report = engine.run(graph, {**asked, "guidance": late}).check().report
    assert (report.nodes["denoise"].cached, report.nodes["denoise"].runs) == (14, 6)
    assert report.nodes["predict"].runs <= 6


def test_prompt_switch(engine: Engine, pipe: Any) -> None:
    def rows(index: int) -> tuple[list[str], float]:
        return [NEGATIVE, PROMPT if index < 3 else THEN], SCALE

    got = run(engine, stock("prompt-switch"), then=THEN, switch_at=3, guidance=SCALE)
    assert np.array_equal(pixels(got), by_hand(pipe, rows))


def test_few_step_is_the_lcm_pipeline(engine: Engine, tiny_model: TinyModel) -> None:
    lcm = pipeline("StableDiffusionPipeline", tiny_model("sd15"), "LCMScheduler")
    want = lcm(
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        num_inference_steps=4,
        guidance_scale=3.0,
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
    ).images
    got = run(engine, stock("few-step"), steps=4, guidance=3.0)
    assert np.array_equal(pixels(got), want)


def test_hires_fix_is_two_pipelines_with_a_resize_between(
    engine: Engine, pipe: Any, tiny_model: TinyModel
) -> None:
    asked = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    draft = pipe(
        **asked, num_inference_steps=STEPS, generator=torch.Generator().manual_seed(SEED)
    ).images[0]
    big = draft.resize((96, 96), Image.Resampling.LANCZOS)
    second = pipeline("StableDiffusionImg2ImgPipeline", tiny_model("sd15"))
    want = second(
        **asked,
        image=big,
        strength=0.5,
        num_inference_steps=STEPS,
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
    ).images
    got = run(engine, stock("hires-fix"), guidance=SCALE, width=96, strength=0.5)
    assert np.array_equal(pixels(got), want)


def test_seed_grid_holds_the_pictures_of_single_runs(engine: Engine) -> None:
    seeds = [3, 5, 8]
    pictures = run(engine, stock("seed-grid"), "seeds.image", seeds=seeds, guidance=SCALE)
    single = stock("txt2img")
    for seed, picture in zip(seeds, pictures, strict=True):
        alone = run(engine, single, seed=seed, guidance=SCALE)
        assert np.array_equal(pixels(picture), pixels(alone))
    grid = pixels(run(engine, stock("seed-grid"), seeds=seeds, columns=3, guidance=SCALE))
    size = pixels(pictures[0]).shape[1]
    assert grid.shape[2] >= 3 * size
    for picture in pictures:
        assert _contains(grid[0], pixels(picture)[0])


def _contains(grid: np.ndarray[Any, Any], tile: np.ndarray[Any, Any]) -> bool:
    grid, tile = np.rint(grid * 255), np.rint(tile * 255)  # a grid is drawn in 8 bits
    rows, columns, _ = tile.shape
    corner = np.argwhere((grid == tile[0, 0]).all(-1))
    return any(
        np.array_equal(grid[y : y + rows, x : x + columns], tile)
        for y, x in corner
        if y + rows <= grid.shape[0] and x + columns <= grid.shape[1]
    )
