"""Numbers: constants, arithmetic and seeds. Static, so they may stand before keys are made."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Literal

from engine import Field, NodeError, Widget, node

LARGEST = 2**53 - 1
Operation = Literal["add", "subtract", "multiply", "divide", "power", "modulo", "min", "max"]
WholeOperation = Literal["add", "subtract", "multiply", "divide", "modulo", "min", "max"]
OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": math.pow,
    "modulo": lambda a, b: a % b,
    "min": min,
    "max": max,
}
WHOLE_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a // b,
    "modulo": lambda a, b: a % b,
    "min": min,
    "max": max,
}
ROUNDINGS: dict[str, Callable[[float], int]] = {
    "nearest": lambda value: math.floor(value + 0.5),
    "down": math.floor,
    "up": math.ceil,
}


@node("Number", category="numbers", static=True, aliases=("Float", "Constant"))
def number(value: float = 0.0) -> float:
    """A number, to be wired to several places."""
    return value


@node("Whole", category="numbers", static=True, aliases=("Int", "Integer", "Constant"))
def whole(value: int = 0) -> int:
    """A whole number, to be wired to several places."""
    return value


@node("Math", category="numbers", static=True, aliases=("Add", "Multiply", "Divide"))
def calculate(a: float, b: float = 0.0, op: Operation = "add") -> float:
    """Calculate with two numbers.

    modulo has the sign of b. Errors: a division by zero, a result that is no finite number.
    """
    try:
        result = float(OPERATIONS[op](a, b))
    except (ArithmeticError, ValueError):
        raise _impossible(a, b, op) from None
    if not math.isfinite(result):
        raise _impossible(a, b, op)
    return result


@node("WholeMath", category="numbers", static=True, aliases=("IntMath", "Add", "Multiply"))
def calculate_whole(a: int, b: int = 0, op: WholeOperation = "add") -> int:
    """Calculate with two whole numbers; the result is whole.

    divide rounds down, and modulo is what it leaves (with the sign of b).
    Errors: a division by zero, a result beyond 2^53-1.
    """
    try:
        result = WHOLE_OPERATIONS[op](a, b)
    except ZeroDivisionError:
        raise _impossible(a, b, op) from None
    return _held(result)


@node("Round", category="numbers", static=True, aliases=("FloatToInt",))
def round_number(value: float, to: Literal["nearest", "down", "up"] = "nearest") -> int:
    """A number as a whole number; nearest takes halves up. Errors: a result beyond 2^53-1."""
    return _held(ROUNDINGS[to](value))


@node("Seed", category="numbers", static=True, aliases=("Random seed", "Noise seed"))
def seed(
    seed: Annotated[int, Field(ge=0, le=LARGEST), Widget("seed")] = 0,
    offset: Annotated[int, Field(ge=-LARGEST, le=LARGEST)] = 0,
) -> int:
    """A seed for several places: `seed + offset`, back to 0 after 2^53-1.

    offset: the number of a picture in a series, for instance the `index` of a Map.
    """
    return (seed + offset) % (LARGEST + 1)


def _held(result: int) -> int:
    if abs(result) > LARGEST:
        raise NodeError("The result is beyond 2^53-1.", code="out_of_range", fix="Use `Math`.")
    return result


def _impossible(a: float, b: float, op: str) -> NodeError:
    return NodeError(f"{op} of {a:g} and {b:g} is no finite number.", code="bad_number", port="b")
