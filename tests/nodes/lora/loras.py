"""Random LoRA files for the tiny models, and what diffusers makes of them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import diffusers
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine import Context
from nodes.lora import Lora, apply_loras
from nodes.models import Model

State = dict[str, Tensor]
LINEAR = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
CONV = "mid_block.resnets.0.conv1"
PROJ = "up_blocks.2.attentions.1.proj_in"
UNET_LAYERS = (LINEAR, CONV, PROJ, "up_blocks.1.attentions.0.transformer_blocks.0.ff.net.0.proj")
TEXT_LAYERS = tuple(f"encoder.layers.{i}.self_attn.{p}_proj" for i in (0, 1) for p in "qvk")


def modules(folder: Path) -> tuple[Any, Any]:
    """The UNet and text encoder as diffusers loads them."""
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    return pipe.unet, pipe.text_encoder


def factors(module: Any, layers: tuple[str, ...], prefix: str, seed: int, rank: int = 2) -> State:
    """Random lora_A and lora_B for some layers, in peft's names."""
    random = torch.Generator().manual_seed(seed)
    state = {}
    for layer in layers:
        weight = module.get_submodule(layer).weight
        out, into, *kernel = weight.shape
        down = torch.randn((rank, into, *kernel), generator=random)
        up = torch.randn((out, rank, *[1] * len(kernel)), generator=random)
        state |= {f"{prefix}{layer}.lora_A.weight": down, f"{prefix}{layer}.lora_B.weight": up}
    return state


def save(state: State, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path)
    return path


def two_files(folder: Path, root: Path) -> State:
    """Saves `a` and `b`, for the UNet and the text encoder, in diffusers' own format."""
    unet, text = modules(folder)
    for seed, name in enumerate("ab"):
        state = factors(unet, UNET_LAYERS, "unet.", seed)
        state |= factors(text, TEXT_LAYERS, "text_encoder.text_model.", seed + 5)
        save(state, root / "loras" / f"{name}.safetensors")
    return state


def bits(ctx: Context, model: Model, loras: list[Lora]) -> list[Tensor]:
    """What the UNet and the text encoder give with LoRAs."""
    adapted = apply_loras(ctx, model.unet, model.text_encoder, loras)
    with torch.no_grad():
        with ctx.pool.use(adapted.unet) as unet:
            predicted = unet(*given(unet)).sample
        with ctx.pool.use(adapted.text_encoder) as text:
            encoded = text.encode(0, range(77), 0)[0]
    return [predicted, encoded]


def given(unet: Any) -> tuple[Any, ...]:
    random = torch.Generator().manual_seed(3)
    width = unet.config.cross_attention_dim
    latent = torch.randn((2, 4, 8, 8), generator=random)
    return latent, 7, torch.randn((2, 5, width), generator=random)


def oracle(folder: Path, root: Path, loras: dict[str, Any]) -> list[Tensor]:
    """The same from diffusers' load_lora_weights and set_adapters."""
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")
        for name in loras:
            file = f"{name}.safetensors"
            pipe.load_lora_weights(root / "loras", weight_name=file, adapter_name=name)
    pipe.set_adapters(list(loras), adapter_weights=list(loras.values()))
    ids = torch.tensor([list(range(77))])
    with torch.no_grad():
        return [pipe.unet(*given(pipe.unet)).sample, pipe.text_encoder(ids)[0]]


def same(found: list[Tensor], wanted: list[Tensor]) -> bool:
    return all(map(torch.equal, found, wanted))
