"""The whole recipe on a few pictures and for seconds: every stage runs, and its folder loads."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch
from diffusers import ControlNetModel, StableDiffusionControlNetPipeline
from PIL import Image

from nodes.demo import CONTROL_DIR, LORA_FILE, MODEL_DIR
from nodes.demo.train import __main__, control, lora, phases, stages, text, unet, vae
from nodes.demo.train.pictures import SIZE
from nodes.demo.train.team import Team

MINUTES = 0.01  # in all


def alone(size: int, store: Path, work: Callable[[Team], None]) -> None:
    """In place of a team of processes: this one does the work."""
    work(Team())


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[str]]:
    """Runs the command and returns its lines."""
    for module in (phases, control, lora):
        monkeypatch.setattr(module, "together", alone)
    monkeypatch.setattr(text, "STEPS", 4)
    monkeypatch.setattr(vae, "build", partial(vae.build, widths=(8, 8, 8, 8)))
    monkeypatch.setattr(unet, "WIDTHS", (16, 32))
    for module in (vae, unet):
        monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(stages, "Sizes", partial(stages.Sizes, test=4))
    sizes = ["--minutes", str(MINUTES), "--pictures", "0.0001"]
    places = ["--out", str(tmp_path / "model"), "--work", str(tmp_path / "work")]
    monkeypatch.setattr("sys.argv", ["train", *sizes, *places])
    lines: list[str] = []

    def run() -> list[str]:
        lines.clear()
        monkeypatch.setattr(__main__, "Progress", lambda start: lines.append)
        __main__.main()
        return lines

    return run


def test_every_stage_runs_once_and_its_folder_draws(
    recipe: Callable[[], list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "README.md").write_text("the card")
    recipe()
    assert (folder / "README.md").read_text() == "the card"
    assert not any(str(tmp_path) in path.read_text() for path in folder.rglob("*.json"))
    guide = ControlNetModel.from_pretrained(
        folder / CONTROL_DIR.relative_to(MODEL_DIR), torch_dtype=torch.float32
    )
    pipe = StableDiffusionControlNetPipeline.from_pretrained(folder, controlnet=guide)
    pipe.set_progress_bar_config(disable=True)
    pipe.load_lora_weights(folder / LORA_FILE.relative_to(MODEL_DIR).parent, local_files_only=True)
    hint = Image.new("RGB", (SIZE, SIZE), "white")
    made = pipe("a star", image=hint, num_inference_steps=2).images[0]
    assert made.size == (SIZE, SIZE)

    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    before = weights.read_bytes()
    assert not any("pool" in line for line in recipe())
    assert weights.read_bytes() == before
