"""What the first runs of this pack import, brought in beforehand: a worker imports this module
when it has started, since it takes seconds in which a run could not be cancelled.
"""

from __future__ import annotations

from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

__all__ = [
    "AutoencoderKL",
    "CLIPTextModel",
    "CLIPTokenizer",
    "DDIMScheduler",
    "UNet2DConditionModel",
]
