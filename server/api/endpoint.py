"""A graph as an endpoint of its own in the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.catalogue import Catalogue
from engine.document import Graph

from .examples import of_inputs
from .named import body_schema, form_schema

Json = Any


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A graph that has a path of its own: `path` is its route's with the name filled in."""

    path: str
    name: str
    title: str
    about: str
    body: Mapping[str, Json]
    form: Mapping[str, Json]

    @property
    def example(self) -> dict[str, Json]:
        """A body that works as it stands."""
        return of_inputs(self.body)


def endpoint(folder: str, name: str, graph: Graph, catalogue: Catalogue) -> Endpoint:
    """Raises GraphError where the graph's public inputs are wrong."""
    body = body_schema(graph, catalogue)
    words = re.split(r"[^A-Za-z0-9]+", name)
    return Endpoint(
        path=f"/api/{folder}/{name}/run",
        name="run" + {"graphs": "Graph", "templates": "Template"}[folder] + _title(words),
        title=graph.title or name,
        about=graph.about,
        body=body,
        form=form_schema(body, graph, catalogue),
    )


def _title(words: Iterable[str]) -> str:
    return "_" + "_".join(word for word in words if word)
