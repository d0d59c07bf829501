"""Twenty steps of the demo model: the engine beside a hand-written loop and the pipeline.

All three in one process, in turn; the median of 15 ratios. The engine's cache is emptied before
each of its runs. Bits are compared as well.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

import graphs
from engine.packs import find_packs, load_packs
from engine.session import Engine
from nodes.demo import MODEL_DIR

ROUNDS = 15
PROMPT, STEPS, SCALE, SEED = "a red circle on a blue background", 20, 4.0, 7


def pipeline() -> Any:
    import diffusers

    pipe = diffusers.StableDiffusionPipeline.from_pretrained(
        MODEL_DIR, local_files_only=True, dtype=torch.float32
    )
    pipe.set_progress_bar_config(disable=True)
    raw = json.loads((MODEL_DIR / "scheduler" / "scheduler_config.json").read_text())
    pipe.scheduler = diffusers.EulerDiscreteScheduler.from_config(raw)
    return pipe


def by_hand(pipe: Any) -> torch.Tensor:
    """The shortest loop that gives the same picture."""

    def encode(text: str) -> torch.Tensor:
        ids = pipe.tokenizer(text, padding="max_length", max_length=77, return_tensors="pt")
        return pipe.text_encoder(ids.input_ids)[0]  # type: ignore[no-any-return]

    with torch.no_grad():
        states = torch.cat([encode(""), encode(PROMPT)])
        scheduler = pipe.scheduler
        scheduler.set_timesteps(STEPS)
        size, channels = pipe.unet.config.sample_size, pipe.unet.config.in_channels
        generator = torch.Generator().manual_seed(SEED)
        latent = torch.randn((1, channels, size, size), generator=generator)
        latent = latent * scheduler.init_noise_sigma
        for t in scheduler.timesteps:
            batch = scheduler.scale_model_input(torch.cat([latent] * 2), t)
            uncond, cond = pipe.unet(batch, t, encoder_hidden_states=states).sample.chunk(2)
            out = uncond + SCALE * (cond - uncond)
            latent = scheduler.step(out, t, latent).prev_sample
        decoded = pipe.vae.decode(latent / pipe.vae.config.scaling_factor).sample
        return (decoded * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)


def main() -> None:
    warnings.simplefilter("ignore")
    pipe = pipeline()
    engine = Engine(registry=load_packs(find_packs()), device="cpu")
    doc = json.loads((Path(graphs.__file__).parent / "txt2img.json").read_text())
    graph = engine.parse(json.dumps(doc))
    asked = {"prompt": PROMPT, "negative": "", "seed": SEED, "steps": STEPS, "guidance": SCALE}

    def ours() -> torch.Tensor:
        engine.cache = type(engine.cache)(1 << 30)  # type: ignore[call-arg]
        result = engine.run(graph, asked, want=["image"]).check()
        return result.values["image"].pixels  # type: ignore[no-any-return]

    def theirs() -> torch.Tensor:
        made = pipe(
            PROMPT,
            negative_prompt="",
            num_inference_steps=STEPS,
            guidance_scale=SCALE,
            generator=torch.Generator().manual_seed(SEED),
            output_type="np",
        )
        return torch.from_numpy(made.images)

    def timed(work: Callable[[], torch.Tensor]) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    same = torch.equal(ours(), theirs()) and torch.equal(ours(), by_hand(pipe))
    gc.freeze()  # as the command line and the server's worker do
    hand, pipes, seconds = [], [], []
    for _ in range(ROUNDS):
        one, two, three = timed(ours), timed(lambda: by_hand(pipe)), timed(theirs)
        hand.append(one / two)
        pipes.append(one / three)
        seconds.append(one)
    found = {
        "bit_equal": same,
        "seconds": statistics.median(seconds),
        "ratio_to_hand_written_loop": statistics.median(hand),
        "ratio_to_pipeline": statistics.median(pipes),
        "threads": torch.get_num_threads(),
    }
    for name, value in found.items():
        print(f"{name:>28}: {value if isinstance(value, bool | int) else f'{value:.3f}'}")
    print(json.dumps(found), file=sys.stderr)


if __name__ == "__main__":
    main()
