"""CLIP's own vocabulary, bundled: single-file checkpoints carry none."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

MERGES = Path(__file__).parent / "configs" / "clip" / "merges.txt.gz"
SPECIALS = ("<|startoftext|>", "<|endoftext|>")


def clip_tokenizer(pad: str) -> Any:
    """A new CLIPTokenizer of 49,408 tokens, 77 a chunk, that fills up with `pad`.

    pad: `<|endoftext|>` for OpenAI's CLIP, `!` (id 0) for OpenCLIP (SD 2, SDXL's second).
    """
    from transformers import CLIPTokenizer

    vocabulary, merges = _vocabulary()
    return CLIPTokenizer(
        vocab=dict(vocabulary), merges=list(merges), pad_token=pad, model_max_length=77
    )


@cache
def _vocabulary() -> tuple[dict[str, int], tuple[tuple[str, str], ...]]:
    """Single bytes, single bytes at a word's end, then what each merge makes, then the specials."""
    lines = gzip.decompress(MERGES.read_bytes()).decode("utf-8").split("\n")
    merges = tuple((first, second) for first, second in (line.split() for line in lines))
    letters = _letters()
    tokens = [*letters, *(f"{letter}</w>" for letter in letters)]
    tokens += [first + second for first, second in merges]
    return {token: index for index, token in enumerate([*tokens, *SPECIALS])}, merges


def _letters() -> list[str]:
    """A printable character for each byte, in GPT-2's order: the printable ones first."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]
