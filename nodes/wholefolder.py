"""Whether a component of a folder is whole, so that what would fail when it is built is told
before anything runs.

Weights are judged by headers alone: the class is made without them from the folder's config, and
compared with what its files say they hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from .weightfile import Shape, WeightFile
from .wholeness import BROKEN, difference, reason, shapes_of, wanted

OLD_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
OLD = re.compile(r"\.(query|key|value|proj_attn)\.(weight|bias)$")
"""As autoencoders of the first diffusers have them; they are still read."""


@lru_cache(64)
def component_fault(
    kind: str, config: Path, weights: tuple[Path, ...], states: tuple[tuple[int, int], ...]
) -> str:
    """What is wrong with a component of the class `kind`, as "lacks ..."; empty if nothing is.

    states: size and time of its files; the answer is remembered as long as they stay. Raises
    NodeError where a file cannot be read.
    """
    given: dict[str, Shape] = {}
    for path in weights:
        given |= WeightFile.open(path, path.name, "").shapes
    try:
        if kind.startswith("CLIP"):
            return difference(_of_transformers(kind, config.parent), _bare(given), "")
        return difference(wanted(kind, config.read_text("utf-8")), _renamed(given), "")
    except BROKEN as broken:
        return f"has a config.json that makes none ({reason(broken)})"


@lru_cache(64)
def tokenizer_fault(folder: Path, states: tuple[tuple[int, int], ...]) -> str:
    """What is wrong with a CLIP tokenizer, as "cannot be read: ..."; empty if nothing is.

    states: as above. Reads it, which takes far less than what would run before it is needed.
    """
    from transformers import CLIPTokenizer

    try:
        CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except (*BROKEN, OSError) as broken:
        reason = str(broken).replace(str(folder), folder.name).partition("\n")[0][:200]
        return f"cannot be read: {reason or type(broken).__name__}"
    return ""


def _of_transformers(kind: str, folder: Path) -> Mapping[str, Shape]:
    import transformers

    made: Any = getattr(transformers, kind)
    config = made.config_class.from_pretrained(folder, local_files_only=True)
    return _bare(shapes_of(lambda: made(config)))


def _bare(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Files have `text_model.` before most names or not, as the library's version had it."""
    return {name.removeprefix("text_model."): shape for name, shape in shapes.items()}


def _renamed(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    def todays(found: re.Match[str]) -> str:
        return f".{OLD_NAMES[found[1]]}.{found[2]}"

    return {OLD.sub(todays, name): shape for name, shape in shapes.items()}
