"""Queue a graph on a server. Each public input of the graph is a flag: --prompt TEXT."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from server.arguments import Parser
from server.exits import CANCELLED, OK, TABLE
from server.remote import add_patience_option, add_server_options, client_of

if TYPE_CHECKING:
    from server.client import Client, Run
    from server.watching import Watcher

PATIENCE = 15.0


def add_options(parser: Parser) -> None:
    parser.add_argument(
        "graph",
        nargs="?",
        default="txt2img",
        metavar="FILE|NAME",
        help="a graph file, a picture made by latentgraph or - for standard input; else a graph "
        "saved on the server or a stock graph (default: %(default)s)",
    )
    parser.add_argument("--version", type=int, metavar="N", help="of a saved graph, not the newest")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="so many runs")
    parser.add_argument("--priority", type=int, default=0, metavar="N", help="higher goes first")
    parser.add_argument(
        "--want", action="append", metavar="NODE.PORT", help="this only; may be repeated"
    )
    parser.add_argument("--key", metavar="TEXT", help="the same key never runs it twice")
    parser.add_argument("--wait", action="store_true", help="until it is done, with progress")
    parser.add_argument("-o", "--out", metavar="DIR", help="wait, and fetch the pictures there")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, on stdout")
    add_server_options(parser)
    add_patience_option(parser, PATIENCE)


def help_for(options: Namespace) -> str:
    """The flags that this graph brings, as far as the server is there to say so."""
    from server.asking import asking, catalogue_of
    from server.exits import Stop
    from server.flags import flag_table

    options.patience = 0.0
    try:
        with client_of(options) as client:
            graph = asking(client, options.graph, options.version).graph
            table = flag_table(options.graph, graph, catalogue_of(client))
    except Stop as stop:
        table = f"inputs of {options.graph}: {str(stop).splitlines()[0]}\n"
    return f"{table}\n{TABLE}"


def main_with(options: Namespace, given: Mapping[str, str]) -> int:
    """Queues it. `given` are texts by public input."""
    from server.asking import asking, values
    from server.watching import check_folder

    with client_of(options) as client:
        if options.out is not None:
            check_folder(Path(options.out))
        asked = asking(client, options.graph, options.version)
        runs = client.submit(
            asked.subject,
            values(client, asked, given),
            version=asked.version,
            want=options.want,
            count=options.count,
            priority=options.priority,
            key=options.key,
        )
        if options.wait or options.out is not None:
            return _wait(client, [run.id for run in runs], options)
    for run in runs:
        print(_line(run, as_json=options.json))
    return OK


def _wait(client: Client, ids: list[str], options: Namespace) -> int:
    from server.watching import Watcher, exit_code

    folder = Path(options.out) if options.out is not None else None
    watcher = Watcher(client, as_json=options.json, folder=folder)
    done: list[Run] = []
    try:
        for id in ids:
            done.append(watcher.follow(id))
            if not options.json:
                watcher.tell(done[-1])
    except KeyboardInterrupt:
        return _cancel(client, ids[len(done) :])
    _tell_files(watcher, as_json=options.json)
    return exit_code(done)


def _cancel(client: Client, ids: list[str]) -> int:
    """Ctrl-C: whoever waits has asked for it, so what is left goes."""
    for id in reversed(ids):  # the last first, so that none of them begins
        client.cancel(id)
    print("Cancelled; what was finished is kept.", file=sys.stderr)
    return CANCELLED


def _tell_files(watcher: Watcher, *, as_json: bool) -> None:
    if not as_json:
        for path in watcher.written:
            print(f"wrote {path}")


def _line(run: Run, *, as_json: bool) -> str:
    if as_json:
        row = {"id": run.id, "status": run.status, "batch": run.batch, "item": run.item}
        return json.dumps(row)
    place = "" if run.place is None else f", {run.place} before it"
    return f"{run.id} {run.status}{place}"
