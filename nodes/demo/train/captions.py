"""A `Wish` to English and back. Knows no pixels."""

import random
import re

from nodes.demo.train.wish import COLOURS, EXTRAS, SHAPES, TERRAINS, TIMES, Thing, Wish

COUNTS = {1: "a", 2: "two", 3: "three", 4: "four"}
RELATION_WORDS = {
    "above": "above",
    "below": "below",
    "left of": "to the left of",
    "right of": "to the right of",
    "next to": "next to",
    "and": "and",
}
PREFIXES = ("a drawing of ", "a picture of ", "an image of ", "high quality drawing of ")
SUFFIXES = (", high quality", ", simple drawing", ", flat colours", ", best quality")
BACKGROUNDS = (
    " on a {} background",
    " on a {} background",
    " on {}",
    " with a {} background",
    " against a {} background",
    ", {} background",
)
_COLOUR = "|".join([*COLOURS, "grey"])


def write(wish: Wish, rng: random.Random | None = None) -> str:
    """The wish in words: the plain form, or with `rng` one of many."""
    text = _land(wish, rng) if wish.landscape else _shapes(wish, rng)
    if wish.watercolour:
        text = f"a watercolour of {text}" if rng and rng.random() < 0.5 else f"{text}, watercolour"
    if rng and text:
        if rng.random() < 0.1:
            text = rng.choice(PREFIXES) + text
        if rng.random() < 0.06:
            text += rng.choice(SUFFIXES)
        if rng.random() < 0.1:
            text = text[0].upper() + text[1:]
    return text


def _shapes(wish: Wish, rng: random.Random | None) -> str:
    background = ""
    if wish.background:
        form = rng.choice(BACKGROUNDS) if rng else BACKGROUNDS[0]
        background = form.format(_grey(wish.background, rng))
    if not wish.things:
        return background.strip(" ,")
    text = _thing(wish.things[0], wish.count, rng)
    if len(wish.things) == 2 and wish.relation:
        second = _thing(wish.things[1], 1, rng)
        text = f"{text} {RELATION_WORDS[wish.relation]} {second}"
    if wish.place:
        text += f" {_where(wish.place)}"
    return text + background


def _where(place: str) -> str:
    if place in ("left", "right"):
        return f"on the {place}"
    return f"{'at' if place in ('top', 'bottom') else 'in'} the {place}"


def _grey(colour: str, rng: random.Random | None) -> str:
    return "grey" if colour == "gray" and rng and rng.random() < 0.3 else colour


def _thing(thing: Thing, count: int, rng: random.Random | None) -> str:
    size = thing.size or ""
    if size == "big" and rng and rng.random() < 0.5:
        size = "large"
    colour = _grey(thing.colour, rng) if thing.colour else ""
    plain = count == 1 and not (thing.size or thing.pattern)
    bare = rng is not None and plain and rng.random() < 0.12
    if bare and not thing.shape and colour:
        return colour
    noun = thing.shape or "shape"
    if count > 1:
        noun += "es" if noun == "cross" else "s"
    words = [word for word in (size, thing.pattern or "", colour, noun) if word]
    if bare:
        return " ".join(words)
    article = COUNTS[count]
    if article == "a" and words[0][0] in "aeiou":
        article = "an"
    return " ".join([article, *words])


def _land(wish: Wish, rng: random.Random | None) -> str:
    parts = [wish.terrain] if wish.terrain else ["a landscape"]
    if wish.time:
        parts.append(wish.time)
    if wish.extras:
        extras = sorted(wish.extras)
        if rng:
            rng.shuffle(extras)
        parts.append("with " + " and ".join(extras))
    return " ".join(parts)


def read(text: str) -> Wish:
    """What a caption in this module's English says; unknown words are passed over."""
    text = text.lower().replace("grey", "gray").replace("large", "big")
    watercolour = "watercolour" in text
    for affix in (*PREFIXES, *SUFFIXES, "a watercolour of ", ", watercolour"):
        text = text.replace(affix, "")
    terrain = next((word for word in TERRAINS if word in text), None)
    time = next((word for word in TIMES if word in text), None)
    if terrain or time:
        extras = frozenset(word for word in EXTRAS if word in text)
        return Wish(terrain=terrain, time=time, extras=extras, watercolour=watercolour)
    found = re.search(
        rf"(?:(?:^| )(?:on|with|against))?,? ?(?:an? )?\b({_COLOUR}) background", text
    )
    found = found or re.search(rf"(?:^| )on ({_COLOUR})\b", text)
    background = found[1] if found else None
    if found:
        text = text[: found.start()] + text[found.end() :]
    place, text = _read_place(text)
    for relation, words in RELATION_WORDS.items():
        first, middle, second = text.partition(f" {words} ")
        if middle:
            things = (_read_thing(first), _read_thing(second))
            return Wish(things, relation=relation, background=background, watercolour=watercolour)
    count = next((number for number, word in COUNTS.items() if f"{word} " in text[:6]), 1)
    things1 = (_read_thing(text),) if text.strip() else ()
    return Wish(things1, count, None, place, background, watercolour=watercolour)


def _read_place(text: str) -> tuple[str | None, str]:
    found = re.search(r" (?:on|at|in) the ((?:top|bottom) (?:left|right)|\w+)", text)
    if not found:
        return None, text
    return found[1], text[: found.start()] + text[found.end() :]


def _read_thing(text: str) -> Thing:
    words = re.findall(r"\w+", text)
    return Thing(
        shape=next((s for s in SHAPES for w in words if w in (s, s + "s", s + "es")), None),
        colour=next((w for w in words if w in COLOURS), None),
        size=next((w for w in words if w in ("small", "big")), None),
        pattern=next((w for w in words if w in ("striped", "dotted", "outlined")), None),
    )
