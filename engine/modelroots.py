"""Which folders hold which list of model files, in the layouts that people already have.

Knows folder names and nothing of what is in a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

LISTS: Mapping[str, tuple[str, ...]] = {
    "models": ("checkpoints", "Stable-diffusion", "diffusers"),
    "unets": ("diffusion_models", "unet"),
    "vaes": ("vae", "VAE"),
    "text_encoders": ("text_encoders", "clip"),
    "loras": ("loras", "Lora", "LyCORIS"),
    "embeddings": ("embeddings",),
    "controls": ("controlnet", "ControlNet", "t2i_adapter"),
    "adapters": ("t2i_adapter", "controlnet", "ControlNet"),
    "upscalers": ("upscale_models", "ESRGAN", "RealESRGAN", "SwinIR"),
    "image_encoders": ("clip_vision",),
    "ip_adapters": ("ipadapter",),
}
"""A list's sub-folders in a folder of models: ComfyUI's names, then those of A1111."""

OTHERS = (
    *("configs", "gligen", "hypernetworks", "photomaker", "style_models", "vae_approx"),
    *("Codeformer", "GFPGAN", "LDSR", "ScuNET", "deepbooru", "karlo", "torch_deepdanbooru"),
)
"""Sub-folders of the same layouts for which there is no list."""


def folders_of(name: str, models: Sequence[Path]) -> list[Path]:
    """Where the entries of a list lie, most particular first, below the folders of models.

    A folder of models may be of this project's own layout (which is ComfyUI's), the `models`
    folder of ComfyUI or A1111, or the folder in which one of them is installed. What lies in no
    sub-folder of another list is a model.
    """
    found = [base / sub for base in map(base_of, models) for sub in LISTS.get(name, ())]
    if name == "embeddings":  # A1111 keeps them beside its models
        found += [base.parent / name for base in map(base_of, models) if _is_a1111(base)]
    if name == "models":
        found += [base_of(folder) for folder in models]
    return found


def base_of(folder: Path) -> Path:
    """The folder itself, or the `models` in it where it holds an installation."""
    inner = folder / "models"
    installed = (inner / "checkpoints").is_dir() or _is_a1111(inner)
    return inner if installed else folder


def taken(models: Sequence[Path]) -> set[Path]:
    """Every sub-folder that belongs to one list, or to none: no other list looks into it."""
    subs = [*(sub for names in LISTS.values() for sub in names), *OTHERS]
    return {base / sub for base in map(base_of, models) for sub in subs}


def _is_a1111(folder: Path) -> bool:
    return (folder / "Stable-diffusion").is_dir()
