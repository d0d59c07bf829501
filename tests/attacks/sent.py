"""A graph that was submitted for an attack, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .book import Attack
from .field import Field
from .heard import Heard
from .requests import GRAPHS

Json = Any


@dataclass(frozen=True)
class Sent:
    """A graph that was submitted, the answer, and the run where there is one."""

    graph: str
    heard: Heard
    run: Mapping[str, Json]


Proof = Callable[[Field, Attack, list[Sent]], None]
"""Checks one sentence of an entry."""


def send(field: Field, text: str) -> Sent:
    body = (GRAPHS % text).encode("utf-8", "surrogatepass")
    heard = field.mouth.ask("POST", "/api/runs", body)
    if heard.status != 202:
        return Sent(text, heard, {})
    return Sent(text, heard, field.serving.wait(heard.json["runs"][0]["id"]))
