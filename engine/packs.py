"""Packs of nodes: finding them, importing them, and keeping their catalogue on disk.

`catalogue_of` never imports a node: a child process does that once for each state of the packs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from .catalogue import Catalogue, PackInfo, from_json, to_json
from .declare import DECLARED, Implementation
from .errors import LatentgraphError
from .importing import USER_MODULE, import_files, import_package
from .ports import Declaration, Input, Output, sequence_of
from .values import Value

GROUP = "latentgraph.nodes"
BUILTIN = "builtin"
CATALOGUE_FILE = "catalogue.json"


@dataclass(frozen=True, slots=True)
class Pack:
    """Where a pack's code is. `name` is the prefix of its types, empty for the built-in pack."""

    name: str
    module: str
    folder: Path

    def files(self) -> list[Path]:
        """Its sources; what is hidden (an editor's locks and copies) is none of them."""
        found = self.folder.rglob("*.py")
        return sorted(file for file in found if self._is_visible(file) and file.is_file())

    def _is_visible(self, file: Path) -> bool:
        return not any(part.startswith(".") for part in file.relative_to(self.folder).parts)

    def digest(self) -> str:
        """Content hash of the pack's source files."""
        state = hashlib.sha256()
        for file in self.files():
            state.update(file.relative_to(self.folder).as_posix().encode() + b"\0")
            state.update(hashlib.sha256(file.read_bytes()).digest())
        return state.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Registry:
    """Node types with the code behind them."""

    implementations: Mapping[str, Implementation]
    catalogue: Catalogue


def find_packs(user_folder: Path | None = None) -> list[Pack]:
    """The built-in pack first, then installed ones by name, then the user's own folder."""
    points = {point.name: point.value for point in entry_points(group=GROUP)}
    ordered = sorted(points, key=lambda name: (name != BUILTIN, name))
    packs = []
    for name in ordered:
        folder = _package_folder(points[name])
        if folder is not None:
            packs.append(Pack("" if name == BUILTIN else name, points[name], folder))
    if user_folder is not None and user_folder.is_dir():
        packs.append(Pack("user", USER_MODULE, user_folder))
    return packs


def _package_folder(module: str) -> Path | None:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def load_packs(packs: Iterable[Pack]) -> Registry:
    """Imports every pack. One that fails is listed with its error and harms no other.

    Of the user's folder each file stands for itself: those that fail are named in the error.
    """
    infos, implementations = [], {}
    roots: dict[str, str] = {}
    types: dict[str, tuple[str, ...]] = {}
    for pack in packs:
        error = _import(pack)
        roots[pack.module] = pack.name
        own = {} if error and pack.module != USER_MODULE else _implementations(pack, roots)
        taken = [name for name in own if name in implementations]
        if taken:
            error = f"the node types {', '.join(taken)} are taken by an earlier pack"
            own = {}
        implementations.update(own)
        for implementation in own.values():
            types.update(_types(implementation, roots))
        infos.append(PackInfo(pack.name, pack.module, pack.digest(), error))
    declarations = {name: found.declaration for name, found in implementations.items()}
    return Registry(implementations, Catalogue(declarations, types, tuple(infos)))


def registry_of(modules: Iterable[ModuleType | str], name: str = "") -> Registry:
    """A registry of nodes declared in modules that are imported already. For tests and scripts."""
    names = {m if isinstance(m, str) else m.__name__ for m in modules}
    found = [item for item in DECLARED if item.module in names]
    roots = dict.fromkeys({item.module.partition(".")[0] for item in found}, name)
    implementations = {item.declaration.type: item for item in found}
    types: dict[str, tuple[str, ...]] = {}
    for item in found:
        types.update(_types(item, roots))
    declarations = {key: item.declaration for key, item in implementations.items()}
    return Registry(implementations, Catalogue(declarations, types))


