"""One method of one path in the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.schema import NAME

from .endpoint import Endpoint
from .filing import PICTURES
from .forms import Nothing, SubjectBody
from .parts import MULTIPART
from .route import JSON, Answer, Route
from .schemas import Models
from .views import ErrorJson

Json = Any
PART = re.compile(r"\{(\w+)\}")
PARTS: Mapping[str, Mapping[str, Json]] = {
    "id": {"type": "string", "minLength": 1, "maxLength": 64},
    "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"},
    "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
}
HEADERS: Mapping[str, Mapping[str, Json]] = {
    "Idempotency-Key": {"type": "string", "pattern": "^[!-~]([ -~]{0,198}[!-~])?$"},
    "Last-Event-ID": {"type": "string", "pattern": "^[0-9]{0,16}$"},
}
REFUSALS: Mapping[int, str] = {
    400: "The request is not of the published form.",
    401: "The token is missing or wrong.",
    403: "A page of another site may not ask this.",
    408: "The body did not come in time.",
    413: "Larger than the limits at /api/limits.",
    415: "Another Content-Type, or an encoded body.",
    421: "The Host is not one of this server's names.",
    422: "Well-formed, but what it says cannot be done: every problem is listed.",
    429: "The queue is full.",
    431: "A line of the request's head, its address or a header, is too long.",
    503: "Not now; Retry-After says when to come again.",
    507: "There is no room left to write.",
}
SAID = frozenset({"title", "description", "examples"})
"""Members of a schema that a parameter says itself."""
NO_GRAPH = "There is no graph of this name, no such version, or nothing is kept."
BODY_ONLY = frozenset({408, 413, 415, 422, 507})


class Operation:
    """One method of one path."""

    def __init__(
        self, route: Route, models: Models, made: Endpoint | None = None, *, token: bool = False
    ) -> None:
        self.route = route
        self.models = models
        self.made = made
        self.token = token

    def to_json(self) -> dict[str, Json]:
        route, made = self.route, self.made
        found: dict[str, Json] = {
            "operationId": made.name if made else route.name,
            "summary": made.title if made else route.summary,
            "tags": ["endpoints" if made else route.tag],
            "parameters": [*self._path(), *self._query(), *self._headers()],
            "responses": self._responses(),
        }
        about = made.about if made else route.about
        if about:
            found["description"] = about
        if route.has_body:
            found["requestBody"] = {
                "required": route.body is not Nothing,
                "content": self._content(),
            }
        if self.token:
            found["security"] = [{}] if route.public else [{"token": []}, {"session": []}]
        return found

    def _path(self) -> list[Json]:
        names = PART.findall(self.made.path if self.made else self.route.path)
        return [
            {"name": name, "in": "path", "required": True, "schema": dict(PARTS[name])}
            for name in names
        ]

    def _query(self) -> list[Json]:
        if self.route.query is None:
            return []
        schema = self.models.whole(self.route.query)
        required = schema.get("required", [])
        return [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "schema": _not_null({k: v for k, v in item.items() if k not in SAID}),
                **({"description": item["description"]} if "description" in item else {}),
                **({"example": item["examples"][0]} if "examples" in item else {}),
            }
            for name, item in schema.get("properties", {}).items()
        ]

    def _headers(self) -> list[Json]:
        return [
            {
                "name": name,
                "in": "header",
                "required": False,
                "schema": HEADERS.get(name, {"type": "string"}),
                "description": about,
            }
            for name, about in self.route.headers.items()
        ]

    def _content(self) -> dict[str, Json]:
        route = self.route
        example = {} if route.example is None else {"example": route.example}
        if route.body is not None:
            return {JSON: {"schema": self.models.schema(route.body), **example}}
        if self.made is not None:
            body = {"schema": self.made.body, "example": self.made.example}
            return {JSON: body, MULTIPART: {"schema": self.made.form}}
        return {
            media: {"schema": _raw(media), **(example if media == JSON else {})}
            for media in route.takes
        }

    def _responses(self) -> dict[str, Json]:
        found = {
            str(status): self._response(answer) for status, answer in self.route.answers.items()
        }
        if self.route.body is not None and issubclass(self.route.body, SubjectBody):
            found.setdefault("404", self._response(Answer(NO_GRAPH, ErrorJson)))
        for status, about in REFUSALS.items():
            if status in BODY_ONLY and not self.route.has_body:
                continue
            if status == 429 and 429 not in self.route.answers:
                continue
            found.setdefault(str(status), self._response(Answer(about, ErrorJson)))
        if not self.route.has_body and PART.search(self.route.path):
            found.setdefault("422", self._response(Answer(REFUSALS[422], ErrorJson)))
        return dict(sorted(found.items()))

    def _response(self, answer: Answer) -> dict[str, Json]:
        content: dict[str, Json] = {}
        if answer.model is not None:
            content[JSON] = {"schema": self.models.schema(answer.model)}
        content |= {media: {} for media in answer.media}
        found: dict[str, Json] = {"description": answer.about}
        if content:
            found["content"] = content
        if answer.headers:
            found["headers"] = {
                name: {"description": about, "schema": {"type": "string"}}
                for name, about in answer.headers.items()
            }
        return found


def _not_null(schema: dict[str, Json]) -> dict[str, Json]:
    """A query has no null: what may be null may be left out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
    if len(kinds) == 1:
        rest = {k: v for k, v in schema.items() if k != "anyOf"}
        schema = {**rest, **kinds[0]}
    if schema.get("default", 0) is None:
        schema = {k: v for k, v in schema.items() if k != "default"}
    return schema


def _raw(media: str) -> dict[str, Json]:
    """A body that is no JSON; for a graph's generic path an object of whatever inputs it has."""
    if media == JSON:
        return {"type": "object", "propertyNames": {"pattern": NAME}}
    if media == MULTIPART:
        file = {"type": "string", "contentMediaType": PICTURES[0]}
        return {
            "type": "object",
            "properties": {"file": file},
            "propertyNames": {"pattern": NAME},
        }
    return {}
