"""What can go wrong between a program and a server: three errors, each with a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answers import Run


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a graph or a request, with its place and what to do."""

    code: str
    message: str
    path: str = ""
    port: str = ""
    fix: str = ""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Problem:
        texts = {name: str(data.get(name) or "") for name in ("path", "port", "fix")}
        return cls(str(data.get("code", "")), str(data.get("message", "")), **texts)

    def __str__(self) -> str:
        place = ".".join(part for part in (self.path, self.port) if part)
        head = f"{place}: {self.message}" if place else self.message
        return f"{head} {self.fix}".rstrip()


class ClientError(Exception):
    """Base of the client's errors: `code` for programs, `sentence` for people, `problems`."""

    def __init__(self, code: str, sentence: str, problems: tuple[Problem, ...] = ()) -> None:
        self.code = code
        self.sentence = sentence
        self.problems = problems
        super().__init__(sentence)


class UnreachableError(ClientError):
    """No server answered, or the connection broke and could not be had again (`unreachable`)."""

    def __init__(self, server: str, why: str) -> None:
        sentence = f"No answer from {server}: {why}. Is 'latentgraph serve' running there?"
        super().__init__("unreachable", sentence)


class RefusedError(ClientError):
    """The server answered with an error.

    `status` is the HTTP status; `retry_after` the seconds after which to try again, where the
    server named them (queue full, going down); `etag` the present one where a save met another.
    """

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        problems: tuple[Problem, ...] = (),
        *,
        retry_after: float | None = None,
        etag: str | None = None,
    ) -> None:
        super().__init__(code, sentence, problems)
        self.status = status
        self.retry_after = retry_after
        self.etag = etag


class RunFailedError(ClientError):
    """A run that was waited for failed or was cancelled; `run` is its record."""

    def __init__(self, run: Run) -> None:
        self.run = run
        first = run.problems[0] if run.problems else None
        why = f": {first}" if first else "."
        code = first.code if first else run.status
        super().__init__(code, f"Run {run.id} {_ended(run.status)}{why}", run.problems)


def _ended(status: str) -> str:
    return "was cancelled" if status == "cancelled" else status
