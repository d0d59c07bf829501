"""Watch a run on a server until it is done; without ID, all that happens there until Ctrl-C."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from server.arguments import Parser
from server.exits import OK
from server.remote import add_patience_option, add_server_options, client_of

if TYPE_CHECKING:
    from server.client import Client, Event

PATIENCE = 60.0
MEMBERS = (
    *("path", "status", "seconds", "device", "attempt", "name", "version", "state"),
    "message",
)


def add_options(parser: Parser) -> None:
    parser.add_argument("id", nargs="?", metavar="ID", help="as `submit` and `runs` name them")
    parser.add_argument("-o", "--out", metavar="DIR", help="fetch the pictures there at the end")
    parser.add_argument("--json", action="store_true", help="one JSON object an event, on stdout")
    add_server_options(parser)
    add_patience_option(parser, PATIENCE)


def main(options: Namespace) -> int:
    """Ctrl-C ends the watching, not the run."""
    with client_of(options) as client:
        if options.id is None:
            return _all(client, as_json=options.json)
        return _one(client, options)


def _one(client: Client, options: Namespace) -> int:
    from server.watching import Watcher, exit_code

    client.get(options.id)  # an unknown one is said at once
    folder = Path(options.out) if options.out is not None else None
    watcher = Watcher(client, as_json=options.json, folder=folder)
    run = watcher.follow(options.id)
    if not options.json:
        watcher.tell(run)
        for path in watcher.written:
            print(f"wrote {path}")
    return exit_code([run])


def _all(client: Client, *, as_json: bool) -> int:
    for event in client.events():
        if as_json:
            print(json.dumps(event.data, ensure_ascii=False), flush=True)
        elif event.type not in {"turn", "node_progress"}:
            print(_line(event), flush=True)
    return OK


def _line(event: Event) -> str:
    """`14:02:11 <run> node_finished decode 0.12`."""
    said = [event.data[name] for name in MEMBERS if event.data.get(name) not in (None, "")]
    shown = [f"{item:.2f} s" if isinstance(item, float) else str(item) for item in said]
    clock = str(event.data.get("time", ""))[11:19]
    return " ".join([clock, event.run or "server", event.type, *shown]).strip()
