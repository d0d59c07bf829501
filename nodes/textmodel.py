"""A built text encoder: CLIP encoders with their tokenizers, as one module that can be placed.

Knows no prompt syntax: it turns chunks of token ids into embeddings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine import NodeError


class TextModel(nn.Module):
    """One or two encoders. `penultimate`: SDXL reads the last layer but one, without a norm.

    `spellings`: words added by textual inversion, and the tokens that stand for their vectors.
    """

    def __init__(self, encoders: Sequence[nn.Module], tokenizers: Sequence[Any], *, sdxl: bool):
        super().__init__()
        self.encoders = nn.ModuleList(encoders)
        self.tokenizers = tuple(tokenizers)
        self.penultimate = sdxl
        self.spellings: Mapping[str, str] = {}
        self._blanks: dict[tuple[Any, ...], tuple[Tensor, Any]] = {}

    def encode(self, index: int, ids: Sequence[int], skip_layers: int) -> tuple[Tensor, Any]:
        """Embeds one chunk with one encoder: ([1,L,C], pooled text [1,P] or None).

        ids: a whole chunk with its start, end and padding. Raises NodeError (`out_of_range`)
        where `skip_layers` leaves no layer.
        """
        encoder: Any = self.encoders[index]
        tokens = torch.tensor([list(ids)], device=next(encoder.parameters()).device)
        last = self.penultimate + skip_layers
        if not last:
            return encoder(tokens)[0], None
        output = encoder(tokens, output_hidden_states=True)
        self._check_depth(len(output.hidden_states), last, skip_layers)
        states = output.hidden_states[-(last + 1)]
        if self.penultimate:
            return states, output[0] if output[0].ndim == 2 else None
        return getattr(encoder, "text_model", encoder).final_layer_norm(states), None

    def blank(self, index: int, ids: Sequence[int], skip_layers: int) -> tuple[Tensor, Any]:
        """What `encode` says of an empty chunk, which all texts are told apart from: kept."""
        weight = next(self.encoders[index].parameters())
        asked = (index, tuple(ids), skip_layers, weight.device)
        found = self._blanks.get(asked)
        if found is None:
            found = self._blanks[asked] = self.encode(index, ids, skip_layers)
        return found

    def forget(self) -> None:
        """Drops what is kept of other weights: for a clone that is to be changed."""
        self._blanks = {}

    def _check_depth(self, depth: int, last: int, skip_layers: int) -> None:
        if last >= depth:
            raise NodeError(
                f"skip_layers is {skip_layers}, and this text encoder has {depth - 1} layers; "
                f"at most {depth - 1 - self.penultimate} can be skipped.",
                code="out_of_range",
                port="skip_layers",
            )
