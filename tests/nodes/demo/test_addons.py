"""The shipped ControlNet and LoRA: found where `nodes.demo` says, and seen in the pictures."""

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, StableDiffusionControlNetPipeline, StableDiffusionPipeline
from numpy.typing import NDArray
from PIL import Image

from nodes.demo import CONTROL_DIR, LORA_FILE, MODEL_DIR
from nodes.demo.train.blueprint import is_blueprint
from nodes.demo.train.captions import write
from nodes.demo.train.classify import NEAR
from nodes.demo.train.guides import draw_guided, picture

STEPS, COUNT = 12, 8


@pytest.fixture(scope="module")
def pipe() -> StableDiffusionPipeline:
    loaded = StableDiffusionPipeline.from_pretrained(MODEL_DIR, dtype=torch.float32)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def seeds(count: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in range(count)]


def ground(image: Image.Image) -> NDArray[np.float32]:
    """The median colour of the picture's first and last rows."""
    pixels = np.asarray(image, np.float32)
    found: NDArray[np.float32] = np.median(pixels[[0, -1]].reshape(-1, 3), axis=0)
    return found


def test_drawn_shapes_follow_the_guide(pipe: StableDiffusionPipeline) -> None:
    guide = ControlNetModel.from_pretrained(CONTROL_DIR, torch_dtype=torch.float32)
    guided = StableDiffusionControlNetPipeline(
        **pipe.components, controlnet=guide, requires_safety_checker=False
    )
    guided.set_progress_bar_config(disable=True)
    cases = draw_guided(COUNT, 77)

    def overlap(strength: float) -> float:
        made = guided(
            [write(wish) for wish in cases.wishes],
            image=[picture(bits) for bits in cases.masks],
            controlnet_conditioning_scale=strength,
            guidance_scale=4.0,
            num_inference_steps=STEPS,
            generator=seeds(COUNT),
        ).images
        found = []
        for image, inside in zip(made, cases.masks, strict=True):
            away = np.linalg.norm(np.asarray(image, np.float32) - ground(image), axis=-1) > NEAR
            found.append((away & inside).sum() / (away | inside).sum())
        return float(np.mean(found))

    guided_overlap, chance = overlap(1.0), overlap(0.0)
    assert guided_overlap > 0.65
    assert guided_overlap > chance + 0.15  # captions say how many, which places some


def test_the_lora_changes_the_style_by_its_word_and_leaves_no_trace(
    pipe: StableDiffusionPipeline,
) -> None:
    prompts = ["a red star, blueprint", "a green circle on a white background, blueprint"]

    def draw() -> list[Image.Image]:
        made: list[Image.Image] = pipe(
            prompts, guidance_scale=4.0, num_inference_steps=STEPS, generator=seeds(2)
        ).images
        return made

    before = draw()
    pipe.load_lora_weights(LORA_FILE.parent, weight_name=LORA_FILE.name, local_files_only=True)
    assert [is_blueprint(image) for image in before + draw()] == [False, False, True, True]
    pipe.unload_lora_weights()
    assert all(a.tobytes() == b.tobytes() for a, b in zip(draw(), before, strict=True))
