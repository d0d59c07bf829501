"""A `Wish` to a `Scene`: fills in what goes unsaid and sets every place. Units: picture widths."""

import random
from dataclasses import dataclass

from nodes.demo.train.wish import COLOURS, EXTRAS, PLACES, SHAPES, TERRAINS, TIMES, Thing, Wish


@dataclass(frozen=True)
class Item:
    """One drawn object: centre and half extent as fractions of the picture's width."""

    shape: str
    colour: str
    pattern: str | None
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Scene:
    """Everything that a picture shows. `terrain` is None for shapes on a background."""

    items: tuple[Item, ...] = ()
    background: str = "white"
    terrain: str | None = None
    time: str = "on a sunny day"
    extras: frozenset[str] = frozenset()
    watercolour: bool = False
    seed: int = 0


RADII = {  # kind of layout -> size -> range of the half extent
    "alone": {"small": (0.14, 0.17), None: (0.26, 0.31), "big": (0.37, 0.41)},
    "placed": {"small": (0.11, 0.13), None: (0.17, 0.20), "big": (0.23, 0.25)},
    "pair": {"small": (0.11, 0.13), None: (0.175, 0.20), "big": (0.22, 0.235)},
    "count": {"small": (0.11, 0.13), None: (0.16, 0.185), "big": (0.20, 0.22)},
}
COUNT_SPOTS = {
    2: ((-1, 0), (1, 0)),
    3: ((0, -1), (-1, 1), (1, 1)),
    4: ((-1, -1), (1, -1), (-1, 1), (1, 1)),
}
PAIR_SPOTS = {
    "above": ((0, -1), (0, 1)),
    "below": ((0, 1), (0, -1)),
    "left of": ((-1, 0), (1, 0)),
    "right of": ((1, 0), (-1, 0)),
    "next to": ((-1, 0), (1, 0)),
    "and": ((-1, 0), (1, 0)),
}
REACH = 0.24  # from the middle to a spot beside it


def resolve(wish: Wish, rng: random.Random) -> Scene:
    """One picture that the wish allows."""
    seed = rng.getrandbits(32)
    if wish.landscape:
        return _landscape(wish, rng, seed)
    taken = {thing.colour for thing in wish.things}
    background = wish.background or rng.choice([c for c in COLOURS if c not in taken])
    items = _items(wish, background, rng)
    return Scene(items, background, watercolour=wish.watercolour, seed=seed)


def _items(wish: Wish, background: str, rng: random.Random) -> tuple[Item, ...]:
    if len(wish.things) == 2:
        spots = PAIR_SPOTS[wish.relation or "and"]
        return tuple(
            _item(_whole(thing, background, rng), spot, "pair", 0.025, rng)
            for thing, spot in zip(wish.things, spots, strict=True)
        )
    thing = _whole(wish.things[0] if wish.things else Thing(), background, rng)
    if wish.count > 1:
        size = rng.uniform(*RADII["count"][thing.size])
        return tuple(
            _item(thing, spot, "count", 0.015, rng, size) for spot in COUNT_SPOTS[wish.count]
        )
    if wish.place:
        return (_item(thing, PLACES[wish.place], "placed", 0.02, rng),)
    return (_item(thing, (0, 0), "alone", 0.08, rng),)


def _whole(thing: Thing, background: str, rng: random.Random) -> Thing:
    colours = [colour for colour in COLOURS if colour != background]
    return Thing(
        thing.shape or rng.choice(SHAPES),
        thing.colour or rng.choice(colours),
        thing.size,
        thing.pattern,
    )


def _item(
    thing: Thing,
    spot: tuple[int, int],
    layout: str,
    jitter: float,
    rng: random.Random,
    radius: float | None = None,
) -> Item:
    radius = radius or rng.uniform(*RADII[layout][thing.size])
    x, y = (
        min(
            max(0.5 + side * REACH + rng.uniform(-jitter, jitter), radius + 0.01),
            0.99 - radius,
        )
        for side in spot
    )
    return Item(thing.shape or "circle", thing.colour or "red", thing.pattern, x, y, radius)


def _landscape(wish: Wish, rng: random.Random, seed: int) -> Scene:
    terrain = wish.terrain or rng.choice(TERRAINS)
    return Scene(
        terrain=terrain,
        time=wish.time or rng.choice(TIMES),
        extras=frozenset(extra for extra in EXTRAS if extra in wish.extras),
        watercolour=wish.watercolour,
        seed=seed,
    )
