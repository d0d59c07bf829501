"""JSON text, strictly: what is read can be written again with nothing lost, in any language.

Refuses what JSON's grammar lets through and a graph cannot hold: a name twice in one object, NaN,
numbers that are no double, half surrogate pairs, endless nesting. Knows nothing of graphs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from .errors import Problem
from .plain import MAX_INT, Json, shown

MAX_DEPTH = 100
DOUBLE = ("", "")
"""The flaw of an integer that is a double's text: `doubles` mends it."""
_SCALARS = frozenset({str, bool, type(None)})


def decode(text: str | bytes, problems: list[Problem]) -> Json:
    """The JSON value of a text; what is wrong with the text is added to `problems`."""

    def object_of(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        if len(made) != len(pairs):
            problems.extend(_repeated([name for name, _ in pairs]))
        return made

    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        elif not text.isascii():
            text.encode()
        raw = json.loads(text, object_pairs_hook=object_of)
    except UnicodeDecodeError as error:
        problems.append(Problem("bad_json", f"The file is not UTF-8 text (byte {error.start})."))
        return None
    except UnicodeEncodeError:
        problems.append(_half_pair())
        return None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        problems.append(Problem("bad_json", f"This is not JSON: {error.msg} at {where}."))
        return None
    except RecursionError:
        problems.append(Problem("too_deep", "The JSON is nested too deeply for a graph."))
        return None
    except ValueError:
        problems.append(Problem("bad_number", "The JSON holds an integer of thousands of digits."))
        return None
    if "\\ud" in text or "\\uD" in text:
        problems.extend(_half_pairs(raw))
    return raw


def _repeated(names: list[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(names):
        count = names.count(name)
        if count > 1:
            message = f"The name {quoted(name)} occurs {count} times in one object."
            yield Problem("duplicate_key", message, fix="Rename or remove all but one.")


def quoted(name: str) -> str:
    """A name as a sentence shows it: short, and without raw control characters."""
    return shown(name).removeprefix("the text ")


def _half_pair(where: str = "") -> Problem:
    message = "holds half of a surrogate pair, which is no character."
    return Problem("bad_text", message, port=where)


def _half_pairs(raw: Json) -> Iterator[Problem]:
    """One problem for each text, name or value, that no encoding can hold."""
    waiting: list[tuple[Json, str]] = [(raw, "")]
    while waiting:
        value, where = waiting.pop()
        if type(value) is dict:
            for name, item in value.items():
                inner = quoted(name)[1:-1]
                waiting += ((name, where), (item, f"{where}.{inner}" if where else inner))
        elif type(value) is list:
            waiting += ((item, where) for item in value)
        elif type(value) is str and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                yield _half_pair(where)


def flaw(value: Json) -> tuple[str, str] | None:
    """What keeps a parsed value out of a graph, as code and message; None if nothing does."""
    if type(value) in _SCALARS:
        return None
    if type(value) is int or type(value) is float:
        return _number_flaw(value)
    mend = None
    waiting: list[tuple[Json, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, dict | list | tuple):
            if depth > MAX_DEPTH:
                return "too_deep", f"is nested more than {MAX_DEPTH} deep."
            inner = item.values() if isinstance(item, dict) else item
            waiting.extend((part, depth + 1) for part in inner)
        elif type(item) is int or type(item) is float:
            found = _number_flaw(item)
            if found == DOUBLE:
                mend = found
            elif found:
                return found
        elif type(item) not in _SCALARS:
            return "wrong_type", f"wants JSON, this is a {type(item).__name__}."
    return mend


def _number_flaw(value: float) -> tuple[str, str] | None:
    if -MAX_INT <= value <= MAX_INT:
        return None
    if type(value) is int:
        # Doubles up to 1e21 are written as integers, so these are read; all others would change.
        if abs(value) < 10**21 and number(float(value)) == str(value):
            return DOUBLE
        return "out_of_range", "wants an integer of at most 2^53-1 in size, this is larger."
    if not math.isfinite(value):
        return "bad_number", f"wants a finite number, this is {value}."
    return None


def doubles(value: Json) -> Json:
    """The same value with the integers beyond 2^53-1 as the doubles whose text they are."""
    if type(value) is int and abs(value) > MAX_INT:
        return float(value)
    if isinstance(value, dict):
        return {name: doubles(item) for name, item in value.items()}
    return [doubles(item) for item in value] if isinstance(value, list | tuple) else value


def number(value: float) -> str:
    """A double as ECMAScript writes it (RFC 8785, section 3.2.2.3). ValueError if not finite."""
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written as JSON")
    if value == 0:
        return "0"
    digits, exponent = _shortest(abs(value))
    sign = "-" if value < 0 else ""
    point = exponent + len(digits)
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"


def _shortest(value: float) -> tuple[str, int]:
    """Shortest decimal digits that read back as `value`, and the power of ten they stand for."""
    mantissa, _, power = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) - len(fraction)
    stripped = digits.rstrip("0")
    return stripped, exponent + len(digits) - len(stripped)
