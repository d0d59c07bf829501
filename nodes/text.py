"""Prompts encoded into conditioning."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from engine import Context, Field, Widget, node

from . import promptweights
from .conditioning import Conditioning, Entry
from .promptweights import Weighting
from .recipes import TextEncoder
from .textkind import encoded_text
from .textmodel import TextModel

LENGTH = Field(max_length=50_000)
BOX = Widget("multiline")


@node(
    "TextEncode",
    category="conditioning",
    traits=encoded_text,
    aliases=("CLIPTextEncode", "Prompt"),
)
def text_encode(
    ctx: Context,
    text_encoder: TextEncoder,
    text: Annotated[str, LENGTH, BOX] = "",
    text_2: Annotated[str | None, LENGTH, BOX] = None,
    skip_layers: Annotated[int, Field(ge=0, le=64)] = 0,
    weighting: Weighting = "a1111",
) -> Conditioning:
    """Encode a prompt into one row of conditioning.

    text_2: another text for the second encoder of SDXL; None (or empty) is the first text.
    skip_layers: last layers left out, diffusers' `clip_skip` (A1111's "clip skip 2" is 1 here).
    weighting: how `(word:1.2)` counts. a1111 multiplies and restores the mean, comfy moves away
    from the empty prompt, none takes brackets as text. Plain text is encoded as by
    StableDiffusionPipeline.encode_prompt and StableDiffusionXLPipeline.encode_prompt, bit for bit.
    Over 77 tokens: in chunks, [1, 77 * chunks, C]; the pooled text is that of the first chunk.
    The word BREAK, in capitals, begins a new chunk. Words of a wired `TextualInversion` count.
    Errors: more layers to skip than there are.
    """
    with ctx.pool.use(text_encoder) as model:
        texts = [text, text_2 or text] if len(model.encoders) > 1 else [text]
        encoded = [_encode(model, i, t, skip_layers, weighting) for i, t in enumerate(texts)]
    length = max(embedding.shape[1] for embedding, _, _ in encoded)
    filled = [Entry(rows, padding=empty).lengthened(length) for rows, empty, _ in encoded]
    return Conditioning.single(
        Entry(
            embedding=torch.cat([entry.embedding for entry in filled], dim=-1),
            pooled=next((pooled for _, _, pooled in encoded if pooled is not None), None),
            padding=torch.cat([empty for _, empty, _ in encoded], dim=-1),
        )
    )


def _encode(
    model: TextModel, index: int, text: str, skip_layers: int, weighting: Weighting
) -> tuple[Tensor, Tensor, Tensor | None]:
    """One encoder's embedding of the text, of an empty chunk, and its pooled text."""
    tokenizer = model.tokenizers[index]
    found = promptweights.chunks(tokenizer, text, weighting, model.spellings)
    blank = promptweights.chunks(tokenizer, "", "none")[0].ids
    nothing = model.blank(index, blank, skip_layers)
    states = [
        nothing if chunk.ids == blank else model.encode(index, chunk.ids, skip_layers)
        for chunk in found
    ]
    empty = nothing[0]
    parts = [
        promptweights.apply(embedding, empty, chunk, weighting)
        for (embedding, _), chunk in zip(states, found, strict=True)
    ]
    return torch.cat(parts, dim=1), empty, states[0][1]
