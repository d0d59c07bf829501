"""Weights in prompts: `(word:1.2)` read into weighted tokens, and applied to embeddings.

Knows tokenizers by their call alone, and no encoder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

Weighting = Literal["a1111", "comfy", "none"]
TOKEN = re.compile(r"\\.|:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)|[()\[\]]|[^\\()\[\]:]+|.", re.DOTALL)
BREAK = re.compile(r"\bBREAK\b")
STEP = 1.1
LARGEST = 100.0


@dataclass(frozen=True)
class Chunk:
    """`ids` fill one pass of the encoder, start, end and padding included; a weight each."""

    ids: tuple[int, ...]
    weights: tuple[float, ...]

    @property
    def weighted(self) -> bool:
        return any(weight != 1.0 for weight in self.weights)


def pieces(text: str, weighting: Weighting) -> list[tuple[str, float]]:
    """A prompt as (text, weight).

    `(x)` is 1.1 times, `(x:1.3)` is 1.3 times, nested ones multiply; `[x]` is 1/1.1 times with
    a1111. A backslash makes a bracket plain. An open bracket without its end counts to the end
    of the text, an end without its start is plain. Weights are held within 100.
    """
    if weighting == "none":
        return [(text, 1.0)]
    found: list[tuple[str, float]] = []
    open_at: list[tuple[str, int]] = []
    for token in TOKEN.findall(text):
        if token == "(" or (token == "[" and weighting == "a1111"):
            open_at.append((token, len(found)))
        elif open_at and token[-1] == ")" and open_at[-1][0] == "(":
            factor = float(token[1:-1]) if token[0] == ":" else STEP
            _multiply(found, open_at.pop()[1], factor)
        elif open_at and token == "]" and open_at[-1][0] == "[":
            _multiply(found, open_at.pop()[1], 1 / STEP)
        else:
            plain = token[1:] if token[0] == "\\" and token[1:] in {*"()[]\\"} else token
            found.append((plain, 1.0))
    for kind, start in reversed(open_at):
        _multiply(found, start, STEP if kind == "(" else 1 / STEP)
    return list(_joined(found))


def chunks(
    tokenizer: Any, text: str, weighting: Weighting, spellings: Mapping[str, str] | None = None
) -> list[Chunk]:
    """A prompt as full chunks (77 tokens for CLIP); at least one, for the empty text.

    One chunk of plain text has the ids of the tokenizer's own `padding="max_length"`. Longer
    texts go on in further chunks; a word is not cut where it fits into the next one. `BREAK` on
    its own begins a new chunk. spellings: words that stand for several tokens (lower case).
    """
    room = tokenizer.model_max_length - 2
    bodies: list[list[tuple[int, float]]] = [[]]
    for word in _words(tokenizer, pieces(spelt(text, spellings or {}), weighting)):
        full = len(bodies[-1]) + len(word) > room and len(word) <= room
        if (full or not word) and bodies[-1]:
            bodies.append([])
        for item in word:
            if len(bodies[-1]) == room:
                bodies.append([])
            bodies[-1].append(item)
    if len(bodies) > 1 and not bodies[-1]:
        bodies.pop()
    return [_chunk(tokenizer, body, room) for body in bodies]


def spelt(text: str, spellings: Mapping[str, str]) -> str:
    """A prompt with each word that stands for several tokens written out."""
    if not spellings:
        return text
    known = "|".join(re.escape(word) for word in sorted(spellings, key=len, reverse=True))
    words = re.compile(rf"(?<!\w)(?:{known})(?!\w)", re.IGNORECASE)
    return words.sub(lambda match: spellings[match[0].lower()], text)


def apply(embedding: Tensor, empty: Tensor, chunk: Chunk, weighting: Weighting) -> Tensor:
    """A chunk's embedding [1,L,C] with its weights.

    a1111: each token times its weight, then the chunk scaled back to its former mean. comfy: each
    token moved away from the same place of the empty prompt. Without weights, nothing is touched.
    """
    if weighting == "none" or not chunk.weighted:
        return embedding
    weights = torch.tensor(chunk.weights, dtype=embedding.dtype, device=embedding.device)
    weights = weights[None, :, None]
    if weighting == "comfy":
        return (embedding - empty) * weights + empty
    moved = embedding * weights
    mean = moved.mean()
    return moved * (embedding.mean() / mean) if mean != 0 else moved


def _multiply(found: list[tuple[str, float]], start: int, factor: float) -> None:
    for index in range(start, len(found)):
        text, weight = found[index]
        found[index] = (text, max(-LARGEST, min(LARGEST, weight * factor)))


def _joined(found: list[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    text, weight = "", 1.0
    for part, own in found:
        if text and own != weight:
            yield text, weight
            text = ""
        text, weight = text + part, own
    yield text, weight


def _words(tokenizer: Any, parts: list[tuple[str, float]]) -> Iterator[list[tuple[int, float]]]:
    """Weighted tokens word by word; an empty word is a BREAK."""
    added = tokenizer.added_tokens_decoder
    for text, weight in parts:
        for number, passage in enumerate(BREAK.split(text)):
            if number:
                yield []
            ids = tokenizer(passage, add_special_tokens=False, verbose=False).input_ids
            word: list[tuple[int, float]] = []
            for token, name in zip(ids, tokenizer.convert_ids_to_tokens(ids), strict=True):
                word.append((token, weight))
                if name.endswith("</w>") or token in added:
                    yield word
                    word = []
            if word:
                yield word


def _chunk(tokenizer: Any, body: list[tuple[int, float]], room: int) -> Chunk:
    missing = room - len(body)
    ids = [tokenizer.bos_token_id, *(token for token, _ in body), tokenizer.eos_token_id]
    ids += [tokenizer.pad_token_id] * missing
    weights = [1.0, *(weight for _, weight in body), 1.0] + [1.0] * missing
    return Chunk(tuple(ids), tuple(weights))
