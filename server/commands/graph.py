"""Show a graph as text: an outline, or its canonical JSON."""

from __future__ import annotations

from argparse import Namespace

from server import source
from server.arguments import Parser
from server.exits import OK
from server.options import GRAPH_FILE


def add_options(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help=GRAPH_FILE)
    parser.add_argument("--json", action="store_true", help="the canonical JSON")


def main(options: Namespace) -> int:
    from engine.canonical import dumps
    from server.outline import outline

    graph = source.load(options.file)
    print(dumps(graph) if options.json else "\n".join(outline(graph)), end="")
    if not options.json:
        print()
    return OK
