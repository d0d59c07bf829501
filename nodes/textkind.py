"""What is known of conditioning before it is made: how wide its texts are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .layers import layers_of
from .recipes import TextEncoder

TOKENS = "embeddings_token_embedding"


@dataclass(frozen=True)
class TextKind:
    """Texts `width` numbers wide. `model` names their text encoder, where it is known."""

    width: int
    model: str = ""

    def __str__(self) -> str:
        made = f", by the text encoder of '{self.model}'" if self.model else ""
        return f"{self.width} wide{made}"


def encoded_text(text_encoder: TextEncoder) -> dict[str, TextKind]:
    """Of what a text encoder makes, by the headers of its files. Raises NodeError."""
    return {"conditioning": TextKind(_width(text_encoder), text_encoder.source.model)}


@lru_cache(maxsize=64)
def _width(text_encoder: TextEncoder) -> int:
    """Two encoders' texts stand side by side."""
    return sum(layers[TOKENS][-1] for layers in layers_of(text_encoder))
