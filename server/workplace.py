"""What the commands share: the catalogue without torch, and the lists of this machine's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .exits import Stop
from .settings import Settings

if TYPE_CHECKING:
    from engine.catalogue import Catalogue


def catalogue(settings: Settings) -> Catalogue:
    """All node types as data; no node is imported. Raises Stop where a pack cannot be read."""
    from engine.errors import LatentgraphError
    from engine.packs import catalogue_of, find_packs

    try:
        return catalogue_of(find_packs(settings.nodes), settings.cache)
    except LatentgraphError as error:
        raise Stop(str(error)) from None


def broken_packs(found: Catalogue) -> list[str]:
    """A sentence for each pack that could not be imported."""
    return [
        f"Nodes of pack '{pack.name or 'built-in'}' could not be loaded: {pack.error}."
        for pack in found.packs
        if pack.error
    ]


def lists(found: Catalogue, settings: Settings) -> dict[str, tuple[str, ...]]:
    """The entries of every list that a node's input names: models, images."""
    return settings.files().lists(found.declarations.values())
