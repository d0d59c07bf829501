"""Small nodes for tests of the front half: numbers that add, words, lists, and nothing heavy.

`tests/cases/catalogue.json` is their catalogue (`test_cases.py` keeps the two equal), so the same
cases can be judged without Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from engine import Choices, Field, Product, Value, node
from engine.packs import registry_of


@dataclass(frozen=True)
class Num(Value):
    amount: float


@dataclass(frozen=True)
class Big(Num):
    """A Num that is known to be big: fits wherever a Num is wanted."""


@dataclass(frozen=True)
class Word(Value):
    text: str


@dataclass(frozen=True)
class Point:
    """A record: plain fields, typed in as a JSON object."""

    at: float
    value: float = 0.0


class Parts(NamedTuple):
    low: Num
    word: Word


@node("Start", category="numbers", static=True, aliases=("Begin",))
def start(x: Annotated[int, Field(ge=-100, le=100)] = 0) -> Num:
    """A number to begin with."""
    return Num(x)


@node("Add", category="numbers")
def add(
    num: Num,
    other: Num | None = None,
    scale: Annotated[float, Field(ge=0, le=10)] = 1.0,
    count: Annotated[int, Field(ge=1, lt=9)] = 1,
) -> Num:
    """The sum of two numbers, scaled."""
    return Num((num.amount + (other.amount if other else 0)) * scale * count)


@node("Grow", category="numbers")
def grow(num: Num) -> Big:
    """A big number."""
    return Big(num.amount * 1000)


@node("Shrink", category="numbers")
def shrink(big: Big, by: float | None = None) -> Num:
    """A small number of a big one."""
    return Num(big.amount / (by or 1000))


@node("Total", category="numbers")
def total(nums: list[Num]) -> Num:
    """The sum of many."""
    return Num(sum(num.amount for num in nums))


@node("Split", category="numbers")
def split(num: Num, parts: Annotated[int, Field(ge=1)] = 2) -> list[Num]:
    """Equal parts of a number."""
    return [Num(num.amount / parts)] * parts


@node("Apart", category="numbers")
def apart(num: Num) -> Parts:
    """A number and its name."""
    return Parts(num, Word(str(num.amount)))


@node("Say", category="words")
def say(
    text: Annotated[str, Field(max_length=20)] = "",
    tone: Literal["low", "high"] = "low",
    points: list[Point] | None = None,
) -> Word:
    """A word."""
    return Word(text + tone)


@node("Length", category="words")
def length(word: Word) -> int:
    """The number of letters."""
    return len(word.text)


@node("Half", category="plain", static=True)
def half(value: float = 1.0) -> float:
    """Half of a plain number."""
    return value / 2


@node("Above", category="plain", static=True)
def above(value: float = 0.0, limit: float = 0.0) -> bool:
    """Whether a plain number is above another."""
    return value > limit


@node("Tone", category="plain", static=True)
def tone(high: bool = False) -> Literal["low", "high"]:
    """The name of a tone."""
    return "high" if high else "low"


@node("Letters", category="plain", static=True)
def letters(text: str = "abc") -> list[str]:
    """The letters of a text."""
    return list(text)


@node("Range", category="plain", static=True)
def number_range(count: Annotated[int, Field(ge=0, le=100)] = 3) -> list[int]:
    """The integers below a count."""
    return list(range(count))


@node("Load", category="files")
def load(model: Annotated[str, Choices("models")] = "demo") -> Num:
    """A number out of a file."""
    return Num(len(model))


@node(
    "Area", category="plain", products=[Product(("width", "height", "batch"), 4096, "square steps")]
)
def area(
    width: Annotated[int, Field(ge=8, multiple_of=8)],
    height: Annotated[int, Field(ge=8, multiple_of=8)] = 16,
    batch: Annotated[int, Field(ge=1)] = 1,
) -> Num:
    """A number of a size."""
    return Num(width * height * batch)


@node("Show", category="output")
def show(num: Num, title: str = "") -> None:
    """Shows a number."""


@node(
    "Renewed",
    category="numbers",
    version=3,
    renamed={"amount": "size"},
    upgrade={2: {"mode": "old"}, 3: {"step": 5}},
)
def renewed(
    size: int = 1, mode: Literal["old", "new"] = "new", step: int = 1, num: Num | None = None
) -> Num:
    """A node with a past."""
    return Num(size * step)


REGISTRY = registry_of([__name__])
CATALOGUE = REGISTRY.catalogue
