"""The disk tier: one file an entry, written behind, shared by any number of processes.

There is no index: a file is named by its key and vouches for itself with a checksum, so whatever
is wrong with one is a miss. Nothing is ever pickled.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from .cache import Entry, EntryKind
from .digests import DigestLog
from .errors import LatentgraphError
from .folder import SharedFolder
from .pace import Pace
from .values import Packed, pack, tensors_of, unpack
from .writer import Writer

Json = Any
FAMILY = b"lgentry"
MAGIC = FAMILY + b"1"
CHECKSUM = 16
CHEAP = 1e-3
"""Seconds: below it a step's outputs are made again sooner than a file is opened and checked."""
LARGEST = 4 << 20
LARGEST_TURN = 256 << 20
"""Bytes: a turn is dear, and all that a run which was cut off can go on from."""
READING = 4e-9
"""Seconds per byte of reading, checking and copying a file."""
# What a value's own `pack` and `unpack`, torch and json raise on what they cannot take.
UNFIT = (
    LatentgraphError,
    SafetensorError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    struct.error,
)


class CorruptError(LatentgraphError):
    """A file that is not what was once written under its name."""


class ForeignError(LatentgraphError):
    """A file of another version of this format."""


@dataclass(frozen=True, slots=True)
class StoreStats:
    """What this process did. `problem` is the last thing the disk refused, in its own words.

    `dropped` came while too much was waiting to be written; `bytes` is the folder's size as far
    as this process knows, `removed` the files it removed to stay within the budget.
    """

    written: int
    read: int
    dropped: int
    removed: int
    failures: int
    bytes: int
    problem: str


