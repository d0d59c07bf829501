"""Parts of single files built into modules, by the converters of diffusers, fully offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from .loadingcontrol import build_control
from .recipes import FilePart
from .weightfile import bad, unreadable

BROKEN = (SafetensorError, ValueError, RuntimeError, KeyError, TypeError, AttributeError)


def load_part(part: FilePart, dtype: torch.dtype) -> Any:
    """The part's module, every weight of it read. Raises NodeError (`bad_model_file`, ...)."""
    try:
        tensors = _tensors(part)
        with TemporaryDirectory() as folder:
            (Path(folder) / "config.json").write_text(part.config, encoding="utf-8")
            module = _build(part, tensors, folder, dtype)
    except OSError as refused:
        raise unreadable(part.file, refused) from refused
    except BROKEN as broken:
        reason = str(broken).partition("\n")[0][:200] or type(broken).__name__
        raise bad(
            part.file, f"gives no {part.kind}: {reason}", "", "Download it again."
        ) from broken
    lacking = [name for name, weight in module.named_parameters() if weight.is_meta]
    if lacking:
        what = f"lacks {len(lacking)} of the tensors of a {part.kind}, as {lacking[0]}"
        raise bad(part.file, what, "", "Download it again.")
    return module.eval()


def _tensors(part: FilePart) -> dict[str, Tensor]:
    """The part's tensors alone: a checkpoint of 7 GB is not read for each of its modules.

    Copied out of the file: what is mapped changes with it, and its odd addresses change bits.
    """
    with safe_open(part.path, framework="pt") as opened:
        names = [name for name in opened.keys() if name.startswith(part.prefix)]  # noqa: SIM118
        cut = len(part.prefix)
        return {part.put + name[cut:]: opened.get_tensor(name).clone() for name in names}


def _build(part: FilePart, tensors: dict[str, Tensor], folder: str, dtype: torch.dtype) -> Any:
    import diffusers

    if part.kind in {"ControlNetModel", "T2IAdapter"}:
        return build_control(part, tensors, dtype)
    if part.kind.startswith("CLIP"):
        return _clip(part.kind, tensors, folder, dtype)
    kind = getattr(diffusers, part.kind)
    with _quiet(diffusers.utils.logging):
        return kind.from_single_file(
            tensors, config=folder, local_files_only=True, torch_dtype=dtype
        )


def _clip(kind: str, tensors: dict[str, Tensor], folder: str, dtype: torch.dtype) -> Any:
    import transformers
    from diffusers.loaders.single_file_utils import create_diffusers_clip_model_from_ldm

    create: Callable[..., Any] = create_diffusers_clip_model_from_ldm
    return create(
        getattr(transformers, kind),
        checkpoint=tensors,
        config=folder,
        torch_dtype=dtype,
        local_files_only=True,
    )


@contextmanager
def _quiet(logging: Any) -> Iterator[None]:
    """Without warnings about casts that are meant; left as it was afterwards."""
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)
