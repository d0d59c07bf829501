"""Check graph files: every problem on a line of its own, with its node, port, and a fix."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from server.arguments import Parser
from server.exits import FILES, OK, WRONG, Stop
from server.settings import Settings, add_folder_options, settings_of

if TYPE_CHECKING:
    from engine.catalogue import Catalogue
    from engine.errors import Problem


def add_options(parser: Parser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="graphs; - is standard input")
    parser.add_argument("--json", action="store_true", help="one JSON object a file, on stdout")
    add_folder_options(parser)


def main(options: Namespace) -> int:
    from server import workplace

    settings = settings_of(options)
    found = workplace.catalogue(settings)
    for sentence in workplace.broken_packs(found):
        print(sentence, file=sys.stderr)
    return max(_check(name, found, settings, as_json=options.json) for name in options.files)


def _check(name: str, found: Catalogue, settings: Settings, *, as_json: bool) -> int:
    try:
        problems = problems_of(name, found, settings)
    except Stop as stop:
        return _unreadable(name, stop, as_json=as_json)
    if as_json:
        rows = [problem.to_json() for problem in problems]
        print(json.dumps({"file": name, "valid": not rows, "problems": rows}, ensure_ascii=False))
    elif problems:
        from server.problems import lines

        print("\n".join(lines(problems, name)))
        print(f"{name}: {len(problems)} problem{'s' * (len(problems) > 1)}")
    else:
        print(f"{name}: valid")
    return WRONG if problems else OK


def problems_of(name: str, found: Catalogue, settings: Settings) -> tuple[Problem, ...]:
    """Every problem of one file. Raises Stop where it cannot be read."""
    from engine.errors import GraphError
    from engine.migrate import migrate
    from engine.validate import validate
    from server import source, workplace

    try:
        graph = migrate(source.load(name), found)
    except GraphError as error:
        return error.problems
    return tuple(validate(graph, found, lists=workplace.lists(found, settings)))


def _unreadable(name: str, stop: Stop, *, as_json: bool) -> int:
    if as_json:
        problem = {"code": "not_found" if stop.code == FILES else "bad_file", "message": str(stop)}
        print(json.dumps({"file": name, "valid": False, "problems": [problem]}))
    else:
        print(stop, file=sys.stderr)
    return stop.code
