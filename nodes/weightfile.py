"""A `.safetensors` file judged by its header alone: names, shapes and types; no weight is read.

Knows no model family, and no library but safetensors, which checks the header itself.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from safetensors import SafetensorError, safe_open

from engine import NodeError
from engine.pickles import CONVERT, SUFFIXES, is_pickle, refusal

PICKLES = frozenset(SUFFIXES)
OTHERS = {
    ".gguf": "a GGUF file, whose weights are quantised",
    ".onnx": "an ONNX file",
    ".sft": "",
    ".safetensors": "",
}
Shape = tuple[int, ...]


@dataclass(frozen=True)
class WeightFile:
    """`shapes` and `dtypes` by tensor name, `metadata` as the file gives it.

    `name` is what the user calls the file; `port` the input that named it, for sentences.
    """

    path: Path
    name: str
    port: str
    shapes: Mapping[str, Shape] = field(repr=False)
    dtypes: Mapping[str, str] = field(repr=False)
    metadata: Mapping[str, str] = field(repr=False)

    @classmethod
    def open(cls, path: Path, name: str, port: str) -> WeightFile:
        """Reads the header.

        Raises NodeError: `unsafe_format` for a pickle, `bad_model_file` for what is no whole
        safetensors file, `model_unreadable` and `model_missing` for what the system refuses.
        """
        check_suffix(path, name, port)
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise bad(name, "is no regular file", port)
            with path.open("rb"):  # the library names no cause where the system refuses
                pass
            return cls(path, name, port, *_header(path, found.st_size, found.st_mtime_ns))
        except OSError as refused:
            raise unreadable(name, refused, port) from None
        except (SafetensorError, ValueError) as broken:
            reason = str(broken).removeprefix("Error while deserializing header: ")[:120]
            what = f"is no whole safetensors file ({reason})"
            raise bad(name, what, port, "Download it again.") from None

    def has(self, prefix: str) -> bool:
        """Whether any tensor's name begins so."""
        return any(name.startswith(prefix) for name in self.shapes)

    def under(self, prefix: str) -> dict[str, Shape]:
        """The tensors below a prefix, named without it."""
        cut = len(prefix)
        return {name[cut:]: shape for name, shape in self.shapes.items() if name.startswith(prefix)}

    def bad(self, what: str, fix: str = "") -> NodeError:
        """An error about this file: `what` continues the sentence "The file 'x' ..."."""
        return bad(self.name, what, self.port, fix)

    def __iter__(self) -> Iterator[str]:
        return iter(self.shapes)


def check_suffix(path: Path, name: str, port: str) -> None:
    """Raises NodeError for pickles and other formats, before anything of the file is read."""
    if is_pickle(path.name):
        raise NodeError(refusal(name), code="unsafe_format", port=port, fix=CONVERT)
    suffix = path.suffix.lower()
    if suffix not in OTHERS or OTHERS[suffix]:
        what = OTHERS.get(suffix) or f"a file of type '{suffix[:20]}'"
        raise bad(name, f"is {what}, and a .safetensors file is wanted", port)


def bad(name: str, what: str, port: str, fix: str = "") -> NodeError:
    """`bad_model_file`, with a sentence about the file."""
    return NodeError(f"The file '{name}' {what}.", code="bad_model_file", port=port, fix=fix)


def unreadable(name: str, refused: OSError, port: str = "") -> NodeError:
    """An error for a file or model that is gone or may not be read, without its path."""
    gone = isinstance(refused, FileNotFoundError)
    reason = "it is no longer there" if gone else refused.strerror or "it is refused"
    return NodeError(
        f"'{name}' cannot be read: {reason}.",
        code="model_missing" if gone else "model_unreadable",
        port=port,
        fix="Put it back." if gone else "Check that this user may read the files.",
    )


@lru_cache(maxsize=16)
def _header(
    path: Path, size: int, changed: int
) -> tuple[Mapping[str, Shape], Mapping[str, str], Mapping[str, str]]:
    """Shapes, dtypes and metadata; read once as long as size and time of the file stay."""
    shapes, dtypes = {}, {}
    with safe_open(path, framework="pt") as opened:
        for name in opened.keys():  # noqa: SIM118 - it is no mapping
            piece = opened.get_slice(name)
            shapes[name] = tuple(piece.get_shape())
            dtypes[name] = str(piece.get_dtype())
        metadata = dict(opened.metadata() or {})
    return MappingProxyType(shapes), MappingProxyType(dtypes), MappingProxyType(metadata)
