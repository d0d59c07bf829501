"""Writes the parts as one diffusers folder in half precision."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from nodes.demo import CONTROL_DIR, LORA_FILE, MODEL_DIR
from nodes.demo.train.unet import SCHEDULE

CARD = "README.md"
CONTROL, LORA = CONTROL_DIR.relative_to(MODEL_DIR), LORA_FILE.relative_to(MODEL_DIR)


@dataclass(frozen=True)
class Parts:
    """All that one training run made. `lora` holds tensors under diffusers' names."""

    tokenizer: CLIPTokenizer
    text_encoder: CLIPTextModel
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    control: ControlNetModel
    lora: dict[str, Tensor]


def export(parts: Parts, out: Path) -> None:
    """Replaces the folder `out` by rename, so that no reader meets half a model; keeps its card."""
    part, old = out.with_name(out.name + ".part"), out.with_name(out.name + ".old")
    for stale in (part, old):
        shutil.rmtree(stale, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(parts, part)
    if (out / CARD).exists():
        shutil.copy(out / CARD, part)
    if out.exists():
        out.rename(old)
    part.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _write(parts: Parts, folder: Path) -> None:
    pipeline = StableDiffusionPipeline(
        tokenizer=parts.tokenizer,
        text_encoder=parts.text_encoder,
        unet=parts.unet,
        vae=parts.vae,
        scheduler=EulerDiscreteScheduler.from_config(SCHEDULE),  # what others need is kept
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.to(torch.float16).save_pretrained(folder, safe_serialization=True)
    pipeline.to(torch.float32)
    parts.control.half().save_pretrained(folder / CONTROL, safe_serialization=True)
    parts.control.float()
    StableDiffusionPipeline.save_lora_weights(
        folder / LORA.parent, unet_lora_layers=parts.lora, weight_name=LORA.name
    )
    _load_in_single(folder / "text_encoder" / "config.json")
    for path in folder.rglob("config.json"):
        _forget_origin(path)
    for path in folder.rglob("*.safetensors"):
        path.chmod(0o644)


def _load_in_single(config: Path) -> None:
    """Has transformers load in the precision in which diffusers loads the other parts."""
    fields = json.loads(config.read_text())
    fields["dtype"] = "float32"
    config.write_text(json.dumps(fields, indent=2) + "\n")


def _forget_origin(config: Path) -> None:
    """Drops the path from which diffusers loaded the part: a folder of this machine only."""
    fields = json.loads(config.read_text())
    fields.pop("_name_or_path", None)
    config.write_text(json.dumps(fields, indent=2) + "\n")
