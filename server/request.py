"""A graph asked for on the command line: read, brought up to date, its values put in, checked."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.catalogue import Catalogue
from engine.errors import GraphError
from engine.files import Files
from engine.graph import Graph
from engine.migrate import migrate
from engine.validate import validate

from . import source, workplace
from .inputs import assigned, bound
from .missing import not_here, with_flag
from .saving import with_savers
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Request:
    """A graph that is ready to be planned: bound and without a problem.

    `files` knows under which names its pictures were typed in.
    """

    graph: Graph
    catalogue: Catalogue
    files: Files


def request(options: Namespace, given: Mapping[str, str], settings: Settings) -> Request:
    """The graph of the command line, ready to run. Raises Stop, GraphError with all problems."""
    catalogue = workplace.catalogue(settings)
    files = settings.files()
    loaded = source.load(options.file, lambda: _models(catalogue, settings))
    graph = migrate(loaded, catalogue)
    graph = assigned(graph, catalogue, options.set, files)
    graph = bound(graph, catalogue, given, files)
    problems = validate(graph, catalogue, lists=workplace.lists(catalogue, settings), ready=True)
    problems += not_here(graph, catalogue, files)
    if problems:
        raise GraphError(with_flag(problem, graph, catalogue, files) for problem in problems)
    return Request(with_savers(graph, catalogue), catalogue, files)


def _models(catalogue: Catalogue, settings: Settings) -> Sequence[str]:
    return workplace.lists(catalogue, settings).get("models", ())
