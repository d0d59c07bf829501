"""What a caption asks for: the vocabulary and the `Wish`. Knows neither pixels nor English."""

from dataclasses import dataclass

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (222, 41, 41),
    "orange": (246, 140, 28),
    "yellow": (252, 221, 58),
    "green": (44, 160, 72),
    "blue": (42, 88, 214),
    "purple": (134, 60, 182),
    "pink": (250, 152, 192),
    "brown": (124, 74, 38),
    "black": (24, 24, 28),
    "white": (250, 250, 250),
    "gray": (142, 142, 147),
    "cyan": (72, 206, 222),
}
SHAPES = (
    "circle",
    "square",
    "triangle",
    "star",
    "heart",
    "diamond",
    "ring",
    "cross",
    "moon",
    "hexagon",
)
SIZES = ("small", "big")
PATTERNS = ("striped", "dotted", "outlined")
RELATIONS = ("above", "below", "left of", "right of", "next to", "and")
PLACES: dict[str, tuple[int, int]] = {
    "left": (-1, 0),
    "right": (1, 0),
    "top": (0, -1),
    "bottom": (0, 1),
    "top left": (-1, -1),
    "top right": (1, -1),
    "bottom left": (-1, 1),
    "bottom right": (1, 1),
    "middle": (0, 0),
}
TERRAINS = ("green hills", "snowy mountains", "a desert", "the sea")
TIMES = ("at sunset", "at night", "at sunrise", "on a sunny day")
EXTRAS = ("a house with a red roof", "trees", "a boat with a sail", "clouds")


@dataclass(frozen=True)
class Thing:
    """One kind of object; None is a word the caption leaves unsaid."""

    shape: str | None = None
    colour: str | None = None
    size: str | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Wish:
    """All that a caption says. No things and no terrain or time: the empty caption."""

    things: tuple[Thing, ...] = ()
    count: int = 1
    relation: str | None = None
    place: str | None = None
    background: str | None = None
    terrain: str | None = None
    time: str | None = None
    extras: frozenset[str] = frozenset()
    watercolour: bool = False

    @property
    def landscape(self) -> bool:
        """Whether the caption asks for a landscape rather than for shapes."""
        return self.terrain is not None or self.time is not None


def held_out(wish: Wish) -> bool:
    """Whether training never sees this: some colour-shape and colour-relation-colour triples."""
    colours, shapes = list(COLOURS), list(SHAPES)
    for thing in wish.things:
        if thing.shape and thing.colour:
            combination = colours.index(thing.colour) * 3 + shapes.index(thing.shape) * 5
            if combination % 12 == 7:
                return True
    if wish.relation and len(wish.things) == 2:
        first, second = wish.things
        if first.colour and second.colour:
            pair = colours.index(first.colour) * 5 + colours.index(second.colour) * 7
            return (pair + RELATIONS.index(wish.relation)) % 12 == 3
    return False
