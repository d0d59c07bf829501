"""Textual inversion: words that a file of vectors teaches a text encoder's copy."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Annotated, Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from engine import Choices, Context, Field, Files, NodeError, node
from engine.values import hashed

from .family import identify
from .layers import layers_of
from .models import find_file
from .recipes import TextEncoder, Word
from .textkind import TOKENS
from .textmodel import TextModel
from .weightfile import WeightFile, bad, unreadable

EMBEDDINGS = Choices("embeddings", match=("**/*.safetensors",))
PLAIN = re.compile(r"[^\s()\[\]:\\,]{1,100}")


@dataclass(frozen=True)
class Embedding:
    """One file; token: the word for it in prompts, empty is the file's own name."""

    file: Annotated[str, Field(max_length=500)]
    token: Annotated[str, Field(max_length=100)] = ""


def _content(embeddings: list[Embedding], files: Files) -> str:
    return hashed(*(word.digest() for word in (_word(each, files) for each in embeddings)))


@node(
    "TextualInversion",
    category="models",
    static=True,
    fingerprint=_content,
    aliases=("Embedding", "Textual inversion embedding"),
)
def textual_inversion(
    ctx: Context,
    text_encoder: TextEncoder,
    embeddings: Annotated[list[Embedding], EMBEDDINGS, Field(max_length=64)] = [],  # noqa: B006
) -> TextEncoder:
    """Teach a copy of a text encoder new words, each a file of one or more vectors.

    embeddings: each {file, token}; a prompt that holds the token gets the file's vectors in its
    place, one token each, and they may be weighted as any word, `(token:1.2)`. An empty token
    is the file's name without its ending. The encoder that is wired in stays as it is.
    Files: diffusers (`{"<word>": vectors}`), A1111 (`emb_params`), SDXL (`clip_l`, `clip_g`);
    vectors are [C] or [n,C]. Bit-equal to diffusers' load_textual_inversion. Source: Gal et al.,
    "An Image is Worth One Word" (2022).
    Errors: vectors of another width than the encoder's (bad_model_file), a token that is no
    single word or already known (bad_value), pickles (unsafe_format), no such file.
    """
    widths = [layers.get(TOKENS, (0, 0))[-1] for layers in layers_of(text_encoder)]
    words = [_word(each, ctx.files) for each in embeddings]
    for word in words:
        _check(word, widths, text_encoder)
    tokens = [word.token.lower() for word in (*text_encoder.words, *words)]
    for token in tokens:
        if tokens.count(token) > 1:
            raise _bad_token(token, "is the name of two embeddings")
    return replace(text_encoder, words=(*text_encoder.words, *words))


class Taught(nn.Module):
    """A token embedding that knows more ids: its base's tensors are shared, not copied."""

    def __init__(self, base: nn.Module, first: int, vectors: Tensor) -> None:
        super().__init__()
        self.base, self.first = base, first
        self.vectors = nn.Parameter(vectors, requires_grad=False)

    @property
    def weight(self) -> Any:
        return self.base.weight

    def forward(self, ids: Tensor) -> Tensor:
        mine = (ids >= self.first) & (ids < self.first + len(self.vectors))
        found: Tensor = self.base(ids.masked_fill(mine, 0))
        own = self.vectors[(ids - self.first).clamp(0, len(self.vectors) - 1)]
        return torch.where(mine[..., None], own, found)


def teach(model: TextModel, word: Word) -> None:
    """Adds one word to every encoder of a clone, and to copies of its tokenizers.

    Raises NodeError where the tokenizer knows the word, or the file has changed.
    """
    vectors = _read(word, len(model.encoders))
    tokenizers = []
    for index, tokenizer in enumerate(model.tokenizers):
        mine = deepcopy(tokenizer)
        names = _names(word.token, len(vectors[index]))
        first = len(mine)
        if word.token.lower() in mine.get_vocab() or _add(mine, names) != len(names):
            raise _bad_token(word.token, "is a word that the tokenizer knows already")
        tokenizers.append(mine)
        encoder: Any = model.encoders[index]
        holder = getattr(encoder, "text_model", encoder).embeddings
        weight = holder.token_embedding.weight
        holder.token_embedding = Taught(
            holder.token_embedding, first, vectors[index].to(weight.device, weight.dtype)
        )
    model.tokenizers = tuple(tokenizers)
    names = _names(word.token, max(map(len, vectors)))
    model.spellings = {**model.spellings, word.token.lower(): " ".join(names)}


