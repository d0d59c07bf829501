"""What a client may say over the WebSocket, as data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from engine.errors import Problem
from engine.jsontext import decode

from .scalars import AS_WHOLE, Strict


class SaidError(Exception):
    """A message that cannot be followed; the connection goes on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Ping(Strict):
    """Asks for a pong."""

    type: Literal["ping"]


class Subscribe(Strict):
    """Which runs to hear of (null: all), with previews or not, and after which event."""

    type: Literal["subscribe"]
    runs: list[Annotated[str, Field(max_length=64)]] | None = None
    previews: bool = False
    after: Annotated[int, Field(ge=0), AS_WHOLE] | None = None


KINDS: dict[str, type[Ping | Subscribe]] = {"ping": Ping, "subscribe": Subscribe}


def read(text: str, at_most: int) -> Ping | Subscribe:
    """Raises SaidError where the text is not one of the messages."""
    problems: list[Problem] = []
    raw = decode(text, problems)
    if problems:
        raise SaidError(problems[0].code, problems[0].message)
    name = raw.get("type") if isinstance(raw, dict) else None
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise SaidError("unknown_message", f"A message is an object of type {' or '.join(KINDS)}.")
    try:
        said = kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))[:64]
        raise SaidError("bad_message", f"{place}: {first['msg']}.") from None
    if isinstance(said, Subscribe) and len(said.runs or ()) > at_most:
        raise SaidError("too_many_runs", f"A socket follows at most {at_most} runs by name.")
    return said
