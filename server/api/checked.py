"""Bodies and queries against their models: all that is wrong at once, in our form of error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.errors import Problem, nearest
from engine.jsontext import DOUBLE, doubles, flaw
from engine.plain import shown

from .errors import ApiError, bad_request, refused

Json = Any
M = TypeVar("M", bound=BaseModel)
FREE = frozenset({"graph"})
"""Members that have a reader of their own, which says at which node a bad number stands."""
CODES = {"missing": "missing_field", "extra_forbidden": "unknown_field"}


def check_body(kind: type[M], raw: Json) -> M:
    """A parsed body as its model. Raises ApiError (400) with every problem."""
    if type(raw) is not dict:
        raise bad_request(f"The body must be a JSON object, this is {shown(raw)}.")
    return _check(kind, {name: _clean(name, value) for name, value in raw.items()}, "body")


def _clean(name: str, value: Json) -> Json:
    """Refuses what JSON's grammar lets through and no double can hold."""
    found = None if name in FREE else flaw(value)
    if found is None:
        return value
    if found == DOUBLE:
        return doubles(value)
    code, message = found
    raise refused([Problem(code, message, port=name[:64])], 422, "body")


def check_query(kind: type[M] | None, query: Mapping[str, str], names: list[str]) -> M | None:
    """A query as its model; `names` as they came, repeated ones included. Raises ApiError (400)."""
    for name in set(names):
        if names.count(name) > 1:
            raise bad_request(f"The parameter '{name[:64]}' is given more than once.", port=name)
    if kind is None:
        if names:
            raise bad_request("takes no such parameter; this route has none.", port=names[0][:64])
        return None
    return _check(kind, dict(query), "query")


def _check(kind: type[M], raw: dict[str, Json], subject: str) -> M:
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        known = [field.alias or name for name, field in kind.model_fields.items()]
        items = error.errors(include_url=False)
        problems = [_problem(item, known) for item in items][:50]
        # Members that are right one by one and do not go together have no place of their own.
        status = 400 if any(item["loc"] for item in items) else 422
    found = refused(problems, status, subject)
    raise ApiError(status, "bad_request", found.message, problems=problems)


def _problem(item: ErrorDetails, known: list[str]) -> Problem:
    place = ".".join(str(part)[:64] for part in item["loc"] if isinstance(part, str | int))
    code = CODES.get(item["type"], "bad_request")
    if code == "unknown_field":
        hint = nearest(place, known)
        return Problem(code, f"is not known here; there is {', '.join(known)}.", "", place, hint)
    message = item["msg"].removeprefix("Value error, ").rstrip(".")
    return Problem(code, message[:1].lower() + message[1:] + ".", port=place)
