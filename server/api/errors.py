"""Refusals: everything a client is told when it does not get what it asked for.

One form for all, `{"error": {"code", "message", "problems"}}`; never a traceback, a file's path or
an address of memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.canonical import write
from engine.errors import Problem

Json = Any


class ApiError(Exception):
    """Ends a request. `code` is for programs, the message is a sentence for a person."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.problems = tuple(problems)
        self.headers = dict(headers or {})

    def body(self) -> bytes:
        return error_body(self.code, self.message, self.problems)


def error_body(code: str, message: str, problems: Sequence[Problem] = ()) -> bytes:
    """The published form of an error, as JSON text."""
    rows = [problem.to_json() for problem in problems]
    return (write({"error": {"code": code, "message": message, "problems": rows}}) + "\n").encode()


def refused(problems: Sequence[Problem], status: int = 422, subject: str = "graph") -> ApiError:
    """What is wrong with a graph, a body or values: the code is that of the first problem."""
    count = len(problems)
    message = str(problems[0]) if count == 1 else f"The {subject} has {count} problems."
    return ApiError(status, problems[0].code, message, problems=problems)


def not_found(code: str, message: str) -> ApiError:
    return ApiError(404, code, message)


def bad_request(message: str, *, port: str = "", code: str = "bad_request") -> ApiError:
    """Something is not of the published form; `port` names the member or parameter."""
    return ApiError(400, code, message, problems=[Problem(code, message, port=port)])


def too_large(message: str) -> ApiError:
    """More than the published limits take. The connection ends: what is left is not read."""
    return ApiError(413, "too_large", message, headers={"Connection": "close"})


def busy(code: str, message: str, seconds: int = 2, status: int = 503) -> ApiError:
    """Not now; `seconds` says when to come again."""
    return ApiError(status, code, message, headers={"Retry-After": str(seconds)})
