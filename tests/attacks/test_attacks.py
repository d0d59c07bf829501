"""Every entry of `attacks.yaml`, done; and after each the book's invariants."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks import (  # noqa: F401 - the deeds
    bodies,
    caches,
    cancelling,
    failing,
    graphfiles,
    graphs,
    handshakes,
    heads,
    killing,
    loras,
    models,
    origins,
    pictures,
    queueing,
    secrecy,
    served,
    starting,
    static,
    stopping,
    streams,
    weights,
)
from tests.attacks.book import ATTACKS, ELSEWHERE, NIGHTLY, NOT_YET, Attack
from tests.attacks.deeds import DEEDS
from tests.attacks.field import Field

ROOT = Path(__file__).parents[2]
HERE = [attack for attack in ATTACKS if attack.id not in NOT_YET and attack.tier != "nightly"]


@pytest.mark.parametrize("attack", HERE, ids=str)
def test_attack(attack: Attack, field: Field) -> None:
    """Does what the entry says, then looks whether the server is as it was."""
    field.serving.mend()
    DEEDS[attack.id].act(field, attack)
    field.serving.mend()
    field.check()


@pytest.mark.parametrize("attack", HERE, ids=str)
def test_every_sentence_of_the_entry_is_proved(attack: Attack) -> None:
    proved = set(DEEDS[attack.id].proves)
    elsewhere = {line for line in attack.sentences if (attack.id, line) in ELSEWHERE}
    assert set(attack.sentences) == proved | elsewhere


def test_the_book_is_whole() -> None:
    assert len(ATTACKS) == 154
    assert len({attack.id for attack in ATTACKS}) == 154
    assert set(NOT_YET) <= {attack.id for attack in ATTACKS}
    assert {attack.id for attack in ATTACKS if attack.tier == "nightly"} == set(NIGHTLY)
    for id, file in NIGHTLY.items():
        assert f"{id}" in (ROOT / file).read_text()
