"""The layers of a recipe's modules and the shapes of their weights, read from headers alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from .layernames import text_layer, unet_layer
from .recipes import FilePart, ModelRecipe, Source, UNet
from .weightfile import Shape, WeightFile

Layers = Mapping[str, Shape]
FUSED = "_attn_in_proj_weight"


def layers_of(recipe: ModelRecipe) -> tuple[Layers, ...]:
    """For each module of the recipe its layers by name (see `layernames`) with weight shapes.

    Raises NodeError where a file is broken or gone.
    """
    blocks = blocks_of(recipe)
    return tuple(
        dict(named(shapes, isinstance(recipe, UNet), blocks)) for shapes in _shapes(recipe)
    )


def blocks_of(recipe: ModelRecipe) -> int:
    """A UNet's `layers_per_block`; 2 for all published ones."""
    if isinstance(recipe.source, Source):
        path = recipe.source.folders[0] / "config.json"
        try:
            found = json.loads(path.read_bytes()).get("layers_per_block", 2)
        except (OSError, ValueError, AttributeError):
            return 2
    else:
        found = json.loads(recipe.source.parts[0].config).get("layers_per_block", 2)
    return found if type(found) is int else 2


def _shapes(recipe: ModelRecipe) -> Iterator[dict[str, Shape]]:
    source = recipe.source
    if not isinstance(source, Source):
        for part in source.parts:
            yield _file(part.path, part).under(part.prefix)
        return
    for folder, variant in zip(source.folders, source.variants, strict=False):
        shapes: dict[str, Shape] = {}
        for path in _weights(folder, variant):
            shapes |= WeightFile.open(path, f"{source.model}/{folder.name}", "").shapes
        yield shapes


def _file(path: Path, part: FilePart) -> WeightFile:
    return WeightFile.open(path, part.file, "")


def _weights(folder: Path, variant: str) -> list[Path]:
    """The files of a component: of the variant, or without one."""
    stem = "model" if folder.name.startswith("text") else "diffusion_pytorch_model"
    found = sorted(path for path in folder.glob(f"{stem}*.safetensors"))
    return [path for path in found if (".fp16" in path.name) == (variant == "fp16")]


def named(shapes: Mapping[str, Shape], unet: bool, blocks: int) -> Iterator[tuple[str, Shape]]:
    """The layers of a UNet or a text encoder by name, with the shapes of their weights."""
    for name, shape in shapes.items():
        flat = name.replace(".", "_")
        if flat.endswith(FUSED):  # OpenCLIP keeps queries, keys and values in one matrix
            layer = text_layer(flat.removesuffix("_attn_in_proj_weight"))
            base = flat.removesuffix(FUSED).replace("transformer_resblocks_", "encoder_layers_")
            for part in "qkv":
                yield f"{base or layer}_self_attn_{part}_proj", (shape[0] // 3, shape[1])
        elif name.endswith(".weight"):
            layer = name.removesuffix(".weight")
            yield (unet_layer(layer, blocks) if unet else text_layer(layer)), shape
