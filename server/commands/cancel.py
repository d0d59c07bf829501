"""Cancel runs on a server: queued ones at once, a running one within a step."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from server.arguments import Parser
from server.exits import OK
from server.remote import add_patience_option, add_server_options, client_of

if TYPE_CHECKING:
    from server.client import Run

PATIENCE = 5.0


def add_options(parser: Parser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="as `submit` and `runs` name them")
    add_server_options(parser)
    add_patience_option(parser, PATIENCE)


def main(options: Namespace) -> int:
    """Cancels them in the order given."""
    with client_of(options) as client:
        for id in options.ids:
            before = client.get(id)
            print(_line(before, before if before.final else client.cancel(id)))
    return OK


def _line(before: Run, after: Run) -> str:
    if before.final:
        return f"{after.id} had ended before: {after.status}"
    return f"{after.id} {'will be cancelled' if not after.final else after.status}"
