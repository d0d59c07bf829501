"""What lies in the folders of models: every file of every list, with what it is.

Knows lists and files; what a file is, the pack says whose node names the list.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from . import modelroots
from .errors import NodeError
from .files import STRAY, Files
from .modelroots import LISTS
from .ports import Choices, Declaration

FOREIGN = tuple(f"**/*.{kind}" for kind in ("ckpt", "pt", "pth", "bin", "gguf"))
"""Files of other formats, listed with the reason why they are not used."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a file is: `what` in words, `problem` why it cannot be used in its list, if so."""

    what: str = ""
    family: str = ""
    prediction: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list; `bytes` of a folder are those of its files."""

    list: str
    name: str
    path: Path
    bytes: int
    described: Described
    sha256: str = ""


def lists_of(declarations: Iterable[Declaration]) -> list[Choices]:
    """The lists of model files: those that nodes name, and those only looked for as yet."""
    named = {
        port.choices.name: port.choices
        for declaration in declarations
        for port in declaration.inputs.values()
        if port.choices is not None
    }
    describe = next((each.describe for each in named.values() if each.describe), "")
    plain = {name: Choices(name, match=("**/*.safetensors",)) for name in LISTS}
    return [
        replace(choices, describe=choices.describe or describe)
        for name, choices in (plain | named).items()
        if name in LISTS
    ]


def listed(choices: Choices, files: Files) -> Iterator[Listed]:
    """The entries of a list. A sha256 is given where one is known already: none is computed."""
    yield from _strays(choices, files)
    describe = _describer(choices)
    wide = replace(choices, match=(*choices.match, *FOREIGN))
    for name, path in files.entries(wide):
        try:
            size = _size(path)
            known = "" if path.is_dir() else files.hashes.known(path)
            described = describe(path, name, choices.name)
        except OSError as refused:
            reason = (refused.strerror or "it cannot be read").lower()
            size, known, described = 0, "", Described(problem=f"{reason}.")
        except NodeError as error:
            described = Described(problem=f"{error.message} {error.fix}".strip())
        yield Listed(choices.name, name, path, size, described, known)


def _strays(choices: Choices, files: Files) -> Iterator[Listed]:
    """Links that lead out of the configured folders: not followed, and said to be there."""
    taken = modelroots.taken(files.roots.get("models", ())) if choices.name == "models" else set()
    for folder in files.folders(choices.name):
        for here, below, names in os.walk(folder):
            place = Path(here)
            below[:] = sorted(n for n in below if n[0] != "." and place / n not in taken - {folder})
            links = [name for name in (*below, *sorted(names)) if (place / name).is_symlink()]
            for path in (place / name for name in links):
                if not files.allows(path, folder):
                    name = path.relative_to(folder).as_posix()
                    yield Listed(choices.name, name, path, 0, Described(problem=STRAY))


def _describer(choices: Choices) -> Callable[[Path, str, str], Described]:
    module, _, function = choices.describe.partition(":")
    if not module:
        return lambda path, name, kind: Described()
    found: Callable[[Path, str, str], Described] = getattr(
        importlib.import_module(module), function
    )
    return found


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
    return path.stat().st_size