def _names(token: str, count: int) -> list[str]:
    """As diffusers names the vectors after the first: `cat_1`, `cat_2`."""
    return [token, *(f"{token}_{index}" for index in range(1, count))]


def _add(tokenizer: Any, names: list[str]) -> int:
    from tokenizers import AddedToken

    return int(tokenizer.add_tokens([AddedToken(name, single_word=True) for name in names]))


def _word(embedding: Embedding, files: Files) -> Word:
    path = find_file(embedding.file, files, EMBEDDINGS, "embeddings")
    token = embedding.token or PurePosixPath(embedding.file).stem
    if not PLAIN.fullmatch(token):
        raise _bad_token(token, "is no single word without brackets, commas and colons")
    try:
        return Word(files.sha256(path), path, embedding.file, token)
    except OSError as refused:
        raise unreadable(embedding.file, refused, "embeddings") from None


def _check(word: Word, widths: list[int], recipe: TextEncoder) -> None:
    file = WeightFile.open(word.path, word.name, "embeddings")
    identity = identify(file)
    if identity.kind != "embedding":
        raise file.bad(f"is {identity.words}, and a textual inversion embedding is wanted")
    for index, width in enumerate(widths):
        shape = file.shapes[_key(file.shapes, index, len(widths), word.name)]
        if shape[-1] != width or not 0 < len(shape) <= 2 or 0 in shape:
            raise file.bad(
                f"holds vectors of the shape {list(shape)}, and the text encoder of "
                f"'{recipe.source.model}' reads vectors {width} wide",
                "Take an embedding that was trained for this family of models.",
            )


def _key(names: Any, index: int, count: int, file: str) -> str:
    """The tensor for one of the encoders. Raises NodeError where there is none."""
    wanted = ("clip_l", "clip_g")[index] if count > 1 else ""
    if wanted in names:
        return wanted
    single = [name for name in names if name not in {"clip_l", "clip_g"}]
    if count == 1 and len(single) == 1:
        return str(single[0])
    if count == 1 and not single:
        return "clip_l" if "clip_l" in names else "clip_g"
    raise bad(
        file,
        "is an embedding for one text encoder, and this model has two (clip_l and clip_g)"
        if count > 1
        else f"holds {len(single)} tensors, and an embedding holds one",
        "embeddings",
    )


def _read(word: Word, count: int) -> list[Tensor]:
    """[n,C] for each encoder. Raises NodeError (`non_finite`, `model_missing`, ...)."""
    try:
        with safe_open(word.path, framework="pt") as opened:
            names = list(opened.keys())
            keys = [_key(names, index, count, word.name) for index in range(count)]
            found = [opened.get_tensor(key).clone() for key in keys]
    except OSError as refused:
        raise unreadable(word.name, refused, "embeddings") from None
    except SafetensorError as broken:
        raise bad(word.name, f"cannot be read ({str(broken)[:100]})", "embeddings") from None
    if not all(bool(tensor.float().isfinite().all()) for tensor in found):
        raise NodeError(
            f"The file '{word.name}' has vectors that are not finite.",
            code="non_finite",
            port="embeddings",
        )
    return [tensor[None] if tensor.ndim == 1 else tensor for tensor in found]


def _bad_token(token: str, what: str) -> NodeError:
    return NodeError(
        f"The token '{token[:60]}' {what}.",
        code="bad_value",
        port="embeddings",
        fix="Set `token` to a word of your own, as '<my-style>'.",
    )
