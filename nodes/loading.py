"""Recipes built into modules: the one place that reads weights, offline and never a pickle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from engine import NodeError

from .folder import unreadable
from .recipes import VAE, ModelRecipe, TextEncoder, UNet
from .textmodel import TextModel

BROKEN = (SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError)


def load_unet(recipe: UNet) -> Any:
    """The recipe's UNet2DConditionModel, in eval mode. Raises NodeError (`bad_model_file`)."""
    from diffusers import UNet2DConditionModel

    return _load(recipe, 0, UNet2DConditionModel, {"torch_dtype": getattr(torch, recipe.dtype)})


def load_vae(recipe: VAE) -> Any:
    """The recipe's AutoencoderKL, in eval mode. Raises NodeError (`bad_model_file`)."""
    from diffusers import AutoencoderKL

    return _load(recipe, 0, AutoencoderKL, {"torch_dtype": getattr(torch, recipe.compute)})


def load_text(recipe: TextEncoder) -> TextModel:
    """The recipe's encoders and tokenizers. Raises NodeError (`bad_model_file`)."""
    import transformers

    source = recipe.source
    count = len(source.classes)
    dtype = {"dtype": getattr(torch, recipe.dtype)}
    with _quiet(transformers.utils.logging):
        encoders = [
            _load(recipe, index, getattr(transformers, name), dtype)
            for index, name in enumerate(source.classes)
        ]
    tokenizers = [_tokenizer(recipe, folder) for folder in source.folders[count:]]
    return TextModel(encoders, tokenizers, sdxl=recipe.family == "sdxl").eval()


def _load(recipe: ModelRecipe, index: int, kind: Any, dtype: dict[str, Any]) -> Any:
    folder = recipe.source.folders[index]
    variant = recipe.source.variants[index]

    def read() -> Any:
        return kind.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            **dtype,
            **({"variant": variant} if variant else {}),
        )

    module, info = _guarded(recipe, folder, read)
    faults = sorted(str(key) for key in (*info["missing_keys"], *info["mismatched_keys"]))
    if faults:
        raise _bad(recipe, folder, f"lacks {len(faults)} of the tensors wanted, as {faults[0]}")
    return module.eval()


def _tokenizer(recipe: ModelRecipe, folder: Path) -> Any:
    from transformers import CLIPTokenizer

    return _guarded(
        recipe, folder, lambda: CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    )


def _guarded(recipe: ModelRecipe, folder: Path, read: Callable[[], Any]) -> Any:
    if not folder.is_dir():
        raise NodeError(
            f"The model '{recipe.source.model}' is no longer there: its {folder.name} is missing.",
            code="model_missing",
        )
    try:
        return read()
    except PermissionError as refused:
        raise unreadable(recipe.source.model, refused) from refused
    except BROKEN as broken:
        reason = str(broken).replace(str(folder), folder.name).partition("\n")[0][:200]
        raise _bad(recipe, folder, f"cannot be read: {reason or type(broken).__name__}") from broken


def _bad(recipe: ModelRecipe, folder: Path, what: str) -> NodeError:
    return NodeError(
        f"The {folder.name} of the model '{recipe.source.model}' {what}.",
        code="bad_model_file",
        fix="Download or save the model again.",
    )


@contextmanager
def _quiet(logging: Any) -> Iterator[None]:
    """No progress bar while loading; left as it was afterwards."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
