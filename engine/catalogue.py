"""The catalogue: every node type as plain data, and which types fit which.

Knows no code of any node, so it can be read without importing one (see `packs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from pydantic import TypeAdapter

from .ports import Declaration, sequence_of


@dataclass(frozen=True, slots=True)
class PackInfo:
    """A pack as found: its name (empty for the built-in one), source digest, and import error."""

    name: str
    module: str
    digest: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Node types by name; `types` gives for each port type itself and its bases."""

    declarations: Mapping[str, Declaration]
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    packs: tuple[PackInfo, ...] = ()

    def fits(self, source: str, target: str) -> bool:
        """Whether a value of type `source` may go where `target` is wanted."""
        if source == target or (source == "int" and target == "float"):
            return True
        inner, wanted = sequence_of(source), sequence_of(target)
        if inner and wanted:
            return self.fits(inner, wanted)
        return target in self.types.get(source, ())

    def source_digest(self, declaration: Declaration) -> str:
        """A pack's code in keys: empty for the built-in pack, whose nodes have versions."""
        if not declaration.pack:
            return ""
        return next(pack.digest for pack in self.packs if pack.name == declaration.pack)


@cache
def _adapter() -> TypeAdapter[Catalogue]:
    return TypeAdapter(Catalogue)


def to_json(catalogue: Catalogue) -> bytes:
    return _adapter().dump_json(catalogue, exclude_defaults=True)


def from_json(text: bytes) -> Catalogue:
    """Raises pydantic's ValidationError on what `to_json` did not write."""
    return _adapter().validate_json(text)
