"""A graph asked for on the command line: read, brought up to date, its values put in, checked."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.catalogue import Catalogue
from engine.errors import GraphError, Problem
from engine.graph import Graph, walk_nodes
from engine.migrate import migrate
from engine.validate import validate

from . import source, workplace
from .inputs import assigned, bound
from .saving import with_savers
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Request:
    """A graph that is ready to be planned: bound and without a problem."""

    graph: Graph
    catalogue: Catalogue
    seed: str


def request(options: Namespace, given: Mapping[str, str], settings: Settings) -> Request:
    """The graph of the command line, ready to run. Raises Stop, GraphError with all problems."""
    catalogue = workplace.catalogue(settings)
    files = settings.files()
    loaded = source.load(options.file, lambda: _models(catalogue, settings))
    graph = migrate(loaded, catalogue)
    graph = assigned(graph, catalogue, options.set, files)
    graph = bound(graph, catalogue, given, files)
    problems = validate(graph, catalogue, lists=workplace.lists(catalogue, settings), ready=True)
    if problems:
        raise GraphError(_with_flag(problem, graph) for problem in problems)
    return Request(with_savers(graph, catalogue), catalogue, _seed(graph))


def _models(catalogue: Catalogue, settings: Settings) -> Sequence[str]:
    return workplace.lists(catalogue, settings).get("models", ())


def _with_flag(problem: Problem, graph: Graph) -> Problem:
    """A missing public input can be given on the command line: says with which flag."""
    place = f"{problem.path}.{problem.port}"
    names = [name for name, public in graph.inputs.items() if place in public.to]
    if problem.code != "missing_input" or not names:
        return problem
    return replace(problem, fix=f"Give one with --{names[0].replace('_', '-')}.")


def _seed(graph: Graph) -> str:
    """The seed for file names: the public input, else the first node that has one typed in."""
    public = graph.inputs.get("seed")
    places = [wire.partition(".")[::2] for wire in public.to] if public else []
    nodes = {node_id: node for node_id, node, _ in walk_nodes(graph.nodes)}
    places += [(node_id, "seed") for node_id in nodes]
    for node_id, name in places:
        node = nodes.get(node_id)
        if node is not None and name in node.params:
            return str(node.params[name])
    return ""
