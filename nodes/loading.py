"""Recipes built into modules: the one place that reads weights, offline and never a pickle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from engine import NodeError

from .controlmodel import AdapterModel, ControlModel
from .loadingfile import load_part
from .recipes import VAE, FileSource, ModelRecipe, Source, TextEncoder, UNet
from .textmemory import remembering
from .textmodel import TextModel
from .vocabulary import clip_tokenizer
from .weightfile import unreadable

BROKEN = (SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError)


def load_unet(recipe: UNet) -> Any:
    """The recipe's UNet2DConditionModel, in eval mode. Raises NodeError (`bad_model_file`)."""
    return remembering(_component(recipe, recipe.dtype))


def load_vae(recipe: VAE) -> Any:
    """The recipe's AutoencoderKL, in eval mode. Raises NodeError (`bad_model_file`)."""
    return _component(recipe, recipe.compute)


def load_control(recipe: ControlModel | AdapterModel) -> Any:
    """The recipe's ControlNetModel or T2IAdapter, in eval mode. Raises NodeError."""
    return remembering(_component(recipe, recipe.dtype))


def load_text(recipe: TextEncoder) -> TextModel:
    """The recipe's encoders and tokenizers. Raises NodeError (`bad_model_file`)."""
    import transformers

    source, dtype = recipe.source, getattr(torch, recipe.dtype)
    with _quiet(transformers.utils.logging):
        if isinstance(source, FileSource):
            encoders = [load_part(part, dtype) for part in source.parts]
            tokenizers = [clip_tokenizer(part.pad) for part in source.parts]
        else:
            kinds = [getattr(transformers, name) for name in source.classes]
            encoders = [_load(source, i, kind, {"dtype": dtype}) for i, kind in enumerate(kinds)]
            tokenizers = [_tokenizer(source, path) for path in source.folders[len(kinds) :]]
    for encoder in encoders:
        _check_finite(recipe, encoder)
    return TextModel(encoders, tokenizers, sdxl=recipe.family.startswith("sdxl")).eval()


def _component(recipe: ModelRecipe, precision: str) -> Any:
    source, dtype = recipe.source, getattr(torch, precision)
    if isinstance(source, FileSource):
        module = load_part(source.parts[0], dtype)
    else:
        import diffusers

        kind = getattr(diffusers, source.classes[0])
        module = _load(source, 0, kind, {"torch_dtype": dtype})
    _check_finite(recipe, module)
    return module


def _check_finite(recipe: ModelRecipe, module: Any) -> None:
    """Weights that are not finite would give a black picture, many seconds later."""
    for name, weight in module.named_parameters():
        if not bool(weight.sum(dtype=torch.float32).isfinite()):
            raise NodeError(
                f"The {type(module).__name__} of the model '{recipe.source.model}' has weights "
                f"that are not finite in {weight.dtype}, as {name}.".replace("torch.", ""),
                code="non_finite",
                fix="Try dtype float32 in the node that loads it, or download the file again.",
            )


def _load(source: Source, index: int, kind: Any, dtype: dict[str, Any]) -> Any:
    folder = source.folders[index]
    variant = source.variants[index]

    def read() -> Any:
        return kind.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            **dtype,
            **({"variant": variant} if variant else {}),
        )

    module, info = _guarded(source, folder, read)
    faults = sorted(str(key) for key in (*info["missing_keys"], *info["mismatched_keys"]))
    if faults:
        raise _bad(source, folder, f"lacks {len(faults)} of the tensors wanted, as {faults[0]}")
    return module.eval()


def _tokenizer(source: Source, folder: Path) -> Any:
    from transformers import CLIPTokenizer

    return _guarded(
        source, folder, lambda: CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    )


def _guarded(source: Source, folder: Path, read: Callable[[], Any]) -> Any:
    if not folder.is_dir():
        raise NodeError(
            f"The model '{source.model}' is no longer there: its {folder.name} is missing.",
            code="model_missing",
        )
    try:
        return read()
    except PermissionError as refused:
        raise unreadable(source.model, refused) from refused
    except BROKEN as broken:
        reason = str(broken).replace(str(folder), folder.name).partition("\n")[0][:200]
        raise _bad(source, folder, f"cannot be read: {reason or type(broken).__name__}") from broken


def _bad(source: Source, folder: Path, what: str) -> NodeError:
    return NodeError(
        f"The {folder.name} of the model '{source.model}' {what}.",
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
