"""Files that graphs may name: entries under configured folders, and uploads by content hash.

A name in a graph never becomes a path outside these folders. A link may lead from one of them
into another, and nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from . import fileheads, modelroots
from .errors import NodeError, nearest
from .hashes import Hashes
from .listwords import entries
from .ports import Choices, Declaration

STRAY = (
    "It is a link out of the configured folders, which is not followed. Add the folder that it "
    "leads to to the folders of models."
)
UPLOAD = "sha256:"
HASHED = re.compile(r"sha256:([0-9a-f]{64})")


class Files:
    """`roots` maps a list's name (`models`, `images`) to its folders, searched in order.

    Lists of model files without folders of their own (`loras`, `vaes`, ...) are looked for below
    the folders of `models`, by the sub-folders of `modelroots`. `uploads` holds files named by
    their sha256. Hashes are remembered by path, size and mtime; below `hashes` for other
    processes too.
    """

    def __init__(
        self,
        roots: Mapping[str, Iterable[Path]] | None = None,
        uploads: Path | None = None,
        hashes: Path | None = None,
    ) -> None:
        self.roots = {name: tuple(Path(p) for p in paths) for name, paths in (roots or {}).items()}
        self.uploads = uploads
        self.hashes = Hashes(hashes)
        self._came: dict[str, str] = {}

    def folders(self, root: str) -> tuple[Path, ...]:
        """The folders of a list, in the order in which they are searched."""
        if root in modelroots.LISTS and (root == "models" or root not in self.roots):
            return tuple(modelroots.folders_of(root, self.roots.get("models", ())))
        return self.roots.get(root, ())

    def resolve(self, root: str, name: str) -> Path:
        """The file or folder `name` stands for. Raises NodeError (`not_found`, `bad_name`)."""
        if match := HASHED.fullmatch(name):
            return self._upload(match[1], name)
        self._check_name(root, name)
        hint = ""
        for folder in self.folders(root):
            path = folder / name
            if _exists(path):
                if self.allows(path, folder):
                    return path
                hint = STRAY
        hint = hint or nearest(name, self._names(root))
        message = f"There is no '{name}' among the {entries(root)}."
        raise NodeError(message, code="not_found", fix=hint)

    def allows(self, path: Path, folder: Path) -> bool:
        """Whether a path, its links followed, ends in its own or another configured folder."""
        real = path.resolve()
        others = (each for folders in self.roots.values() for each in folders)
        return any(real.is_relative_to(each.resolve()) for each in (folder, *others))

    def choices(self, choices: Choices) -> tuple[str, ...]:
        """The entries of a list: what needs no file first, then what the folders hold."""
        return tuple(dict.fromkeys((*choices.extra, *(name for name, _ in self.entries(choices)))))

    def entries(self, choices: Choices) -> Iterator[tuple[str, Path]]:
        """Name and path of each entry; of two with one name, `resolve` takes the first."""
        taken = modelroots.taken(self.roots.get("models", ())) if choices.name == "models" else ()
        seen: set[Path] = set()
        for folder in self.folders(choices.name):
            yield from self._walk(folder, choices, {*taken} - {folder}, seen)

    def _walk(
        self, folder: Path, choices: Choices, taken: set[Path], seen: set[Path]
    ) -> Iterator[tuple[str, Path]]:
        """Matching entries below a folder, in order; links to folders are followed once."""
        for here, below, names in os.walk(folder, followlinks=True):
            place = Path(here)
            real = place.resolve()
            if real in seen or not self.allows(place, folder):
                below.clear()
                continue
            seen.add(real)
            below[:] = sorted(b for b in below if b[0] != "." and place / b not in taken)
            inside = "" if place == folder else f"{place.relative_to(folder).as_posix()}/"
            marker = choices.folder_of
            if inside and marker in names and self._fits(inside + marker, folder, choices):
                below.clear()
                if not fileheads.bears(place, choices.without):
                    yield inside[:-1], place
                continue
            for name in sorted(names):
                if name == marker or not self._fits(inside + name, folder, choices):
                    continue
                if not fileheads.bears(place / name, choices.without):
                    yield inside + name, place / name

    def _fits(self, inside: str, folder: Path, choices: Choices) -> bool:
        """Whether a path below a folder is an entry: a name first, since folders may be large."""
        if not any(_matches(inside, pattern) for pattern in choices.match):
            return False
        path = os.path.join(folder, inside)
        return not os.path.islink(path) or self.allows(Path(path), folder)

    def lists(self, declarations: Iterable[Declaration]) -> dict[str, tuple[str, ...]]:
        """The entries of every list that an input of these nodes names: models, images."""
        named = {
            port.choices.name: port.choices
            for declaration in declarations
            for port in declaration.inputs.values()
            if port.choices is not None
        }
        return {name: self.choices(choices) for name, choices in named.items()}

    def add(self, data: bytes, called: str = "") -> str:
        """Keeps an upload and returns its name, `sha256:...`; `called` is its sender's."""
        if self.uploads is None:
            raise NodeError("No folder for uploads is configured.", code="not_found")
        name = hashlib.sha256(data).hexdigest()
        target = self.uploads / name
        if not target.exists():
            self.uploads.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(".part")
            part.write_bytes(data)
            part.replace(target)
        return self.call(f"{UPLOAD}{name}", called)

    def has(self, name: str) -> bool:
        """Whether an upload is kept here."""
        match = HASHED.fullmatch(name)
        return bool(match and self.uploads and (self.uploads / match[1]).is_file())

    def call(self, name: str, called: str) -> str:
        """Remembers what an upload's sender calls it, for `told`; returns its name."""
        if called:
            self._came.setdefault(name, called)
        return name

    def told(self, sentence: str) -> str:
        """A sentence with each upload named as its sender calls it, as far as that is known."""
        for name, called in self._came.items():
            sentence = sentence.replace(name, called).replace(brief(name), called)
        return sentence

    def sha256(self, path: Path) -> str:
        """Content hash of a file, or of a folder's files and their names."""
        if path.is_dir():
            state = hashlib.sha256()
            for file in sorted(p for p in path.rglob("*") if p.is_file()):
                state.update(f"{file.relative_to(path).as_posix()}\0{self.sha256(file)}\n".encode())
            return state.hexdigest()
        return self.hashes.of(path)

    def _upload(self, digest: str, name: str) -> Path:
        path = self.uploads / digest if self.uploads else None
        if path is None or not self.has(name):
            raise NodeError(f"The upload '{brief(name)}' is not here.", code="not_found")
        return path

    def _check_name(self, root: str, name: str) -> None:
        parts = name.split("/")
        if not name or "\\" in name or "\0" in name or ":" in name or {"", ".", ".."} & set(parts):
            words = f"'{name[:60]}' is not a name among the {entries(root)}"
            raise NodeError(f"{words}: names are relative, without '..'.", code="not_found")

    def _names(self, root: str) -> list[str]:
        return [entry.name for folder in self.folders(root) for entry in folder.glob("*")]


def brief(name: str) -> str:
    """A name as a sentence shows it: of an upload's, the first 12 digits of its hash."""
    return f"{name[:19]}..." if HASHED.fullmatch(name) else name


def _matches(inside: str, pattern: str) -> bool:
    """`**/` at the start stands for any folders; elsewhere `*` stays within one name."""
    if pattern.startswith("**/"):
        tail = pattern[3:].split("/")
        parts = inside.split("/")[-len(tail) :]
    else:
        tail, parts = pattern.split("/"), inside.split("/")
    return len(tail) == len(parts) and all(map(fnmatchcase, parts, tail))


def _exists(path: Path) -> bool:
    """Whether something is there; what may not be looked at is, and is refused when it is read."""
    try:
        path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True
