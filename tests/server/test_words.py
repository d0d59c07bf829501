"""Inputs in words."""

from __future__ import annotations

import pytest

from engine.plain import Limits, Member, Plain
from engine.ports import Input
from server.words import input_in_words

POINT = Plain(
    "record",
    name="Point",
    members=(Member("at", Plain("float"), True), Member("value", Plain("int"), True)),
)


@pytest.mark.parametrize(
    ("port", "words"),
    [
        (Input("x", "Image"), "Image"),
        (Input("x", "Image", many=True, required=False), "list of Image; optional"),
        (
            Input("x", "int", Plain("int", limits=Limits(ge=1, le=10_000))),
            "a whole number, 1 to 10000",
        ),
        (Input("x", "float", Plain("float", limits=Limits(gt=0.5))), "a number, more than 0.5"),
        (
            Input(
                "x",
                "int",
                Plain("int", nullable=True, limits=Limits(ge=8, multiple_of=8)),
                required=False,
            ),
            "a whole number, at least 8, a multiple of 8, or null; default null",
        ),
        (Input("x", "str", Plain("str"), required=False, default="ä"), 'a text; default "ä"'),
        (Input("x", "str", Plain("enum", values=("a", "b"))), "one of a, b"),
        (
            Input("x", "bool", Plain("bool"), required=False, default=False),
            "true or false; default false",
        ),
        (
            Input("x", "list[Point]", Plain("list", element=POINT, limits=Limits(min_length=1))),
            'a list of: {"at": a number, "value": a whole number}, at least 1 long',
        ),
    ],
)
def test_type_limits_and_default(port: Input, words: str) -> None:
    assert input_in_words(port) == words
