"""What a model file or folder says of itself before its weights: tensors' names, a class.

Knows no kind of model, and no library that brings torch: lists are made without it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

LONGEST = 100_000_000
"""Bytes of a header, as safetensors itself limits it."""
CONFIG = "config.json"


def bears(path: Path, marks: tuple[str, ...]) -> bool:
    """Whether a file holds a tensor whose name begins with a mark, or a folder's class is one.

    No where that cannot be read: whoever uses the file says what is wrong with it.
    """
    if not marks:
        return False
    try:
        head = path / CONFIG if path.is_dir() else path
        found = head.stat()
        return _bears(head, found.st_size, found.st_mtime_ns, marks)
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _bears(head: Path, size: int, changed: int, marks: tuple[str, ...]) -> bool:
    """Read once as long as size and time of the file stay. Raises OSError."""
    if head.name == CONFIG:
        return _class_of(head) in marks
    return any(name.startswith(marks) for name in _tensors(head))


def _class_of(config: Path) -> str:
    found = _parsed(config.read_bytes())
    return str(found.get("_class_name", ""))


def _tensors(file: Path) -> tuple[str, ...]:
    if file.suffix.lower() != ".safetensors":
        return ()
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        return tuple(_parsed(stream.read(length))) if length <= LONGEST else ()


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
