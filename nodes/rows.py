"""What rows of conditioning tell a denoiser, stacked into tensors for one forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine import NodeError

from .conditioning import Entry
from .latent import Latent
from .sizecondition import time_ids


def texts(entries: Sequence[Entry], batch: int) -> Tensor:
    """The rows' texts [R*B,L,C], rows outermost. Raises NodeError where there are too many."""
    return torch.cat([_for_images(entry.embedding, batch) for entry in entries])


def added(
    config: Any,
    labels: Sequence[str],
    entries: Sequence[Entry],
    latent: Latent,
    device: Any,
    dtype: torch.dtype,
) -> dict[str, Tensor] | None:
    """SDXL's pooled texts [R*B,P] and size ids [R*B,6] (5 of its refiner); None without."""
    if config.addition_embed_type != "text_time":
        return None
    batch = len(latent.samples)
    pooled = [entry.pooled for entry in entries if entry.pooled is not None]
    if len(pooled) < len(entries):
        raise NodeError(
            "This UNet needs a pooled text, as SDXL's text encoders give, and there is none.",
            port="conditioning",
            fix="Encode the text with the text encoder of the same model.",
        )
    own = (latent.height, latent.width)
    ids = time_ids(config, labels, entries, own, pooled[0].shape[-1])
    return {
        "text_embeds": torch.cat([_for_images(text, batch) for text in pooled]).to(device, dtype),
        "time_ids": torch.cat([_for_images(row, batch) for row in ids]).to(device, dtype),
    }


def _for_images(tensor: Tensor, batch: int) -> Tensor:
    """[1,...] or [B,...] as [B,...]."""
    if len(tensor) not in {1, batch}:
        raise NodeError(
            f"The conditioning has {len(tensor)} texts for {batch} pictures.",
            port="conditioning",
            fix="Give one text, or one for each picture of the latent's batch.",
        )
    return tensor if len(tensor) == batch else tensor.repeat(batch, *[1] * (tensor.ndim - 1))
