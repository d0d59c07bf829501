"""Requests as data: where each goes and how its answer is read. Sends nothing itself.

Both clients are made of these, so that they cannot differ in more than how they wait.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from .errors import Problem, RefusedError

Json = Any
T = TypeVar("T")
SECONDS = 30.0
AWAY = frozenset({502, 503, 504})
"""Statuses of a server that goes down, comes up, or stands behind a proxy that lost it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json:
        try:
            return json.loads(self.body)
        except ValueError:
            sentence = "The server answered with something that is no JSON; is this latentgraph?"
            raise RefusedError(self.status, "bad_answer", sentence) from None


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request. `repeatable`: sending it twice does no more than sending it once."""

    method: str
    path: str
    read: Callable[[Answer], T]
    query: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeatable: bool = False
    seconds: float = SECONDS

    @property
    def target(self) -> str:
        """Path and query, as they stand in the request line."""
        given = {name: _text(value) for name, value in self.query.items() if value is not None}
        return f"{self.path}?{urlencode(given)}" if given else self.path


def get(path: str, read: Callable[[Answer], T], **query: Json) -> Call[T]:
    return Call("GET", path, read, query, repeatable=True)


def post(
    path: str,
    body: Mapping[str, Json],
    read: Callable[[Answer], T],
    *,
    headers: Mapping[str, str] | None = None,
    repeatable: bool = False,
    method: str = "POST",
) -> Call[T]:
    """A request with a JSON body; members that are None are left out."""
    given = {name: value for name, value in body.items() if value is not None}
    sent = {"Content-Type": "application/json", **(headers or {})}
    data = json.dumps(given, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")
    return Call(method, path, read, headers=sent, body=data, repeatable=repeatable)


def checked(answer: Answer) -> Answer:
    """The answer, if it is one. Raises RefusedError with what the server said."""
    if answer.status < 400:
        return answer
    raise refused(answer)


def refused(answer: Answer) -> RefusedError:
    """The server's error as ours; a sentence too where a proxy answered in its own words."""
    error = _error_of(answer)
    return RefusedError(
        answer.status,
        str(error.get("code") or f"http_{answer.status}"),
        str(error.get("message") or f"The server answered with status {answer.status}."),
        tuple(Problem.read(item) for item in error.get("problems") or ()),
        retry_after=_seconds(answer.headers.get("retry-after")),
        etag=answer.headers.get("etag"),
    )


def _error_of(answer: Answer) -> Mapping[str, Json]:
    try:
        found = json.loads(answer.body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else None


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
