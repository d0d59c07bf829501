"""Measures the embedded model's ControlNet and LoRA: shapes that follow a guide, and a style.

`python tests/bench/demo_extras.py [--model DIR] [--prompts N] [--json FILE]`
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from diffusers import ControlNetModel, StableDiffusionControlNetPipeline, StableDiffusionPipeline
from numpy.typing import NDArray
from PIL import Image

from nodes.demo import MODEL_DIR
from nodes.demo.train.blueprint import PAPER, draw_blueprints, is_blueprint
from nodes.demo.train.captions import write
from nodes.demo.train.classify import NEAR
from nodes.demo.train.export import CONTROL, LORA
from nodes.demo.train.guides import draw_guided, edges, picture

STEPS, GUIDANCE, ROWS = 20, 4.0, 20
Bits = NDArray[np.bool_]


def seeds(start: int, count: int) -> list[torch.Generator]:
    """One generator a picture."""
    return [torch.Generator().manual_seed(start + i) for i in range(count)]


def ground(image: Image.Image) -> NDArray[np.float32]:
    """The median colour of the picture's border."""
    pixels = np.asarray(image, np.float32)
    border = [pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:]]
    found: NDArray[np.float32] = np.median(
        np.concatenate([part.reshape(-1, 3) for part in border]), axis=0
    )
    return found


def drawn(image: Image.Image) -> Bits:
    """Where the picture differs from its background."""
    pixels = np.asarray(image, np.float32)
    found: Bits = np.linalg.norm(pixels - ground(image), axis=-1) > NEAR
    return found


def overlap(first: Bits, second: Bits) -> float:
    """Intersection over union."""
    return float((first & second).sum() / max((first | second).sum(), 1))


def control(model: Path, count: int) -> dict[str, float]:
    """Mean overlap with the silhouette, for captions that say neither shape nor place."""
    net = ControlNetModel.from_pretrained(model / CONTROL, torch_dtype=torch.float32)
    pipe = StableDiffusionControlNetPipeline.from_pretrained(model, controlnet=net)
    pipe.set_progress_bar_config(disable=True)
    cases = draw_guided(count, 90_010)
    prompts = [write(wish) for wish in cases.wishes]
    figures = {}
    for name, guides, strength in (
        ("silhouettes, strength 1", cases.masks, 1.0),
        ("edges, strength 1", edges(cases.masks), 1.0),
        ("silhouettes, strength 0.5", cases.masks, 0.5),
        ("silhouettes, strength 0", cases.masks, 0.0),
    ):
        hits = []
        for start in range(0, count, ROWS):
            part = slice(start, min(start + ROWS, count))
            images = pipe(
                prompts[part],
                image=[picture(bits) for bits in guides[part]],
                controlnet_conditioning_scale=strength,
                guidance_scale=GUIDANCE,
                num_inference_steps=STEPS,
                generator=seeds(start, part.stop - part.start),
            ).images
            pairs = zip(images, cases.masks[part], strict=True)
            hits += [overlap(drawn(image), bits) for image, bits in pairs]
        figures[name] = sum(hits) / len(hits)
    return figures


def style(model: Path, count: int) -> dict[str, float]:
    """The share of pictures read as blueprints, over `count` prompts, and how far their background
    is from the style's paper: a mean, in levels.
    """
    pipe = StableDiffusionPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=True)
    plain = [write(wish) for wish in draw_blueprints(count, 90_020)[0]]
    worded = [f"{prompt}, blueprint" for prompt in plain]

    def images(prompts: list[str]) -> list[Image.Image]:
        made: list[Image.Image] = []
        for start in range(0, len(prompts), ROWS):
            part = prompts[start : start + ROWS]
            made += pipe(
                part,
                guidance_scale=GUIDANCE,
                num_inference_steps=STEPS,
                generator=seeds(start, len(part)),
            ).images
        return made

    def look(name: str, prompts: list[str]) -> None:
        made = images(prompts)
        away = [np.linalg.norm(ground(image) - np.array(PAPER)) for image in made]
        figures[name] = float(np.mean([is_blueprint(image) for image in made]))
        figures[f"{name}: levels away"] = float(np.mean(away))

    figures: dict[str, float] = {}
    look("without LoRA", worded)
    before = images(worded[:ROWS])
    pipe.load_lora_weights(
        model / LORA.parent, weight_name=LORA.name, adapter_name="style", local_files_only=True
    )
    for scale in (0.5, 1.0):
        pipe.set_adapters(["style"], [scale])
        look(f"its word, strength {scale:g}", worded)
    look("no such word, strength 1", plain)
    pipe.unload_lora_weights()
    after = images(worded[:ROWS])
    same = all(a.tobytes() == b.tobytes() for a, b in zip(before, after, strict=True))
    return figures | {"the same bits once unloaded": float(same)}


def main() -> None:
    """Measures, prints, and writes JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL_DIR)
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    measures = {"overlap with the guide": control, "read as a blueprint": style}
    figures = {}
    for title, measure in measures.items():
        figures[title] = measure(options.model, options.prompts)
        print(title)
        for name, value in figures[title].items():
            print(f"  {name:38}{value:10.3f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
