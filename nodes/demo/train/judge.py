"""Compares a `Wish` with the `Reading` of a picture, one verdict for each thing said."""

from nodes.demo.train.classify import Reading, Seen
from nodes.demo.train.scene import PAIR_SPOTS
from nodes.demo.train.wish import PLACES, Thing, Wish

ASIDE = 0.12  # farther than this from the middle is beside it, in picture widths


def judge(wish: Wish, reading: Reading) -> dict[str, bool]:
    """Verdicts named background, colour, shape, count, place and relation, where said."""
    verdicts: dict[str, bool] = {}
    if wish.background:
        verdicts["background"] = reading.background == wish.background
    if len(wish.things) == 2:
        return verdicts | _judge_pair(wish, reading)
    wanted = wish.things[0] if wish.things else Thing()
    seen = reading.items
    verdicts["count"] = len(seen) == wish.count
    if wanted.colour:
        verdicts["colour"] = bool(seen) and all(s.colour == wanted.colour for s in seen)
    if wanted.shape:
        verdicts["shape"] = bool(seen) and all(s.shape == wanted.shape for s in seen)
    if wish.place:
        verdicts["place"] = bool(seen) and _side(seen[0]) == PLACES[wish.place]
    return verdicts


def _side(seen: Seen) -> tuple[int, int]:
    x, y = seen.x - 0.5, seen.y - 0.5
    return (abs(x) > ASIDE) * (1 if x > 0 else -1), (abs(y) > ASIDE) * (1 if y > 0 else -1)


def _judge_pair(wish: Wish, reading: Reading) -> dict[str, bool]:
    """Colour: both there. Relation and shape: each where it belongs."""
    names = ("count", "colour", "relation", "shape")
    if len(reading.items) != 2:
        return dict.fromkeys(names, False)
    relation = wish.relation or "and"
    upright = relation in ("above", "below")
    seen = sorted(reading.items, key=lambda s: s.y if upright else s.x)
    wanted = list(wish.things)
    if PAIR_SPOTS[relation][0] > PAIR_SPOTS[relation][1]:
        wanted.reverse()
    dx, dy = abs(seen[0].x - seen[1].x), abs(seen[0].y - seen[1].y)
    lies = dy > dx if upright else dx > dy
    orders = [wanted, wanted[::-1]] if relation in ("next to", "and") else [wanted]
    best = max(orders, key=lambda order: _hits(order, seen))
    colours = [w.colour is None or w.colour == s.colour for w, s in zip(best, seen, strict=True)]
    shapes = [w.shape is None or w.shape == s.shape for w, s in zip(best, seen, strict=True)]
    asked = sorted(w.colour for w in wanted if w.colour)
    there = sorted(s.colour for s in seen)
    return {
        "count": True,
        "colour": asked == there if len(asked) == 2 else all(c in there for c in asked),
        "relation": lies and all(colours),
        "shape": all(shapes),
    }


def _hits(order: list[Thing], seen: list[Seen]) -> int:
    return sum(
        (w.colour == s.colour) + (w.shape == s.shape) for w, s in zip(order, seen, strict=True)
    )
