"""Tiny random ControlNets and T2I adapters of the true architectures, for a tiny model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

HINTS = (4, 4, 8, 8)


def controlnet(model: Path, folder: Path, seed: int, **config: Any) -> Any:
    """A ControlNet whose every weight is random (fresh ones add nothing), saved in `folder`."""
    from diffusers import ControlNetModel, UNet2DConditionModel

    if not (folder / "config.json").is_file():
        unet = UNet2DConditionModel.from_pretrained(model, subfolder="unet", local_files_only=True)
        torch.manual_seed(seed)
        net = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=HINTS)
        if config:
            net = ControlNetModel.from_config({**net.config, **config})
        stir(net)
        net.save_pretrained(folder)
    return ControlNetModel.from_pretrained(folder, local_files_only=True).eval()


def adapter(model: Path, folder: Path, seed: int, **config: Any) -> Any:
    """A T2I adapter for a model's UNet, saved in `folder`."""
    from diffusers import T2IAdapter, UNet2DConditionModel

    if not (folder / "config.json").is_file():
        unet = UNet2DConditionModel.load_config(model, subfolder="unet", local_files_only=True)
        torch.manual_seed(seed)
        widths = list(unet["block_out_channels"])
        T2IAdapter(**{"channels": widths, **config}).save_pretrained(folder)
    return T2IAdapter.from_pretrained(folder, local_files_only=True).eval()


def stir(net: Any) -> None:
    """Random weights where a fresh ControlNet has zeros."""
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if not weight.any() or name.startswith("controlnet_"):
                weight.normal_(std=0.2)
