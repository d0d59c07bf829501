"""Text encoders within weight files: SD's, SDXL's two, and files that hold one alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .family import CLIP_POSITIONS
from .layers import named
from .modelconfigs import UnfitError, clip_config, open_clip_config
from .recipes import Family, FilePart
from .weightfile import Shape, WeightFile
from .wholeness import shapes_of

CLIP = "cond_stage_model.transformer."
OPEN_CLIP = "conditioner.embedders.1.model."
EOS = "<|endoftext|>"
SD2_LAYERS = 23
WRAPPER = "text_model."
FIRST = (CLIP, "conditioner.embedders.0.transformer.", "")
SECOND = (OPEN_CLIP, "conditioner.embedders.0.model.", "cond_stage_model.model.", "")
PROJECTED = "CLIPTextModelWithProjection"


def first_text(file: WeightFile, family: Family) -> FilePart:
    """The only text encoder of SD, or SDXL's first. Raises UnfitError where there is none."""
    found = _transformers(file)
    if found is None and family == "sd2":
        return _open_clip(file, penultimate=True)
    if found is None:
        raise UnfitError("holds no text encoder of CLIP")
    prefix, put, config = found
    if family == "sd2":  # it reads the layer before the last, normed
        config["num_hidden_layers"] = min(config["num_hidden_layers"], SD2_LAYERS)
    return _part(file, "CLIPTextModel", prefix, put, config, "!" if family == "sd2" else EOS)


def second_text(file: WeightFile, family: Family) -> FilePart:
    """SDXL's second text encoder, which is the refiner's only one. Raises UnfitError."""
    if "positional_embedding" not in file.shapes and (found := _alone(file)):
        prefix, put, config = found
        return _part(file, PROJECTED, prefix, put, config, "!")
    return _open_clip(file, penultimate=False)


Found = tuple[str, str, dict[str, Any]]


def _transformers(file: WeightFile) -> Found | None:
    """Prefix, what to put for it and config of an encoder in the names of transformers."""
    for prefix in FIRST[:2]:
        if f"{prefix}{CLIP_POSITIONS}" in file.shapes:
            return prefix, CLIP, clip_config(file.under(prefix))
    return _alone(file)


def _alone(file: WeightFile) -> Found | None:
    """The same in a file of its own; transformers 5 leaves `text_model.` out."""
    if CLIP_POSITIONS in file.shapes:
        return "", CLIP, clip_config(file.shapes)
    if CLIP_POSITIONS.removeprefix(WRAPPER) in file.shapes:
        wrapped = {WRAPPER + name: shape for name, shape in file.shapes.items()}
        return "", CLIP + WRAPPER, clip_config(wrapped)
    return None


def _open_clip(file: WeightFile, *, penultimate: bool) -> FilePart:
    for prefix in SECOND:
        if f"{prefix}positional_embedding" in file.shapes:
            config = open_clip_config(file.under(prefix), penultimate=penultimate)
            kind = "CLIPTextModel" if penultimate else PROJECTED
            return _part(file, kind, prefix, OPEN_CLIP, config, "!")
    raise UnfitError("holds no text encoder of OpenCLIP")


def _check_layers(kind: str, config: str, given: Mapping[str, Shape]) -> None:
    """Raises UnfitError where a layer is missing, or of another shape than the class has it."""
    wanted = _layers(kind, config)
    lacking = [name for name in wanted if name.startswith("encoder_") and name not in given]
    if lacking:
        raise UnfitError(f"lacks {len(lacking)} layers of a {kind}, as {lacking[0]}")
    for name, shape in wanted.items():
        if given.get(name, shape) != shape:
            found = list(given[name])
            raise UnfitError(f"has the layer {name} as {found}, and {list(shape)} is wanted")


@lru_cache(8)
def _layers(kind: str, config: str) -> Mapping[str, Shape]:
    import transformers

    made: Any = getattr(transformers, kind)
    shapes = shapes_of(lambda: made(made.config_class(**json.loads(config))))
    return dict(named(shapes, False, 0))


def _part(
    file: WeightFile, kind: str, prefix: str, put: str, config: dict[str, Any], pad: str
) -> FilePart:
    text = json.dumps(config, sort_keys=True)
    _check_layers(kind, text, dict(named(file.under(prefix), False, 0)))
    return FilePart(file.path, file.name, kind, prefix, put, text, pad)