class Store:
    """Entries as files below `folder`, of `budget` bytes in all and `largest` bytes each.

    The values at the end of a turn may have `largest_turn` bytes. While a loop runs they are
    written at the pace of `pace`: the newest of each loop, once a second at most; after the run
    (`settle`) the others and the outputs of steps too.

    Tensors keep dtype and strides; one that was not on the CPU comes back on `device`. No method
    raises for the disk's sake: a full or read-only folder only shows in `stats`.
    """

    def __init__(
        self,
        folder: Path,
        budget: int = 1 << 30,
        largest: int = LARGEST,
        *,
        largest_turn: int = LARGEST_TURN,
        device: str = "cpu",
        pace: Pace | None = None,
    ) -> None:
        self.largest = largest
        self.largest_turn = min(largest_turn, max(largest, budget // 4))
        self.device = device
        self._files = SharedFolder(Path(folder) / "entries", budget)
        self._log = DigestLog(Path(folder) / "digests")
        self._writer = Writer(self._files.trim, self._write, self._append, pace)
        self._written = self._read = self._failures = 0
        self._problem = ""

    def get(self, key: str) -> Entry | None:
        """The entry, or None where there is none that can be read; a corrupt file is removed."""
        waiting = self._writer.waiting(key)
        if waiting is not None:
            return waiting
        try:
            content = self._files.read(key)
            if content is None:
                return None
            entry = decode(key, content, self.device)
        except CorruptError:
            self._files.remove(self._files.path(key))
            return None
        except OSError as error:
            self._refused(error)
            return None
        except UNFIT:
            return None
        self._read += 1
        return entry

    def has(self, key: str) -> bool:
        """Whether a file is there or about to be, without opening it."""
        return self._writer.waiting(key) is not None or self._files.has(key)

    def put(self, key: str, entry: Entry, *, kind: EntryKind = "node") -> None:
        """Hands an entry to the writer and returns at once.

        Left out are outputs of steps that are cheaper to make than to read, what is too large or
        cannot be packed, and all that comes while too much is waiting.
        """
        if kind == "step" and entry.seconds < CHEAP:
            return
        size = sum(tensor.numel() * tensor.element_size() for tensor in tensors_of(entry.outputs))
        if size > self._most(kind) or (kind == "step" and entry.seconds < CHEAP + size * READING):
            return
        self._writer.put(key, entry, kind, size)

    def digest(self, key: str) -> str | None:
        """The content digest remembered under `nodekey.port`, by this or an earlier process."""
        return self._writer.waiting_digest(key) or self._log.get(key)

    def put_digest(self, key: str, digest: str) -> None:
        """Remembers a content digest."""
        self._writer.put_digest(key, digest)

    def settle(self) -> None:
        """A run is over: whatever waits is written now, without being waited for."""
        self._writer.settle()

    def flush(self, seconds: float | None = None) -> None:
        """Returns when all that was put is on disk or given up, or after `seconds`."""
        self._writer.flush(seconds)

    def close(self) -> None:
        """Flushes; later puts are dropped, while `get` goes on working. Also done at exit."""
        self._writer.close()

    def stats(self) -> StoreStats:
        return StoreStats(
            self._written,
            self._read,
            self._writer.dropped,
            self._files.removed,
            self._failures,
            self._files.bytes,
            self._problem,
        )

    def _write(self, key: str, entry: Entry, kind: EntryKind) -> None:
        try:
            content = encode(key, entry, kind)
            if content is not None and len(content) <= self._most(kind) + (64 << 10):
                self._files.write(key, content)
                self._written += 1
        except OSError as error:
            self._refused(error)
        except UNFIT as error:
            self._problem = f"{type(error).__name__}: {error}"

    def _most(self, kind: EntryKind) -> int:
        return self.largest_turn if kind == "turn" else self.largest

    def _append(self, digests: Mapping[str, str]) -> None:
        try:
            self._log.append(digests.items())
        except OSError as error:
            self._refused(error)

    def _refused(self, error: OSError) -> None:
        self._failures += 1
        self._problem = error.strerror or type(error).__name__


def encode(key: str, entry: Entry, kind: EntryKind) -> bytes | None:
    """An entry as a file: magic, checksum of the rest, length of the JSON, JSON, safetensors.

    None where a part of it stays in memory only.
    """
    packed = pack(entry.outputs)
    if packed is None:
        return None
    flats = _Flats()
    layouts = {name: flats.add(tensor) for name, tensor in packed.tensors.items()}
    head = {"key": key, "kind": kind, "seconds": entry.seconds}
    text = json.dumps(head | {"outputs": packed.data, "layouts": layouts}).encode()
    rest = struct.pack("<Q", len(text)) + text + save_tensors(flats.tensors)
    return MAGIC + blake2b(rest, digest_size=CHECKSUM).digest() + rest


def decode(key: str, content: bytes, device: str) -> Entry:
    """The inverse of `encode`. Raises CorruptError, ForeignError, or one of `UNFIT`."""
    magic, rest = content[: len(MAGIC)], memoryview(content)[len(MAGIC) + CHECKSUM :]
    if magic != MAGIC and magic.startswith(FAMILY):
        raise ForeignError("written by another version")
    checksum = content[len(MAGIC) : len(MAGIC) + CHECKSUM]
    if magic != MAGIC or blake2b(rest, digest_size=CHECKSUM).digest() != checksum:
        raise CorruptError("the checksum does not fit the content")
    end = 8 + struct.unpack("<Q", rest[:8])[0]
    head = json.loads(bytes(rest[8:end]))
    if head["key"] != key:
        raise CorruptError("another key's file")
    # Cloned, since matrix products may round otherwise on memory that is not aligned.
    flats = {name: flat.clone() for name, flat in load_tensors(bytes(rest[end:])).items()}
    tensors = {name: _restore(flats, layout, device) for name, layout in head["layouts"].items()}
    outputs = unpack(Packed(tensors, head["outputs"]))
    return Entry(tuple(outputs), head["seconds"])


class _Flats:
    """Tensors as their elements in the order of memory, those that are shared only once."""

    def __init__(self) -> None:
        self.tensors: dict[str, torch.Tensor] = {}
        self._names: dict[tuple[int, torch.dtype], str] = {}

    def add(self, tensor: torch.Tensor) -> Json:
        """Takes a tensor and returns its layout; a view of something larger becomes compact."""
        plain = tensor.detach().resolve_conj().resolve_neg()
        whole = plain.untyped_storage().nbytes() == plain.numel() * plain.element_size()
        if not _is_dense(plain) or not whole:
            plain = plain.clone()
        address = plain.untyped_storage().data_ptr(), plain.dtype
        name = self._names.get(address) if whole else None
        if name is None:
            name = str(len(self.tensors))
            self.tensors[name] = plain.as_strided((plain.numel(),), (1,)).cpu()
            self._names[address] = name
        return {
            "flat": name,
            "shape": list(plain.shape),
            "stride": list(plain.stride()),
            "host": tensor.device.type == "cpu",
        }


def _restore(flats: Mapping[str, torch.Tensor], layout: Json, device: str) -> torch.Tensor:
    tensor = flats[layout["flat"]].as_strided(layout["shape"], layout["stride"])
    return tensor if layout["host"] else tensor.to(device)


def _is_dense(tensor: torch.Tensor) -> bool:
    """Whether its elements fill a stretch of memory, each once, in whatever order of dimensions."""
    expected = 1
    sizes = sorted(
        (stride, size)
        for stride, size in zip(tensor.stride(), tensor.shape, strict=True)
        if size != 1
    )
    for stride, size in sizes:
        if stride != expected:
            return False
        expected *= size
    return tensor.numel() > 0
