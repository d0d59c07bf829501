"""Models fetched from the Hugging Face hub, with progress, and only when somebody asks for one."""

from __future__ import annotations

import re
from pathlib import Path

from .exits import FILES, Stop

HUB_ID = re.compile(r"([\w-][\w.-]*)/([\w-][\w.-]*)(?::([\w.-]+(?:/[\w.-]+)*\.safetensors))?")
WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "LICENSE*", "README.md")
UNWANTED = ("*.py", "safety_checker/*", "*flax*", "*openvino*", "*onnx*")


def download(name: str, models: Path) -> Path:
    """Fetches AUTHOR/NAME, or one file of it as AUTHOR/NAME:FILE, into the folder of models.

    Of a whole model its safetensors weights, configs and tokenizers, as `AUTHOR/NAME`; a file
    goes into `checkpoints`. Neither pickles nor code are fetched. Raises Stop.
    """
    match = HUB_ID.fullmatch(name)
    if match is None or ".." in name:
        raise Stop(f"'{name[:80]}' is no id of the hub, as AUTHOR/NAME or AUTHOR/NAME:FILE.")
    author, model, file = match.groups()
    target = models / "checkpoints" if file else models / author / model
    try:
        return _fetch(f"{author}/{model}", file, target)
    except (OSError, ValueError) as refused:
        reason = str(refused).partition("\n")[0][:200] or type(refused).__name__
        raise Stop(f"'{name}' could not be fetched from the hub: {reason}", FILES) from None


def _fetch(repository: str, file: str | None, target: Path) -> Path:
    import huggingface_hub

    if file:
        return Path(huggingface_hub.hf_hub_download(repository, file, local_dir=target))
    huggingface_hub.snapshot_download(
        repository,
        local_dir=target,
        allow_patterns=list(WANTED),
        ignore_patterns=list(UNWANTED),
    )
    return target
