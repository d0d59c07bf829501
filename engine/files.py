"""Files that graphs may name: entries under configured folders, and uploads by content hash.

A name in a graph never becomes a path outside these folders.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from .errors import NodeError, nearest
from .ports import Choices, Declaration

HASHED = re.compile(r"sha256:([0-9a-f]{64})")
BLOCK = 1 << 20


class Files:
    """`roots` maps a list's name (`models`, `images`) to its folders, searched in order.

    `uploads` holds files named by their sha256. Hashes are remembered by path, size and mtime.
    """

    def __init__(
        self, roots: Mapping[str, Iterable[Path]] | None = None, uploads: Path | None = None
    ) -> None:
        self.roots = {name: tuple(Path(p) for p in paths) for name, paths in (roots or {}).items()}
        self.uploads = uploads
        self._hashes: dict[tuple[str, int, int], str] = {}

    def resolve(self, root: str, name: str) -> Path:
        """The file or folder `name` stands for. Raises NodeError (`not_found`, `bad_name`)."""
        if match := HASHED.fullmatch(name):
            return self._upload(match[1], name)
        self._check_name(root, name)
        for folder in self.roots.get(root, ()):
            path = folder / name
            if path.exists() and path.resolve().is_relative_to(folder.resolve()):
                return path
        hint = nearest(name, self._names(root))
        raise NodeError(f"There is no '{name}' among the {root}.", code="not_found", fix=hint)

    def choices(self, choices: Choices) -> tuple[str, ...]:
        """The entries of a list: what needs no file first, then what the folders hold."""
        found: dict[str, None] = dict.fromkeys(choices.extra)
        for folder in self.roots.get(choices.name, ()):
            for pattern in choices.match:
                for path in sorted(folder.glob(pattern)):
                    entry = path.parent if path.name == choices.folder_of else path
                    found[entry.relative_to(folder).as_posix()] = None
        return tuple(found)

    def lists(self, declarations: Iterable[Declaration]) -> dict[str, tuple[str, ...]]:
        """The entries of every list that an input of these nodes names: models, images."""
        named = {
            port.choices.name: port.choices
            for declaration in declarations
            for port in declaration.inputs.values()
            if port.choices is not None
        }
        return {name: self.choices(choices) for name, choices in named.items()}

    def add(self, data: bytes) -> str:
        """Keeps an upload and returns its name, `sha256:...`."""
        if self.uploads is None:
            raise NodeError("No folder for uploads is configured.", code="not_found")
        name = hashlib.sha256(data).hexdigest()
        target = self.uploads / name
        if not target.exists():
            self.uploads.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(".part")
            part.write_bytes(data)
            part.replace(target)
        return f"sha256:{name}"

    def sha256(self, path: Path) -> str:
        """Content hash of a file, or of a folder's files and their names."""
        if path.is_dir():
            state = hashlib.sha256()
            for file in sorted(p for p in path.rglob("*") if p.is_file()):
                state.update(f"{file.relative_to(path).as_posix()}\0{self.sha256(file)}\n".encode())
            return state.hexdigest()
        stat = path.stat()
        memo = (str(path.resolve()), stat.st_size, stat.st_mtime_ns)
        if memo not in self._hashes:
            state = hashlib.sha256()
            with path.open("rb") as stream:
                while block := stream.read(BLOCK):
                    state.update(block)
            self._hashes[memo] = state.hexdigest()
        return self._hashes[memo]

    def _upload(self, digest: str, name: str) -> Path:
        path = self.uploads / digest if self.uploads else None
        if path is None or not path.is_file():
            raise NodeError(f"The upload {name[:19]}... is not here.", code="not_found")
        return path

    def _check_name(self, root: str, name: str) -> None:
        parts = name.split("/")
        if not name or "\\" in name or "\0" in name or ":" in name or {"", ".", ".."} & set(parts):
            raise NodeError(
                f"'{name[:60]}' is not a name among the {root}: names are relative, without '..'.",
                code="not_found",
            )

    def _names(self, root: str) -> list[str]:
        return [entry.name for folder in self.roots.get(root, ()) for entry in folder.glob("*")]
