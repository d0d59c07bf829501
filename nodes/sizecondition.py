"""SDXL's size conditioning: what the UNet is told of the picture's size, crop and beauty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import torch
from torch import Tensor

from engine import Field, NodeError, node

from .conditioning import Conditioning, Entry

Size = Annotated[int, Field(ge=1, le=65536)]
Crop = Annotated[int, Field(ge=-65536, le=65536)]
AESTHETIC = {"uncond": 2.5}
USUAL_AESTHETIC = 6.0


@node(
    "SizeCondition",
    category="conditioning",
    keeps={"conditioning": "conditioning"},
    aliases=("CLIPTextEncodeSDXL", "Aesthetic score"),
)
def size_condition(
    conditioning: Conditioning,
    width: Size | None = None,
    height: Size | None = None,
    crop_left: Crop = 0,
    crop_top: Crop = 0,
    target_width: Size | None = None,
    target_height: Size | None = None,
    aesthetic: Annotated[float, Field(ge=0, le=100)] | None = None,
) -> Conditioning:
    """Tell SDXL which size, crop and target its picture is to look like; for every row.

    width, height: of the picture before it was cropped and scaled (diffusers' `original_size`);
    crop_left, crop_top: `crops_coords_top_left`; target_width, target_height: `target_size`. All
    in pixels; None is the size of the latent. aesthetic: the score that the refiner is told, in
    place of the target size; None is 6.0, and 2.5 for the row `uncond`, as in
    StableDiffusionXLImg2ImgPipeline. Put it before PairConditioning to tell the rows apart.
    Other models ignore all of this. Source: Podell et al., "SDXL" (2023), section 2.2.
    """
    size = (height, width, crop_top, crop_left, target_height, target_width)
    rows = (
        replace(
            row,
            entries=tuple(replace(entry, size=size, aesthetic=aesthetic) for entry in row.entries),
        )
        for row in conditioning.rows
    )
    return replace(conditioning, rows=tuple(rows))


def time_ids(
    config: Any, labels: Sequence[str], entries: Sequence[Entry], own: tuple[int, int], width: int
) -> list[Tensor]:
    """The size ids of each row [1,N]: six for SDXL, five for its refiner.

    own: the latent's (height, width) in pixels; width: of the pooled text. Raises NodeError where
    the UNet wants another number of ids.
    """
    wanted = config.projection_class_embeddings_input_dim - width
    count = wanted // config.addition_time_embed_dim
    if wanted % config.addition_time_embed_dim or count not in {5, 6}:
        raise NodeError(
            f"This UNet adds {config.projection_class_embeddings_input_dim} numbers of text and "
            f"sizes, and a pooled text {width} wide leaves none of the known kinds.",
            port="conditioning",
            fix="Encode the text with the text encoder of the same model.",
        )
    return [
        torch.tensor([_ids(entry, label, own, count)])
        for label, entry in zip(labels, entries, strict=True)
    ]


def _ids(entry: Entry, label: str, own: tuple[int, int], count: int) -> list[float]:
    given = entry.size or (None, None, 0, 0, None, None)
    defaults = (*own, 0, 0, *own)
    size = [
        float(default if value is None else value)
        for value, default in zip(given, defaults, strict=True)
    ]
    if count == 6:
        return size
    score = entry.aesthetic
    return [*size[:4], AESTHETIC.get(label, USUAL_AESTHETIC) if score is None else score]
