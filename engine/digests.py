"""Content digests on disk: append-only lines, each with its own checksum.

Sixteen files by the key's first digit. A batch is one append, so processes may share a folder;
a line torn by a kill or a race fails its checksum and is skipped. Knows no values and no threads.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4
from zlib import crc32

LARGEST = 512 << 10
"""Bytes of one file, beyond which its older half is forgotten."""
HEX = frozenset("0123456789abcdef")


class DigestLog:
    """`key -> digest`, later lines winning. Reading is lazy; a failure to read is a miss."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, dict[str, str]] = {}

    def get(self, key: str) -> str | None:
        return self._shard(_shard_of(key)).get(key)

    def append(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Writes digests, one append a file. Raises OSError."""
        batches: dict[str, list[str]] = {}
        for key, digest in pairs:
            shard = _shard_of(key)
            if shard in self._known:
                self._known[shard][key] = digest
            text = f"{key} {digest}"
            if "\n" not in text and " " not in key:
                batches.setdefault(shard, []).append(_line(text))
        self.folder.mkdir(parents=True, exist_ok=True)
        for shard, lines in batches.items():
            self._append(self.folder / f"{shard}.log", "".join(lines))

    def _append(self, path: Path, lines: str) -> None:
        # The blank line in front ends one that another process left unfinished.
        with path.open("ab", buffering=0) as stream:
            stream.write(b"\n" + lines.encode())
            size = stream.tell()
        if size > LARGEST:
            self._shorten(path)

    def _shorten(self, path: Path) -> None:
        """Rewrites a file with the newer half of its digests; lines added meanwhile are lost."""
        kept = list(_read(path).items())
        part = path.with_name(f".{path.name}.{uuid4().hex}.part")
        try:
            part.write_text("".join(_line(f"{k} {d}") for k, d in kept[len(kept) // 2 :]))
            part.replace(path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _shard(self, shard: str) -> dict[str, str]:
        known = self._known.get(shard)
        if known is None:
            known = self._known[shard] = _read(self.folder / f"{shard}.log")
        return known


def _shard_of(key: str) -> str:
    return key[0] if key and key[0] in HEX else "0"


def _line(text: str) -> str:
    return f"{crc32(text.encode()):08x} {text}\n"


def _read(path: Path) -> dict[str, str]:
    """The digests of a file, the one written last at the end."""
    found: dict[str, str] = {}
    try:
        with open(path, encoding="utf-8", errors="replace", newline="\n") as stream:
            content = stream.read(4 * LARGEST)
    except OSError:
        return found
    for line in content.split("\n"):
        check, _, text = line.partition(" ")
        if len(check) == 8 and check == f"{crc32(text.encode()):08x}":
            key, _, digest = text.partition(" ")
            found.pop(key, None)
            found[key] = digest
    return found
