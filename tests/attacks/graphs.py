"""Attacks by graphs: one deed for all, and a proof for each sentence of the book."""

from __future__ import annotations

import json
from typing import Any

from .book import ATTACKS, Attack
from .deeds import DEEDS, Deed, expect
from .field import Field, tree
from .generators import GENERATORS, renamed
from .refusals import REFUSALS
from .results import RESULTS
from .roles import mutated, raw_value
from .sent import send

Json = Any
VARIANTS: dict[str, tuple[Json, ...]] = {
    "G001": ("NoSuchNode", "UnetDenoise"),
    "G020": (2**63, 2**64 - 1, 2**64, -1),
    "G024": (0, -512),
    "G026": (10**6, 0, -1),
    "G029": (0.0, 1.0),
    "G050": ("../../tmp/evil", "/etc", "https://evil.example/model.safetensors"),
    "G051": ("__class__", "os.system", "DDIMScheduler.__init__"),
}
"""Values that an entry's name lists beside the one in its `mutate`."""
PROOFS = REFUSALS | RESULTS


def act(field: Field, attack: Attack) -> None:
    """Submits what the entry describes, waits for what was taken, proves every sentence."""
    before = tree(field.serving.folder / "canary")
    if "event loop lag < 250 ms during validation" in attack.sentences:
        with field.pulse():
            sent = [send(field, text) for text in texts(field, attack)]
    else:
        sent = [send(field, text) for text in texts(field, attack)]
    for one in sent:
        expect(attack, one.heard)
        if one.run and "final" in attack.expect:
            assert one.run["status"] == attack.expect["final"], one.run
    for sentence in attack.sentences:
        if sentence in PROOFS:
            PROOFS[sentence](field, attack, sent)
    assert tree(field.serving.folder / "canary") == before


def texts(field: Field, attack: Attack) -> list[str]:
    """The texts of the graphs that an entry sends."""
    told = attack.send
    if "mutate" in told:
        return [json.dumps(graph) for graph in _mutations(field, attack)]
    if "raw_values_for" in told:
        return [raw_value(field.base, told["raw_values_for"], text) for text in told["values"]]
    if "raw_body" in told:
        return [told["raw_body"]]
    if "raw_bodies" in told:
        return list(told["raw_bodies"])
    if told["generator"] == "two_saves_same_prefix":
        return [json.dumps(_two_saves(field.base))]
    if told["generator"] == "permuted":
        return [json.dumps(field.base), json.dumps(renamed(field.base))]
    return GENERATORS[told["generator"]](field.base, told)


def _mutations(field: Field, attack: Attack) -> list[dict[str, Json]]:
    (change,) = attack.send["mutate"]
    values = VARIANTS.get(attack.id, (change.get("value"),))
    return [mutated(field.base, [{**change, "value": value}]) for value in values]


def _two_saves(base: dict[str, Json]) -> dict[str, Json]:
    name = {"name": "same"}
    base["nodes"]["save"]["params"] = name
    again = {"type": "SaveImage", "params": name, "inputs": {"image": "load_image.image"}}
    base["nodes"]["save_again"] = again
    return base


for entry in ATTACKS:
    if entry.id.startswith("G"):
        DEEDS[entry.id] = Deed(act, tuple(line for line in entry.sentences if line in PROOFS))
