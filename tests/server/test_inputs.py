"""Texts as typed values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine import Files, GraphError
from engine.plain import Member, Plain
from engine.ports import Input, Widget
from server.exits import Stop
from server.inputs import from_text


def port(plain: Plain | None, widget: Widget | None = None) -> Input:
    return Input("x", "any", plain, widget=widget)


@pytest.mark.parametrize(
    ("plain", "text", "value"),
    [
        (Plain("int"), "20", 20),
        (Plain("int"), "9007199254740991", 2**53 - 1),
        (Plain("float"), "-0.5", -0.5),
        (Plain("float"), "1e3", 1000.0),
        (Plain("str"), "20", "20"),
        (Plain("str"), "", ""),
        (Plain("str", nullable=True), "none", "none"),
        (Plain("enum", values=("euler",)), "euler", "euler"),
        (Plain("bool"), "true", True),
        (Plain("bool"), "No", False),
        (Plain("int", nullable=True), "none", None),
        (Plain("list", element=Plain("int")), "[1, 2]", [1, 2]),
        (
            Plain("record", name="P", members=(Member("a", Plain("int"), True),)),
            '{"a": 1}',
            {"a": 1},
        ),
    ],
)
def test_a_text_becomes_a_value_of_its_type(plain: Plain, text: str, value: Any) -> None:
    made = from_text(port(plain), text, Files())
    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize("text", ["many", "NaN", "Infinity", "1 2", "[" * 100_000, ""])
def test_what_is_no_number_is_a_sentence(text: str) -> None:
    with pytest.raises(GraphError, match="x: wants a number, this is the text"):
        from_text(port(Plain("float")), text, Files())


def test_a_picture_is_taken_over_by_its_content(tmp_path: Path) -> None:
    picture = port(Plain("str"), Widget("image"))
    (tmp_path / "a.png").write_bytes(b"data")
    files = Files(uploads=tmp_path / "uploads")
    name = from_text(picture, str(tmp_path / "a.png"), files)
    assert files.resolve("images", name).read_bytes() == b"data"
    assert from_text(picture, name, files) == name
    assert from_text(picture, "in the folder.png", files) == "in the folder.png"
    with pytest.raises(Stop, match="there is no file"):
        from_text(picture, str(tmp_path / "b.png"), files)
