"""The book of attacks, `attacks.yaml`, as data; and which of them do not apply yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Json = Any
FILE = Path(__file__).with_name("attacks.yaml")
NOT_YET: dict[str, str] = {}
"""Attacks that need what is not there yet. Switch them on by taking them out of this list."""
NIGHTLY = {
    "H037": "tests/soak/crowds.py",
    "H039": "tests/soak/fuzz.py",
    "F019": "tests/soak/folders.py",
    "R005": "tests/soak/lives.py",
    "R020": "tests/soak/steady.py",
    "R024": "tests/soak/machine.py",
}
"""Where the attacks are that take long: `make soak`, and `make fuzz` for the second."""
ELSEWHERE = {
    ("G036", "editor: ({}).polluted is undefined after load/save"): "the editor's own tests",
    ("H033", "editor works with the right token"): "the editor's own tests",
    ("F014", "no DOM injection"): "the editor's own tests",
    ("F014", "nothing runs without the user pressing run"): "the editor's own tests",
    ("F009", "not shown unescaped"): "the editor's own tests",
}
"""What a page in a browser has to prove: it cannot be seen from here."""


@dataclass(frozen=True)
class Attack:
    """One entry. `must` are the sentences that hold afterwards, `must_not` those that do not."""

    id: str
    name: str
    tier: str
    priority: str
    send: Mapping[str, Json]
    expect: Mapping[str, Json]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is to be proved beyond status, code and final state."""
        expect = self.expect
        extra = [str(expect[name]) for name in ("points_at", "suggests") if name in expect]
        lines = [*expect.get("must", ()), *expect.get("must_not", ()), *extra]
        return tuple(str(line) for line in lines)

    def __str__(self) -> str:
        return self.id


def read() -> tuple[Attack, ...]:
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))["attacks"]
    return tuple(
        Attack(
            entry["id"],
            entry["name"],
            entry["tier"],
            entry["priority"],
            entry["send"],
            entry["expect"],
        )
        for entry in entries
    )


ATTACKS = read()
BY_ID = {attack.id: attack for attack in ATTACKS}
