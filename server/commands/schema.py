"""Print the JSON Schema of graph files, with the node types of this machine folded in."""

from __future__ import annotations

import json
from argparse import Namespace

from server.arguments import Parser
from server.exits import OK
from server.settings import add_folder_options, settings_of


def add_options(parser: Parser) -> None:
    add_folder_options(parser)


def main(options: Namespace) -> int:
    from engine.schema import json_schema
    from server.workplace import catalogue

    print(json.dumps(json_schema(catalogue(settings_of(options))), indent=2, ensure_ascii=False))
    return OK
