"""One request as a handler gets it: what came, already checked, and the server it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from aiohttp import web
from pydantic import BaseModel

from .house import House

Json = Any
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """`path` are the decoded parts of the path; `raw` is the body's text where it is JSON."""

    request: web.Request
    house: House
    path: Mapping[str, str]
    query: BaseModel | None = None
    body: BaseModel | None = None
    raw: bytes = b""

    def asked(self, kind: type[M]) -> M:
        """The query, which the route says is of this kind."""
        return cast(M, self.query)

    def given(self, kind: type[M]) -> M:
        """The body, which the route says is of this kind."""
        return cast(M, self.body)

    def header(self, name: str) -> str:
        return self.request.headers.get(name, "")

    @property
    def origin(self) -> str:
        """What this server is called by whoever asks; its Host was checked."""
        return f"{self.request.scheme}://{self.header('Host')}"

    def wants(self, media: str) -> bool:
        """Whether the request asks for this media type by its full name."""
        offered = self.header("Accept").split(",")
        return any(item.partition(";")[0].strip().lower() == media for item in offered)
