"""What clients send: the bodies and queries of every route."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from engine.plain import MAX_INT

from .scalars import (
    AS_WHOLE,
    FROM_DIGITS,
    FROM_SECONDS,
    Flag,
    Positive,
    PositiveDigits,
    Strict,
    Whole,
)

Json = Any
Graph = Annotated[Any, WithJsonSchema({"x-graph": True})]
"""A graph file. `engine.graph` reads it: its problems name nodes and ports, pydantic's do not."""
NODE = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
WIRE = rf"^{NODE}(/{NODE})*\.{NODE}$"
Wire = Annotated[str, Field(pattern=WIRE, max_length=512)]
WANT = rf"^{NODE}(/{NODE})*(\.{NODE})?$"
Want = Annotated[str, Field(pattern=WANT, max_length=512)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Inputs = Annotated[
    dict[str, Json], Field(description="Values for the graph's public inputs, by name.")
]
Status = Literal["queued", "running", "completed", "failed", "cancelled"]
STATUSES = ("queued", "running", "completed", "failed", "cancelled")
ID = r"^[A-Za-z0-9_-]{1,64}$"


class ValidateBody(Strict):
    """A graph to be checked. `inputs` are values for its public inputs; with them it must be
    ready to run, without them it is checked as a file.
    """

    graph: Any
    inputs: dict[str, Json] | None = None


class SubjectBody(Strict):
    """A graph, inline or by the name of a saved one, with values for its public inputs."""

    graph: Annotated[Graph, Field(default=None)]
    name: Name | None = Field(None, description="A saved graph or a template, instead of `graph`.")
    version: Positive | None = Field(None, description="Of the saved graph; null: the newest.")
    inputs: Inputs = Field(default_factory=dict)
    want: list[Want] | None = Field(
        None,
        max_length=256,
        description="Public outputs, sinks, or values as `node.port`; null: all outputs and sinks.",
    )

    @model_validator(mode="after")
    def _one_subject(self) -> SubjectBody:
        if ("graph" in self.model_fields_set) == (self.name is not None):
            raise ValueError("wants either a graph or the name of one")
        if self.version is not None and self.name is None:
            raise ValueError("a version is that of a saved graph; give its name")
        return self


class RunBody(SubjectBody):
    """A run to be queued. Where an input takes no list, a list for it makes one run an item."""

    count: Annotated[int, Field(ge=1, le=100), AS_WHOLE] = Field(
        1,
        description="How many runs. Each further one takes the next seed, where the graph has a "
        "public seed.",
    )
    priority: Annotated[int, Field(ge=-100, le=100), AS_WHOLE] = Field(
        0, description="Higher ones run first."
    )
    webhook: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="A URL that is told how the run ended; its host must be allowed."
    )


class PeekBody(SubjectBody):
    """A kept value to look at."""

    wire: Wire = Field(description="The value: `node.port`.")
    turn: list[Whole] = Field(
        default_factory=list,
        max_length=32,
        description="The turn of each enclosing loop, from 0; -1: what it starts from.",
    )
    as_: Literal["picture", "summary"] = Field("picture", alias="as")


class SaveBody(Strict):
    """A graph to be kept under the name in the path."""

    graph: Graph


class RestoreBody(Strict):
    """An older version to become the newest."""

    version: Positive


class RenameBody(Strict):
    """Another name for a saved graph."""

    to: Annotated[str, Field(min_length=1, max_length=200)]


class MoveBody(Strict):
    """A new place in the queue: at the head, before another run, or (null) at the end."""

    first: bool = False
    before: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> MoveBody:
        if self.first and self.before is not None:
            raise ValueError("wants either 'first' or 'before'")
        return self


class Nothing(Strict):
    """An empty object."""


class TokenBody(Strict):
    """The server's token, to be exchanged for a cookie."""

    token: Annotated[str, Field(max_length=1000)]


class WaitQuery(Strict):
    wait: Annotated[float, Field(ge=0, le=120), FROM_SECONDS] = Field(
        0, description="Seconds to wait for the end before answering."
    )


class NamedRunQuery(WaitQuery):
    version: PositiveDigits | None = Field(None, description="A saved version to be pinned to.")


class VersionQuery(Strict):
    version: PositiveDigits | None = None


def _statuses(text: str) -> str:
    wrong = [word for word in text.split(",") if word not in STATUSES]
    if wrong:
        raise ValueError(f"knows {', '.join(STATUSES)}")
    return text


class RunsQuery(Strict):
    status: (
        Annotated[
            str,
            AfterValidator(_statuses),
            WithJsonSchema(
                {
                    "type": "string",
                    "pattern": f"^({'|'.join(STATUSES)})(,({'|'.join(STATUSES)}))*$",
                }
            ),
        ]
        | None
    ) = Field(None, description="One status, or several with commas.")
    name: Name | None = Field(None, description="Of the saved graph that was run.")
    batch: Annotated[str, Field(max_length=64)] | None = None
    limit: Annotated[int, Field(ge=1, le=200), FROM_DIGITS] = 50
    cursor: Annotated[str, Field(pattern="^[0-9a-f]{1,15}$")] | None = None


After = Annotated[int, Field(ge=0, le=MAX_INT), FROM_DIGITS]


EventsLimit = Annotated[int, Field(ge=1, le=1000), FROM_DIGITS]


class EventsQuery(Strict):
    after: After = Field(0, description="The number of the last event already known.")
    limit: EventsLimit = 500


class AllEventsQuery(Strict):
    after: After | None = None
    limit: EventsLimit = 500
    run: Annotated[str, Field(max_length=64)] | None = None
    previews: Flag = Field(
        False,
        description="Whether the WebSocket sends previews, too.",
        json_schema_extra={"default": "false"},
    )


def _turns(text: str) -> str:
    parts = text.split(",")
    if any(not part.removeprefix("-").isascii() or not _whole(part) for part in parts):
        raise ValueError("wants turns such as 12 or 2,14")
    return text


def _whole(text: str) -> bool:
    return text.removeprefix("-").isdigit() and len(text) <= 6 and int(text) >= -1


class PeekQuery(Strict):
    wire: Wire = Field(description="The value: `node.port`.", examples=["denoise.latent"])
    turn: (
        Annotated[
            str,
            AfterValidator(_turns),
            WithJsonSchema(
                {"type": "string", "pattern": "^(-1|[0-9]{1,5})(,(-1|[0-9]{1,5})){0,31}$"}
            ),
        ]
        | None
    ) = Field(
        None,
        description="The turn of each enclosing loop, as 12 or 2,14; -1: the start.",
        examples=["12"],
    )
    as_: Literal["picture", "summary"] = Field("picture", alias="as")

    @property
    def place(self) -> tuple[int, ...]:
        return tuple(map(int, self.turn.split(","))) if self.turn else ()


class ThumbnailQuery(Strict):
    size: Annotated[int, Field(ge=16, le=512), FROM_DIGITS] = Field(
        256, description="The longer side, in pixels, about."
    )
