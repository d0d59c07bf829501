"""Writes the parts as one diffusers folder in half precision."""

import json
import shutil
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextModel, CLIPTokenizer

from nodes.demo.train.unet import SCHEDULE


def export(
    tokenizer: CLIPTokenizer,
    text_encoder: CLIPTextModel,
    unet: UNet2DConditionModel,
    vae: AutoencoderKL,
    out: Path,
) -> None:
    """Replaces the folder `out` by rename, so that no reader meets half a model; keeps its card."""
    pipeline = StableDiffusionPipeline(
        tokenizer=tokenizer,
        text_encoder=text_encoder,
        unet=unet,
        vae=vae,
        scheduler=EulerDiscreteScheduler(
            **{k: v for k, v in SCHEDULE.items() if k != "clip_sample"}
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    part, old = out.with_name(out.name + ".part"), out.with_name(out.name + ".old")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    pipeline.to(torch.float16).save_pretrained(part, safe_serialization=True)
    for path in part.rglob("*.safetensors"):
        path.chmod(0o644)
    pipeline.to(torch.float32)
    _load_in_single(part / "text_encoder" / "config.json")
    if out.exists():
        card = out / "README.md"
        if card.exists():
            shutil.copy(card, part)
        out.rename(old)
    part.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _load_in_single(config: Path) -> None:
    """Has transformers load in the precision in which diffusers loads the other parts."""
    fields = json.loads(config.read_text())
    fields["dtype"] = "float32"
    config.write_text(json.dumps(fields, indent=2) + "\n")
