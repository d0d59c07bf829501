"""Measures the embedded model over prompts unseen in training: what they ask against what shows.

`python tests/bench/demo_accuracy.py [--model DIR] [--prompts N] [--json FILE]`
"""

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline
from PIL import Image

from nodes.demo import MODEL_DIR
from nodes.demo.train.captions import write
from nodes.demo.train.classify import read_picture
from nodes.demo.train.draw import paint
from nodes.demo.train.judge import judge
from nodes.demo.train.pictures import SIZE
from nodes.demo.train.sample import shapes
from nodes.demo.train.scene import resolve
from nodes.demo.train.vae import to_tensor
from nodes.demo.train.wish import SHAPES, Wish, held_out

STEPS, GUIDANCE, ROWS = 20, 4.0, 25
SHARES = {"single": 0.4, "placed": 0.2, "pair": 0.2, "count": 0.2}
Case = tuple[Wish, str]


def cases(count: int, seed: int = 90_001) -> list[Case]:
    """Fully worded prompts, a quarter of them of combinations that training never saw."""
    rng = random.Random(seed)
    made: list[Case] = []
    for kind, share in SHARES.items():
        for i in range(round(count * share)):
            made.append(_case(kind, i % 4 == 3, SHAPES[i % len(SHAPES)], rng))
    return made


def _case(kind: str, unseen: bool, shape: str, rng: random.Random) -> Case:
    while True:
        wish = shapes(rng, kind)
        full = wish.background and all(t.shape and t.colour for t in wish.things)
        plain = not wish.watercolour and not any(t.size or t.pattern for t in wish.things)
        fits = held_out(wish) if unseen else wish.things[0].shape == shape and not held_out(wish)
        if full and plain and fits:
            return wish, write(wish)


def generate(
    pipe: StableDiffusionPipeline,
    prompts: list[str],
    guidance: float = GUIDANCE,
    negative: str = "",
    seed: int = 0,
    steps: int = STEPS,
) -> list[Image.Image]:
    """One picture a prompt, each from its own seed."""
    pictures: list[Image.Image] = []
    for start in range(0, len(prompts), ROWS):
        part = prompts[start : start + ROWS]
        seeds = [torch.Generator().manual_seed(seed + start + i) for i in range(len(part))]
        result = pipe(
            part,
            negative_prompt=[negative] * len(part),
            guidance_scale=guidance,
            num_inference_steps=steps,
            generator=seeds,
        )
        pictures += result.images
    return pictures


def score(made: list[Case], pictures: list[Image.Image]) -> dict[str, tuple[float, int]]:
    """The share right of each row of the table, and over how many prompts."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for (wish, _), picture in zip(made, pictures, strict=True):
        verdicts = judge(wish, read_picture(picture))
        whole = all(verdicts.values())
        pair, alone = len(wish.things) == 2, wish.count == 1
        hits["all of it"].append(whole)
        hits["background"].append(verdicts["background"])
        hits["colour"].append(verdicts["colour"])
        if pair:
            hits["relation in place"].append(verdicts["relation"])
            hits["both shapes of a pair"].append(verdicts["shape"])
        elif alone:
            hits["shape, singles"].append(verdicts["shape"])
            hits[f"shape, {wish.things[0].shape}"].append(verdicts["shape"])
            if wish.place:
                hits["position"].append(verdicts["place"])
        else:
            hits["count"].append(verdicts["count"])
            hits["shape, counted"].append(verdicts["shape"])
        if held_out(wish):
            hits["held-out combinations, all of it"].append(whole)
    hits["background and colour"] = hits.pop("background") + hits.pop("colour")
    hits["position and relation"] = hits["position"] + hits["relation in place"]
    return {name: (sum(right) / len(right), len(right)) for name, right in sorted(hits.items())}


def through_vae(vae: AutoencoderKL, pictures: list[Image.Image]) -> list[Image.Image]:
    """The pictures encoded and decoded."""
    pixels = np.stack([np.asarray(picture) for picture in pictures])
    with torch.inference_mode():
        latent = vae.encode(to_tensor(pixels)).latent_dist.mode()
        made = vae.decode(latent).sample.clamp(-1, 1).add(1).mul(127.5).round().byte()
    return [Image.fromarray(row) for row in made.permute(0, 2, 3, 1).numpy()]


def negative_red(pipe: StableDiffusionPipeline, count: int = 50) -> dict[str, float]:
    """How often "a circle" comes out red without and with the negative prompt "red"."""
    shares = {}
    for name, negative in (("red without a negative", ""), ('red with negative "red"', "red")):
        pictures = generate(pipe, ["a circle"] * count, negative=negative, seed=500)
        seen = [read_picture(picture).items for picture in pictures]
        shares[name] = sum(any(s.colour == "red" for s in items) for items in seen) / count
    return shares


def all_right(made: list[Case], pictures: list[Image.Image]) -> float:
    """The share of prompts of which every word shows."""
    return score(made, pictures)["all of it"][0]


def seconds_each(pipe: StableDiffusionPipeline, runs: int = 5) -> float:
    """Median seconds of one picture alone, at 20 steps."""
    times = []
    for seed in range(runs):
        start = time.perf_counter()
        generate(pipe, ["a red circle on a blue background"], seed=seed)
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2]


def megabytes(folder: Path) -> float:
    """All files of the folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def measure(model: Path, count: int, quick: bool) -> dict[str, object]:
    """Every figure; `quick` leaves out the guidance and negative runs."""
    pipe = StableDiffusionPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=True)
    made = cases(count)
    rng = random.Random(7)
    true = [paint(resolve(wish, rng), SIZE) for wish, _ in made]
    figures: dict[str, object] = {
        "true drawings": score(made, true),
        "through the autoencoder": score(made, through_vae(pipe.vae, true)),
        "generated": score(made, generate(pipe, [prompt for _, prompt in made])),
        "megabytes": megabytes(model),
        "seconds a picture": seconds_each(pipe),
    }
    if not quick:
        few = cases(max(count // 2, 20), seed=90_002)
        prompts = [prompt for _, prompt in few]
        figures |= {
            f"all of it at guidance {scale:g}": all_right(few, generate(pipe, prompts, scale))
            for scale in (1.0, 5.0)
        }
        figures |= negative_red(pipe)
    return figures


def show(figures: dict[str, object]) -> None:
    """The figures as a table."""
    columns = [name for name, value in figures.items() if isinstance(value, dict)]
    tables = {name: figures[name] for name in columns}
    print(f"{'':34}" + "".join(f"{name:>26}" for name in columns))
    first = tables["generated"]
    assert isinstance(first, dict)
    for row, (_, number) in first.items():
        cells = "".join(f"{t[row][0]:26.3f}" for t in tables.values() if isinstance(t, dict))
        print(f"{row:34}{cells}   of {number}")
    for name, value in figures.items():
        if name not in tables:
            print(f"{name:34}{value:26.3f}")


def main() -> None:
    """Measures, prints, and writes JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL_DIR)
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="no guidance and negative runs")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(options.model, options.prompts, options.quick)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
