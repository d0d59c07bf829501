"""The signature is the declaration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest

from engine import Context, Field, Value, Widget, node
from engine.annotations import DeclarationError
from engine.declare import DECLARED
from engine.plain import Limits
from tests.engine.small import CATALOGUE, add, apart, say, show, total


@dataclass(frozen=True)
class UNet(Value):
    name: str = ""


@dataclass(frozen=True)
class AdapterFeatures(Value):
    port = "features"


@dataclass(frozen=True)
class Curve:
    points: tuple[float, ...] = field(default_factory=lambda: (0.0, 1.0))


@pytest.fixture(autouse=True)
def forget() -> Any:
    before = len(DECLARED)
    yield
    del DECLARED[before:]


def test_ports_follow_from_the_signature() -> None:
    declared = CATALOGUE.declarations["Add"]
    num, other = declared.inputs["num"], declared.inputs["other"]
    scale = declared.inputs["scale"]
    assert (num.type, num.required, num.plain) == ("Num", True, None)
    assert (other.type, other.required) == ("Num", False)
    assert (scale.type, scale.default, scale.required) == ("float", 1.0, False)
    assert scale.plain is not None
    assert scale.plain.limits == Limits(ge=0, le=10)
    assert declared.outputs["num"].type == "Num"
    assert declared.summary == "The sum of two numbers, scaled."


def test_outputs_are_named_by_class_field_or_value() -> None:
    assert list(CATALOGUE.declarations["Apart"].outputs) == ["low", "word"]
    assert list(CATALOGUE.declarations["Length"].outputs) == ["value"]
    assert CATALOGUE.declarations["Split"].outputs["num"].type == "list[Num]"
    assert CATALOGUE.declarations["Show"].sink
    assert CATALOGUE.declarations["Total"].inputs["nums"].many

    @node("Names", category="t")
    def names(unet: UNet) -> AdapterFeatures:
        """Names."""
        return AdapterFeatures()

    assert list(names.node.declaration.outputs) == ["features"]  # type: ignore[attr-defined]

    @node("Own", category="t")
    def own() -> UNet:
        """Own."""
        return UNet()

    assert list(own.node.declaration.outputs) == ["unet"]  # type: ignore[attr-defined]


def test_a_node_stays_an_ordinary_function() -> None:
    assert total.__name__ == "total"
    assert [f.__name__ for f in (add, apart, say, show)] == ["add", "apart", "say", "show"]


def test_nullable_widget_enum_and_record_inputs() -> None:
    @node("Kinds", category="t", version=2, renamed={"old": "mode"}, upgrade={2: {"mode": "b"}})
    def kinds(
        ctx: Context,
        size: Annotated[int, Field(ge=8, multiple_of=8)] | None = None,
        mode: Literal["a", "b"] = "a",
        text: Annotated[str, Widget("multiline")] = "",
        curve: Curve = Curve(),
    ) -> int:
        """Kinds.

        The rest.
        """
        return len(curve.points)

    declared = kinds.node.declaration  # type: ignore[attr-defined]
    assert list(declared.inputs) == ["size", "mode", "text", "curve"]
    assert declared.inputs["size"].plain.nullable
    assert declared.inputs["size"].plain.limits == Limits(ge=8, multiple_of=8)
    assert declared.inputs["mode"].plain.values == ("a", "b")
    assert declared.inputs["text"].widget == Widget("multiline")
    assert declared.inputs["curve"].default == {"points": [0.0, 1.0]}
    assert declared.inputs["curve"].plain.check({}) == {"points": [0.0, 1.0]}
    assert declared.doc == "The rest."
    arguments = {"size": None, "mode": "a", "text": "", "curve": {"points": [1.0, 2.0, 3.0]}}
    implementation = kinds.node  # type: ignore[attr-defined]
    assert implementation.call(arguments, None) == (3,)


def bad_unannotated(x) -> int:  # type: ignore[no-untyped-def]
    return 0


def bad_star(*x: int) -> int:
    return 0


def bad_class(x: object) -> int:
    return 0


def bad_output() -> object:
    return 0


def bad_literal(x: Literal[1, 2] = 1) -> int:
    return 0


def bad_reserved(over: int = 1) -> int:
    return 0


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (bad_unannotated, "named and annotated"),
        (bad_star, "named and annotated"),
        (bad_class, "neither a plain type nor a Value"),
        (bad_output, "neither a plain type nor a Value"),
        (bad_literal, "are texts"),
        (bad_reserved, "reserved"),
    ],
)
def test_a_signature_that_is_no_node_says_why(function: Any, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        node("Bad", category="t")(function)


def fine(x: int = 1) -> int:
    return x


@pytest.mark.parametrize(
    "options",
    [
        {"renamed": {"y": "z"}},
        {"renamed": {"x": "x"}},
        {"effective": lambda y: y},
        {"fingerprint": lambda y, files: ""},
    ],
)
def test_options_name_inputs_that_there_are(options: Any) -> None:
    with pytest.raises(DeclarationError):
        node("Bad", category="t", **options)(fine)
