"""Keys: the name of a value says how it was made, so equal names mean equal bits.

A node's key hashes its type, version and what each input is; what a making-keyed value is, is its
node's key and port, so nothing here hashes tensors and no key grows with its ancestry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .plan import Planned
from .values import hashed, plain_digest

UNWIRED = "-"


@dataclass(slots=True)
class Known:
    """Keys at the top of one plan, kept from run to run.

    Not kept where a node looks outside (`fingerprint`): what it finds may have changed. `primed`
    says that those which need no value have been made.
    """

    keys: dict[Planned, str] = field(default_factory=dict)
    digests: dict[tuple[Planned, str], str] = field(default_factory=dict)
    primed: bool = False

    def forget(self) -> None:
        """Drops what may hang on values that are not kept."""
        self.keys.clear()
        self.digests.clear()
        self.primed = False


def head(node: Planned, salt: str, source: str) -> str:
    """The part of a node's key that no wire can change: computed once a plan."""
    declaration = node.declaration
    assert declaration is not None
    return f"{salt}\0{declaration.type}\0{declaration.version}\0{source}"


def node_key(node: Planned, node_head: str, wired: Mapping[str, str], extra: str = "") -> str:
    """The key of a call: `wired` has a fragment for each wired input, typed ones are added.

    Inputs in `effective` are left out: `extra` holds what stands for them, and the fingerprint.
    """
    declaration = node.declaration
    assert declaration is not None
    parts = [node_head]
    params, hidden = node.params, declaration.effective
    for name in declaration.inputs:
        if name in wired:
            parts.append(wired[name])
        elif name not in hidden:
            parts.append(plain_digest(params[name]) if name in params else UNWIRED)
    parts.append(extra)
    return hashed(*parts)


def port_key(key: str, port: str) -> str:
    """The name of one output of a making."""
    return f"{key}.{port}"


def many(fragments: list[str]) -> str:
    """What a port that takes many wires is."""
    return hashed("many", *fragments)


def turn_key(salt: str, carried: Mapping[str, str]) -> str:
    """The key of the carried values at the end of a turn: from their own keys, never from a count.

    Two loops that pass through the same values share them, and a loop that differs anywhere before
    this turn does not.
    """
    parts = [salt, "turn"]
    for name in sorted(carried):
        parts += (name, carried[name])
    return hashed(*parts)


def item_key(sequence: str, index: int) -> str:
    """The name of one element of a sequence that is named as a whole."""
    return f"{sequence}[{index}]"
