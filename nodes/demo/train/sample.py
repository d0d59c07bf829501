"""Draws a random `Wish`: which share of the pictures shows what, and what goes unsaid."""

import random
from dataclasses import dataclass, field

from nodes.demo.train.wish import (
    COLOURS,
    EXTRAS,
    PATTERNS,
    PLACES,
    RELATIONS,
    SHAPES,
    SIZES,
    TERRAINS,
    TIMES,
    Thing,
    Wish,
    held_out,
)

KINDS = {"single": 0.40, "placed": 0.17, "pair": 0.21, "count": 0.11, "landscape": 0.11}
FINE = ("circle", "square", "star", "moon", "hexagon")  # a pixel or two makes them another shape


@dataclass(frozen=True)
class Mix:
    """How often each kind is drawn, each shape, and how often a caption names the colours."""

    kinds: dict[str, float] = field(default_factory=lambda: KINDS)
    shapes: tuple[str, ...] = SHAPES
    alone: float = 0.93  # the chance that a lone thing's colour is named
    background: float = 0.7


EVEN = Mix()
HARD = Mix(
    {"single": 0.44, "placed": 0.18, "pair": 0.21, "count": 0.10, "landscape": 0.07},
    (*SHAPES, *FINE),
    alone=0.8,
    background=0.65,
)


def sample(rng: random.Random, kind: str | None = None, mix: Mix = EVEN) -> Wish:
    """A wish that training may see, of one of `KINDS` or of a random one."""
    kind = kind or rng.choices(list(mix.kinds), list(mix.kinds.values()))[0]
    while True:
        wish = landscape(rng) if kind == "landscape" else shapes(rng, kind, mix)
        if not held_out(wish):
            return wish


def said(rng: random.Random, chance: float, options: tuple[str, ...]) -> str | None:
    """One of the options, or None for what goes unsaid."""
    return rng.choice(options) if rng.random() < chance else None


def thing(rng: random.Random, background: str | None, mix: Mix, alone: bool) -> Thing:
    """A random thing whose colour is not its background's."""
    colours = tuple(colour for colour in COLOURS if colour != background)
    return Thing(
        shape=said(rng, 0.93 if alone else 0.98, mix.shapes),
        colour=said(rng, mix.alone if alone else 0.98, colours),
        size=said(rng, 0.15, SIZES),
        pattern=said(rng, 0.08, PATTERNS),
    )


def shapes(rng: random.Random, kind: str, mix: Mix = EVEN) -> Wish:
    """One, two unlike, or two to four like things."""
    background = said(rng, mix.background, tuple(COLOURS))
    first = thing(rng, background, mix, kind == "single")
    watercolour = rng.random() < 0.03
    if kind == "pair":
        second = thing(rng, background, mix, alone=False)
        return Wish(
            (first, second),
            relation=rng.choice(RELATIONS),
            background=background,
            watercolour=watercolour,
        )
    if kind == "count":
        return Wish(
            (first,), count=rng.randint(2, 4), background=background, watercolour=watercolour
        )
    place = rng.choice(tuple(PLACES)) if kind == "placed" else None
    return Wish((first,), place=place, background=background, watercolour=watercolour)


def landscape(rng: random.Random) -> Wish:
    """A terrain, a time of day, and what stands there."""
    terrain = said(rng, 0.95, TERRAINS)
    time = said(rng, 0.75, TIMES)
    if terrain is None and time is None:
        time = rng.choice(TIMES)
    extras = {extra for extra in EXTRAS if rng.random() < 0.25 and fits(extra, terrain)}
    return Wish(
        terrain=terrain, time=time, extras=frozenset(extras), watercolour=rng.random() < 0.06
    )


def fits(extra: str, terrain: str | None) -> bool:
    """Boats sail on the sea; houses and trees stand on land."""
    if extra == "clouds" or terrain is None:
        return extra == "clouds"
    return (extra == "a boat with a sail") == (terrain == "the sea")
