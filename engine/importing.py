"""Importing foreign code: a pack's package, or single files of nodes; what failed, and where."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import ModuleType

from .declare import DECLARED

USER_MODULE = "latentgraph_user"
"""The package that the user's own files are modules of."""


def import_package(module: str, folder: Path) -> str:
    """Imports a package that lies in `folder`; why that failed, by file and line, or nothing."""
    return _failure(folder, partial(importlib.import_module, module))


def import_files(files: Iterable[Path]) -> str:
    """Imports each file as a module of the user's; those that failed, or nothing."""
    tries = (_failure(file.parent, partial(_import_file, file)) for file in files)
    return "; ".join(filter(None, tries))


def _failure(folder: Path, load: Callable[[], object]) -> str:
    try:
        load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: any failure is its own
        return f"{_place(error, folder)}{type(error).__name__}: {error}"
    return ""


def _place(error: BaseException, folder: Path) -> str:
    """File and line below `folder` at which an error arose; empty where it is not there."""
    if isinstance(error, SyntaxError):  # its text names the place
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    root = folder.resolve()
    places = [(Path(frame.filename).resolve(), frame.lineno) for frame in frames]
    own = [(file, line) for file, line in places if file.is_relative_to(root)]
    return f"{own[-1][0].relative_to(root).as_posix()}, line {own[-1][1]}: " if own else ""


def _import_file(file: Path) -> None:
    name = f"{USER_MODULE}.{file.stem}"
    if USER_MODULE not in sys.modules:
        sys.modules[USER_MODULE] = ModuleType(USER_MODULE)
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        DECLARED[:] = [item for item in DECLARED if item.module != name]
        raise
