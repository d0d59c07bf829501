"""Files that a graph names and that are not here: found before it runs, and what to do by flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from engine.catalogue import Catalogue
from engine.document import Graph, walk_nodes
from engine.errors import Problem
from engine.files import HASHED, Files, brief
from engine.listwords import remedy
from engine.modelroots import LISTS
from engine.ports import Choices


def missing_uploads(
    graph: Graph, catalogue: Catalogue, has: Callable[[str], bool]
) -> Iterator[tuple[str, str, str]]:
    """Node, input and name of each upload that is typed in and that `has` does not know."""
    for inner in (graph, *graph.definitions.values()):
        for node_id, node, _ in walk_nodes(inner.nodes):
            declared = catalogue.declarations.get(node.type)
            for name, value in node.params.items():
                port = declared.inputs.get(name) if declared else None
                if port is None or port.choices is None or not isinstance(value, str):
                    continue
                if HASHED.fullmatch(value) and not has(value):
                    yield node_id, name, value


def not_here(graph: Graph, catalogue: Catalogue, files: Files) -> list[Problem]:
    """A problem for each upload that a graph of the command line names in vain."""
    fix = "Give the path of the picture's file instead."
    return [
        Problem("unknown_upload", f"No upload '{brief(name)}' is kept here.", node, port, fix)
        for node, port, name in missing_uploads(graph, catalogue, files.has)
    ]


def with_flag(problem: Problem, graph: Graph, catalogue: Catalogue, files: Files) -> Problem:
    """A missing value or model can be given on the command line: says with which flag."""
    public = _public(problem, graph)
    if problem.code == "missing_input" and public:
        return replace(problem, fix=f"Give one with {public}.")
    choices = _choices(problem, graph, catalogue)
    if choices is None:
        return problem
    flag = f"{public} NAME" if public else f"--set {problem.path}.{problem.port}=NAME"
    hint = problem.fix.removesuffix(remedy(choices.name)).strip()
    return replace(problem, fix=f"{hint} {_here(choices.name, flag, files)}".strip())


def _here(name: str, flag: str, files: Files) -> str:
    """What `listwords.remedy` says, for whoever has this machine's command line before them."""
    if name == "images":
        return f"Give the path of a picture's file, or a name below {_folder(name, files)}."
    if name not in LISTS:
        return ""
    lists = "latentgraph models" + (f" {name}" if name != "models" else "")
    return (
        f"Put it into {_folder(name, files)}, or take another with {flag} ('{lists}' lists them)."
    )


def _public(problem: Problem, graph: Graph) -> str:
    """The flag of the public input that sets the place of a problem, if one does."""
    place = f"{problem.path}.{problem.port}"
    names = [name for name, public in graph.inputs.items() if place in public.to]
    return f"--{names[0].replace('_', '-')}" if names else ""


def _choices(problem: Problem, graph: Graph, catalogue: Catalogue) -> Choices | None:
    """The list on which a name was missed; None for other problems and inside definitions."""
    if not problem.code.startswith("unknown_"):
        return None
    for node_id, node, _ in walk_nodes(graph.nodes):
        declared = catalogue.declarations.get(node.type)
        port = declared.inputs.get(problem.port) if declared and node_id == problem.path else None
        if port is not None and port.choices is not None:
            is_missed = problem.code == f"unknown_{port.choices.name.removesuffix('s')}"
            return port.choices if is_missed else None
    return None


def _folder(name: str, files: Files) -> Path | str:
    """Where the entries of a list lie here: the first of its folders that is there."""
    folders = files.folders(name)
    return next((each for each in folders if each.is_dir()), next(iter(folders), "missing"))
