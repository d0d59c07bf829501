"""A route as data: from one table come the server's routes, its OpenAPI document and the tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiohttp.web import StreamResponse
from pydantic import BaseModel

if TYPE_CHECKING:
    from .call import Call

Method = Literal["GET", "PUT", "POST", "DELETE"]
Handler = Callable[["Call"], Awaitable[StreamResponse]]
JSON = "application/json"
PNG = "image/png"
EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """One status: what it means, the type of its JSON, and other media types it may come in."""

    about: str
    model: Any = None
    media: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """A method on a path. `body` and `query` are pydantic models, checked before `handler` runs.

    takes: media types of the body, where `handler` reads it itself. quiet: not in the document.
    example: a JSON body that works on a fresh server, for the document.
    public: answered without a token. headers: those that mean something, with what they mean.
    """

    method: Method
    path: str
    name: str
    summary: str
    handler: Handler
    tag: str = "server"
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    takes: tuple[str, ...] = ()
    answers: Mapping[int, Answer] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    example: Any = None
    public: bool = False
    quiet: bool = False

    @property
    def has_body(self) -> bool:
        return self.body is not None or bool(self.takes)
