"""Commands that talk to a server: which one, and its refusals as sentences with an exit code."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .arguments import Parser
from .exits import AWAY, WRONG, Stop

if TYPE_CHECKING:
    from .client import Client, ClientError

HINTS = {
    "unreachable": "Start one with 'latentgraph serve', name another with --server, or run the "
    "graph without a server: 'latentgraph run'.",
    "unauthorized": "The token comes from --token or LATENTGRAPH_TOKEN.",
}
BUSY = frozenset({429, 502, 503, 504, 507})


def add_server_options(parser: Parser) -> None:
    parser.add_argument(
        "--server", metavar="URL", help="default: LATENTGRAPH_SERVER, else this machine's"
    )
    parser.add_argument(
        "--token",
        metavar="TEXT",
        help="default: LATENTGRAPH_TOKEN, which other users of this machine cannot see",
    )


@contextmanager
def client_of(options: Namespace) -> Iterator[Client]:
    """A client for the server that the options name. Its errors become Stop."""
    from .client import Client, ClientError

    try:
        if options.patience > 0:
            _say_if_away(options)
        yield Client(options.server, options.token, patience=options.patience)
    except ClientError as error:
        raise Stop(_sentences(error), _code(error)) from None


def add_patience_option(parser: Parser, seconds: float) -> None:
    parser.add_argument(
        "--patience",
        type=float,
        default=seconds,
        metavar="SECONDS",
        help="go on trying for so long while the server is away (default: %(default)g)",
    )


def _say_if_away(options: Namespace) -> None:
    """Where nobody answers, it is said at once: the command goes on trying, and not in silence."""
    from .client import Client, UnreachableError

    try:
        Client(options.server, options.token, patience=0).health()
    except UnreachableError as error:
        print(f"{error.sentence} Trying for {options.patience:g} s.", file=sys.stderr)


def _sentences(error: ClientError) -> str:
    """Every problem on a line of its own; the error's sentence where it brings none."""
    hint = HINTS.get(error.code, "")
    return "\n".join(map(str, error.problems)) or f"{error.sentence} {hint}".rstrip()


def _code(error: ClientError) -> int:
    from .client import RefusedError, UnreachableError

    if isinstance(error, UnreachableError):
        return AWAY
    busy = isinstance(error, RefusedError) and (error.status in BUSY)
    return AWAY if busy else WRONG
