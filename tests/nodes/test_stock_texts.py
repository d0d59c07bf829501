"""The stock graphs about texts, and the model of parts; against the pipelines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tests.nodes import ldm
from tests.nodes.test_stock_models import (
    NEGATIVE,
    PROMPT,
    SCALE,
    STEPS,
    engine_at,
    generator,
    quiet,
    run,
    stock,
)

TinyModel = Callable[[str], Path]
ASKED = {"num_inference_steps": STEPS, "guidance_scale": SCALE, "output_type": "np"}


@pytest.fixture(scope="module")
def xl(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """SDXL as a pipeline, and the folder of models in which it is one file."""
    root = tmp_path_factory.mktemp("xl")
    pipe = quiet(ldm.pipeline("sdxl"))
    ldm.single_file(pipe, "sdxl", root / "checkpoints" / "sd_xl_base_1.0.safetensors")
    return pipe, root


def sdxl(root: Path, **asked: Any) -> Any:
    doc = stock("sdxl")
    return run(engine_at(root), doc, width=64, height=64, **asked)


def test_sdxl_is_told_two_texts_and_no_negative(xl: Any) -> None:
    pipe, root = xl
    found = sdxl(root, style="green square")
    wanted = pipe(PROMPT, "green square", width=64, height=64, generator=generator(), **ASKED)
    assert np.array_equal(found, wanted.images)
    assert not np.array_equal(found, sdxl(root, style=None))


def test_sdxl_is_told_sizes(xl: Any) -> None:
    pipe, root = xl
    found = sdxl(root, style=None, original_width=512, original_height=256, crop_top=32)
    told = {"original_size": (256, 512), "crops_coords_top_left": (32, 0)}
    told |= {f"negative_{name}": size for name, size in told.items()}
    told |= {"target_size": (64, 64), "negative_target_size": (64, 64)}
    wanted = pipe(PROMPT, width=64, height=64, generator=generator(), **told, **ASKED)
    assert np.array_equal(found, wanted.images)
    assert not np.array_equal(found, sdxl(root, style=None))


@pytest.mark.parametrize("skip", [0, 1])
def test_words_are_those_of_the_pipeline(
    models_root: Path, tiny_model: TinyModel, tmp_path: Path, skip: int
) -> None:
    """A word of two vectors, and a BREAK, which is two prompts behind one another."""
    folder = tiny_model("sd15")
    vectors = torch.randn((2, 16), generator=torch.Generator().manual_seed(2))
    (tmp_path / "embeddings").mkdir()
    save_file({"emb_params": vectors}, tmp_path / "embeddings" / "mine.safetensors")
    doc = stock("words")
    doc["nodes"]["model"]["params"]["model"] = "sd15"
    asked = {
        "prompt": "a photo of a mine BREAK red circle",
        "words": [{"file": "mine.safetensors"}],
        "skip_layers": skip,
    }
    found = run(engine_at(models_root, tmp_path), doc, **asked)
    kind = diffusers.StableDiffusionPipeline
    pipe = quiet(kind.from_pretrained(folder, local_files_only=True))
    pipe.scheduler = diffusers.EulerDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.load_textual_inversion({"mine": vectors}, token="mine")
    # What the pipeline reads for `clip_skip`, and transformers 5 has no more.
    object.__setattr__(pipe.text_encoder, "text_model", pipe.text_encoder)
    encode = {"device": "cpu", "num_images_per_prompt": 1, "do_classifier_free_guidance": False}
    encode["clip_skip"] = skip or None
    parts = [
        pipe.encode_prompt(text, **encode)[0]
        for text in ("a photo of a mine", "red circle", NEGATIVE, "")
    ]
    made = pipe(
        prompt_embeds=torch.cat(parts[:2], dim=1),
        negative_prompt_embeds=torch.cat(parts[2:], dim=1),
        generator=generator(),
        **ASKED,
    )
    assert np.array_equal(found, made.images)


def test_a_model_of_parts(tmp_path: Path) -> None:
    """The UNet of a checkpoint, a text encoder and an autoencoder of files of their own."""
    pipe, other = quiet(ldm.pipeline("sd1")), ldm.pipeline("sd1", "v")
    ldm.single_file(other, "sd1", tmp_path / "unet" / "v1-5-pruned-emaonly.safetensors")
    for sub in ("vae", "clip"):
        (tmp_path / sub).mkdir()
    vae = ldm.vae_names(pipe.vae.state_dict())
    save_file(vae, tmp_path / "vae" / "vae-ft-mse-840000-ema-pruned.safetensors")
    texts = ldm.wrapped(pipe.text_encoder.state_dict())
    save_file(texts, tmp_path / "clip" / "clip_l.safetensors")
    doc = stock("model-parts")
    doc["nodes"]["encoder"]["params"]["family"] = "sd1"  # 64 wide, as no published one is
    found = run(engine_at(tmp_path), doc, width=64, height=64)
    pipe.unet = other.unet
    pipe.scheduler = diffusers.EulerDiscreteScheduler.from_config(pipe.scheduler.config)
    made = pipe(
        PROMPT, negative_prompt=NEGATIVE, width=64, height=64, generator=generator(), **ASKED
    )
    assert np.array_equal(found, made.images)
