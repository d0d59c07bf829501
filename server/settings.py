"""Where things are kept on this machine: flags first, then the environment, then the platform."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import Stop

if TYPE_CHECKING:
    from engine import Files


@dataclass(frozen=True, slots=True)
class Settings:
    """The folders. None of them has to exist."""

    data: Path
    cache: Path
    models: Path
    images: Path
    nodes: Path
    more_models: tuple[Path, ...] = ()

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"

    @property
    def values(self) -> Path:
        return self.cache / "values"

    @property
    def hashes(self) -> Path:
        return self.cache / "hashes"

    def files(self) -> Files:
        from engine.files import Files

        roots = {"models": [self.models, *self.more_models], "images": [self.images]}
        return Files(roots, self.uploads, self.hashes)


def folders_help(options: Namespace | None = None) -> str:
    """The folders for `--help`: what each is for, by which variable or flag, and where it is."""
    try:
        settings = settings_of(options)
    except Stop:  # help is given whatever else is wrong
        settings = settings_of()
    models = (settings.models, *settings.more_models)
    return f"""folders, by flag or environment variable:
  LATENTGRAPH_DATA    models, images, nodes, uploads and the log
                      now {settings.data}
  LATENTGRAPH_CACHE   what can be made again: kept values, the catalogue
                      now {settings.cache}
  LATENTGRAPH_MODELS  models (--models); that of ComfyUI or A1111 is understood as it is.
                      Several, as in PATH: links may lead from one into another, nowhere else
                      now {os.pathsep.join(map(str, models))}
  LATENTGRAPH_IMAGES  pictures that LoadImage may name
                      now {settings.images}
  LATENTGRAPH_NODES   your own nodes, .py files (--nodes)
                      now {settings.nodes}
"""


def add_folder_options(parser: ArgumentParser) -> None:
    """The flags that every command with a catalogue takes."""
    parser.add_argument("--models", metavar="DIR", help="folder of models")
    parser.add_argument("--nodes", metavar="DIR", help="folder of your own nodes (.py files)")


def settings_of(options: Namespace | None = None, data: Path | None = None) -> Settings:
    """The folders that hold for this command; `data` is a data folder given by a flag.

    Raises Stop where a flag names a folder that is not there: silence would hide a typo.
    """
    data = data or _folder("LATENTGRAPH_DATA") or _platform_folder("data")
    cache = _folder("LATENTGRAPH_CACHE") or _platform_folder("cache")
    models, nodes = (_given(options, name) for name in ("models", "nodes"))
    named = [Path(part) for part in os.environ.get("LATENTGRAPH_MODELS", "").split(os.pathsep)]
    first, *others = named if named != [Path()] else [data / "models"]
    return Settings(
        data=data,
        cache=cache,
        models=models or first,
        images=_folder("LATENTGRAPH_IMAGES") or data / "images",
        nodes=nodes or _folder("LATENTGRAPH_NODES") or data / "nodes",
        more_models=() if models else tuple(others),
    )


def _given(options: Namespace | None, name: str) -> Path | None:
    text = getattr(options, name, None)
    if text and not Path(text).is_dir():
        raise Stop(f"--{name} names '{text}', which is no folder.")
    return Path(text) if text else None


def _folder(variable: str) -> Path | None:
    text = os.environ.get(variable, "")
    return Path(text) if text else None


def _platform_folder(kind: str) -> Path:
    import platformdirs

    find = platformdirs.user_data_path if kind == "data" else platformdirs.user_cache_path
    return find("latentgraph", appauthor=False)