def catalogue_of(packs: Iterable[Pack], cache_folder: Path) -> Catalogue:
    """The packs' catalogue from disk, or made by a child process where a pack has changed.

    Raises LatentgraphError where the child fails, or files change faster than they are read.
    """
    packs = list(packs)
    name = _state(packs)
    if len(packs) == 1:
        known = _read(packs[0].folder / CATALOGUE_FILE, name)
        if known is not None:
            return known
    for _ in range(2):  # sources may be saved while the child reads them
        target = cache_folder / f"catalogue-{name}.json"
        known = _read(target, name)
        if known is not None:
            return known
        error = _make_catalogue(target, packs)
        known = _read(target, name)
        if known is not None:
            return known
        if error:
            raise LatentgraphError(f"The nodes could not be loaded: {error}")
        name = _state(packs)
    raise LatentgraphError("The nodes could not be loaded: their files are changing. Try again.")


def _make_catalogue(target: Path, packs: Iterable[Pack]) -> str:
    """Has a child process write the catalogue; why it failed, or nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    user = next((str(pack.folder) for pack in packs if pack.module == USER_MODULE), "")
    command = [sys.executable, "-m", "engine.packs", str(target), user]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    said = done.stderr.strip().rpartition("\n")[2]
    return said or f"the process that read them ended with code {done.returncode}."


def write_catalogue(target: Path, packs: list[Pack]) -> None:
    """Imports the packs and writes their catalogue, named by the state of their files."""
    registry = load_packs(packs)
    part = target.with_name(f"{target.name}.{os.getpid()}")
    part.write_bytes(_state(packs).encode() + b"\n" + to_json(registry.catalogue))
    part.replace(target)


def _read(file: Path, name: str) -> Catalogue | None:
    try:
        state, _, text = file.read_bytes().partition(b"\n")
        return from_json(text) if state == name.encode() else None
    except (OSError, ValueError):
        return None


def _state(packs: Iterable[Pack]) -> str:
    """A name for the packs' files together with the code that reads declarations."""
    own = Pack("", "engine", Path(__file__).parent)
    text = "\n".join(f"{p.name} {p.module} {p.digest()}" for p in (own, *packs))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _import(pack: Pack) -> str:
    if pack.module != USER_MODULE:
        return import_package(pack.module, pack.folder)
    return import_files(file for file in pack.files() if file.parent == pack.folder)


def _implementations(pack: Pack, roots: Mapping[str, str]) -> dict[str, Implementation]:
    found = {}
    for item in DECLARED:
        if item.module == pack.module or item.module.startswith(pack.module + "."):
            declaration = _qualified(item, pack.name, roots)
            found[declaration.type] = replace(item, declaration=declaration)
    return found


def _qualified(item: Implementation, name: str, roots: Mapping[str, str]) -> Declaration:
    names = {kind.__name__: _type_name(kind, roots) for kind in item.value_classes}
    own = item.declaration
    return replace(
        own,
        type=f"{name}:{own.type}" if name else own.type,
        pack=name,
        inputs={key: _renamed_input(port, names) for key, port in own.inputs.items()},
        outputs={key: _renamed_output(port, names) for key, port in own.outputs.items()},
    )


def _renamed_input(port: Input, names: Mapping[str, str]) -> Input:
    return port if port.plain is not None else replace(port, type=names.get(port.type, port.type))


def _renamed_output(port: Output, names: Mapping[str, str]) -> Output:
    inner = sequence_of(port.type)
    if port.plain is not None:
        return port
    name = names.get(inner or port.type, inner or port.type)
    return replace(port, type=f"list[{name}]" if inner else name)


def _types(item: Implementation, roots: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {
        _type_name(kind, roots): tuple(
            _type_name(base, roots)
            for base in kind.__mro__
            if issubclass(base, Value) and base is not Value
        )
        for kind in item.value_classes
    }


def _type_name(kind: type, roots: Mapping[str, str]) -> str:
    pack = roots.get(kind.__module__.partition(".")[0], "")
    return f"{pack}:{kind.__name__}" if pack else kind.__name__


def _main() -> None:
    target, user = sys.argv[1:3]
    write_catalogue(Path(target), find_packs(Path(user) if user else None))


if __name__ == "__main__":
    _main()
