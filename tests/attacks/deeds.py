"""What is done for each entry of the book, and which of its sentences the doing proves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .book import Attack
from .field import Field
from .heard import Heard

Act = Callable[[Field, Attack], None]


@dataclass(frozen=True)
class Deed:
    """`proves`: sentences of the entry that `act` checks; it fails where one does not hold."""

    act: Act
    proves: tuple[str, ...] = ()


DEEDS: dict[str, Deed] = {}


def deed(*ids: str, proves: Sequence[str] = ()) -> Callable[[Act], Act]:
    """Says that a function is the deed for these entries."""

    def note(act: Act) -> Act:
        for id in ids:
            if id in DEEDS:
                raise ValueError(f"{id} has two deeds")
            DEEDS[id] = Deed(act, tuple(proves))
        return act

    return note


def expect(attack: Attack, heard: Heard) -> None:
    """Status, code and time as the entry has them."""
    wanted = attack.expect
    choices = wanted.get("any_of") or [wanted]
    assert any(_fits(choice, heard) for choice in choices), f"{attack.id}: {heard}"
    if "max_ms" in wanted:
        assert heard.seconds * 1000 <= 4 * wanted["max_ms"], f"{heard.seconds:.2f} s"


def _fits(wanted: object, heard: Heard) -> bool:
    assert isinstance(wanted, dict)
    if "status" in wanted and heard.status not in wanted["status"]:
        return False
    code = wanted.get("error_code")
    return code is None or heard.status < 400 or heard.code == code
