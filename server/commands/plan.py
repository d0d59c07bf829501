"""Say what a run would do now: which nodes would run, and what is kept from earlier runs."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from server.arguments import Parser
from server.exits import OK
from server.options import add_graph_options
from server.settings import settings_of

from .run import add_device_options, engine_of, help_for

__all__ = ["add_options", "help_for", "main_with"]

if TYPE_CHECKING:
    from engine.graph import Graph
    from engine.session import Forecast

WORDS = {
    "run": "would run",
    "cached": "is kept",
    "unknown": "cannot be told before what it needs has run",
    "not needed": "is not needed: what comes after it is kept",
}


def add_options(parser: Parser) -> None:
    add_graph_options(parser)
    add_device_options(parser)
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def main_with(options: Namespace, given: Mapping[str, str]) -> int:
    from server.request import request

    settings = settings_of(options)
    asked = request(options, given, settings)
    with engine_of(options, settings) as engine:
        forecast = engine.forecast(asked.graph)
    if options.json:
        print(json.dumps(asdict(forecast), ensure_ascii=False))
    else:
        print("\n".join(in_words(asked.graph, forecast)))
    return OK


def in_words(graph: Graph, forecast: Forecast) -> Iterator[str]:
    """A line a node, then the sum."""
    from server.account import rows, turns

    shown = [row for row in rows(graph) if row.path in forecast.states]
    width = max(len(row.path) + 2 * row.depth for row in shown)
    for row in shown:
        state = forecast.states[row.path]
        kept, total = forecast.turns.get(row.path, (0, 0))
        detail = f": {turns(total - kept, total)}" if state == "run" and total else ""
        yield f"{'  ' * row.depth + row.path:<{width}}  {WORDS[state]}{detail}"
    running = sum(state == "run" for state in forecast.states.values())
    kept = sum(state == "cached" for state in forecast.states.values())
    yield f"{running} of {len(shown)} nodes would run, {kept} are kept."
