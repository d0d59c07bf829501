"""Trains the byte-pair vocabulary, in CLIP's format, on captions."""

import itertools
import re
from collections import Counter

from tokenizers.pre_tokenizers import ByteLevel
from transformers import CLIPTokenizer

LENGTH = 77
SPECIAL = ("<|startoftext|>", "<|endoftext|>")


def train_tokenizer(captions: list[str], merges: int = 400) -> CLIPTokenizer:
    """All bytes, all bytes at a word's end, up to `merges` merges, the two special tokens."""
    words = Counter(word for text in captions for word in re.findall(r"[a-z]+|,", text.lower()))
    pairs = learn_merges(words, merges)
    alphabet = sorted(ByteLevel.alphabet())
    vocabulary = [*alphabet, *(letter + "</w>" for letter in alphabet)]
    vocabulary += [first + second for first, second in pairs]
    vocabulary += SPECIAL
    ids = {token: i for i, token in enumerate(dict.fromkeys(vocabulary))}
    return CLIPTokenizer(vocab=ids, merges=pairs, model_max_length=LENGTH)


def learn_merges(words: Counter[str], limit: int) -> list[tuple[str, str]]:
    """Byte-pair encoding: again and again the most frequent neighbours become one token."""
    split = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges: list[tuple[str, str]] = []
    while len(merges) < limit:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in split.items():
            for pair in itertools.pairwise(parts):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        split = {word: _merge(parts, best) for word, parts in split.items()}
    return merges


def _merge(parts: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    for part in parts:
        if merged and (merged[-1], part) == pair:
            merged[-1] += part
        else:
            merged.append(part)
    return merged
