"""Imports that the first runs would have to wait for, done while a new process has no run yet."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from collections.abc import Iterable

from engine.catalogue import PackInfo

log = logging.getLogger(__name__)
MODULE = "warm"
"""The module of a pack, if it has one, that imports what its nodes import when they first run."""


def warm(packs: Iterable[PackInfo]) -> None:
    """Imports each pack's module of this name. One that fails is for the node that needs it."""
    for pack in packs:
        name = f"{pack.module}.{MODULE}"
        try:
            if _is_package(pack) and importlib.util.find_spec(name) is not None:
                importlib.import_module(name)
        except Exception:  # a pack is foreign code
            log.warning("%s could not be imported", name, exc_info=True)


def _is_package(pack: PackInfo) -> bool:
    """Whether it was imported as a package; the user's own folder is a number of files."""
    return hasattr(sys.modules.get(pack.module), "__path__")
