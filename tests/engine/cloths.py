"""A pack whose values have a colour that is known before they are made, and nodes that mind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine import NodeError, Value, node
from tests.engine.things import CALLS, Mark


@dataclass(frozen=True, slots=True)
class Cloth(Value):
    """A piece of one colour, named by how it was made."""

    colour: str
    x: float

    def tensors(self) -> Iterator[Any]:
        return iter(())

    def is_finite(self) -> bool:
        return True


@node("Dye", category="cloths", static=True)
def dye(colour: int = 0) -> Mark:
    """One of two colours; there are none below zero."""
    CALLS.append("Dye")
    if colour < 0:
        raise NodeError("There is no such colour.", code="unwanted", port="colour")
    return Mark("red" if colour % 2 else "blue")


def _woven(mark: Mark) -> dict[str, str]:
    return {"cloth": mark.name}


@node("Weave", category="cloths", traits=_woven)
def weave(mark: Mark, x: float = 0.0) -> Cloth:
    """A cloth of a colour."""
    CALLS.append("Weave")
    return Cloth(mark.name, x)


@node("Wash", category="cloths", keeps={"cloth": "cloth"})
def wash(cloth: Cloth) -> Cloth:
    """The colour stays."""
    CALLS.append("Wash")
    return Cloth(cloth.colour, cloth.x + 1)


@node("Pick", category="cloths", keeps={"cloth": ("cloth", "other")})
def pick(cloth: Cloth, other: Cloth | None = None) -> Cloth:
    """The smaller one."""
    CALLS.append("Pick")
    return other if other is not None and other.x < cloth.x else cloth


@node("Bleach", category="cloths")
def bleach(cloth: Cloth) -> Cloth:
    """Says nothing of the colour beforehand."""
    CALLS.append("Bleach")
    return Cloth("blue", cloth.x)


def _same(mark: Mark, cloth: str) -> None:
    if cloth != mark.name:
        raise NodeError(f"{mark.name} is wanted, not {cloth}.", code="other_colour", port="cloth")


@node("Hang", category="cloths", checks=(_same,), keeps={"cloth": "cloth"})
def hang(mark: Mark, cloth: Cloth) -> Cloth:
    """Takes cloths of one colour."""
    CALLS.append("Hang")
    _same(mark, cloth.colour)
    return cloth


@node("Measure", category="cloths")
def measure(cloth: Cloth) -> int:
    """A number that is only known when the cloth is made."""
    CALLS.append("Measure")
    return int(cloth.x)
