"""A LoRA switched on and off on the demo model: what it costs before the next step can run.

`on` is a strength never seen (clone, file, branches), `again` one that is kept, `off` the base.
Beside them diffusers' load_lora_weights with unload_lora_weights on its pipeline. The LoRA has
rank 4 on every attention layer of the UNet and the text encoder.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from engine import Context, Files, Recipe
from engine.pool import Pool
from nodes.demo import MODEL_DIR
from nodes.lora import Lora, apply_loras
from nodes.models import load_model

ROUNDS, RANK = 15, 4
TARGETS = ("to_q", "to_k", "to_v", "to_out.0", "q_proj", "k_proj", "v_proj", "out_proj")


def pipeline() -> Any:
    import diffusers

    return diffusers.StableDiffusionPipeline.from_pretrained(
        MODEL_DIR, local_files_only=True, dtype=torch.float32
    )


def write(pipe: Any, path: Path) -> int:
    """Saves a random LoRA in diffusers' names; returns how many layers it changes."""
    state = {}
    for prefix, module in (("unet.", pipe.unet), ("text_encoder.text_model.", pipe.text_encoder)):
        for name, layer in module.named_modules():
            if name.endswith(TARGETS) and hasattr(layer, "weight"):
                out, into = layer.weight.shape
                name = name.removeprefix("text_model.")
                state[f"{prefix}{name}.lora_A.weight"] = torch.randn(RANK, into)
                state[f"{prefix}{name}.lora_B.weight"] = torch.randn(out, RANK) * 0.01
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path)
    return len(state) // 2


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def measured(folder: Path) -> dict[str, float | bool]:
    ctx = Context(pool=Pool("cpu"), files=Files({"models": [folder]}))
    model = load_model(ctx)

    def lease(*recipes: Recipe) -> None:
        for recipe in recipes:
            with ctx.pool.use(recipe):
                pass

    def switch(strength: float) -> None:
        lora = Lora("style.safetensors", strength, strength)
        lease(*apply_loras(ctx, model.unet, model.text_encoder, [lora]))

    lease(model.unet, model.text_encoder)
    with ctx.pool.use(model.unet) as base:
        before = {name: weight.clone() for name, weight in base.state_dict().items()}
    on, again, off = [], [], []
    for number in range(ROUNDS):
        strength = 0.5 + number / 100
        on.append(milliseconds(lambda strength=strength: switch(strength)))  # type: ignore[misc]
        again.append(milliseconds(lambda strength=strength: switch(strength)))  # type: ignore[misc]
        off.append(milliseconds(lambda: lease(model.unet, model.text_encoder)))
    with ctx.pool.use(replace(model.unet)) as base:
        same = all(torch.equal(base.state_dict()[name], kept) for name, kept in before.items())
    median = statistics.median
    return {
        "base_identical": same,
        "on_ms": median(on),
        "again_ms": median(again),
        "off_ms": median(off),
    }


def theirs(pipe: Any, folder: Path) -> tuple[float, float]:
    on, off = [], []
    for _ in range(5):
        load = lambda: pipe.load_lora_weights(folder, weight_name="style.safetensors")  # noqa: E731
        on.append(milliseconds(load))
        off.append(milliseconds(pipe.unload_lora_weights))
    return statistics.median(on), statistics.median(off)


def main() -> None:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        folder, pipe = Path(name), pipeline()
        layers = write(pipe, folder / "loras" / "style.safetensors")
        found = {"layers": layers, **measured(folder)}
        found["diffusers_on_ms"], found["diffusers_off_ms"] = theirs(pipe, folder / "loras")
    for key, value in found.items():
        print(f"{key:>20}: {value if isinstance(value, bool | int) else f'{value:.1f}'}")
    print(json.dumps(found), file=sys.stderr)


if __name__ == "__main__":
    main()
