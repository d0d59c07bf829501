"""List the runs of a server, newest first; with ID, all about one of them."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from server.arguments import Parser
from server.exits import OK
from server.remote import add_patience_option, add_server_options, client_of

if TYPE_CHECKING:
    from server.client import Client, Run

PATIENCE = 5.0
STATES = ("queued", "running", "completed", "failed", "cancelled")
PAGE = 100


def add_options(parser: Parser) -> None:
    parser.add_argument("id", nargs="?", metavar="ID", help="as `submit` names it")
    parser.add_argument("--status", choices=STATES, help="only these")
    parser.add_argument("--name", metavar="GRAPH", help="only runs of this saved graph")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="default: %(default)s")
    parser.add_argument("-o", "--out", metavar="DIR", help="with ID: fetch its pictures there")
    parser.add_argument("--json", action="store_true", help="one JSON object a run, on stdout")
    add_server_options(parser)
    add_patience_option(parser, PATIENCE)


def main(options: Namespace) -> int:
    with client_of(options) as client:
        if options.id is not None:
            return _one(client, options)
        for run in _pages(client, options):
            print(_json(run) if options.json else _row(run))
    return OK


def _pages(client: Client, options: Namespace) -> list[Run]:
    """As many as asked for, over as many pages as it takes."""
    found: list[Run] = []
    cursor: str | None = None
    while len(found) < options.limit:
        limit = min(PAGE, options.limit - len(found))
        page = client.list(status=options.status, name=options.name, limit=limit, cursor=cursor)
        found += page.runs
        cursor = page.next
        if cursor is None:
            break
    return found


def _one(client: Client, options: Namespace) -> int:
    from server.watching import Watcher

    run = client.get(options.id)
    if options.json:
        print(_json(run))
    else:
        print("\n".join(_all_about(run)))
    if options.out is not None:
        watcher = Watcher(client, as_json=options.json, folder=Path(options.out))
        watcher.fetch(run)
        if not options.json:
            print("\n".join(f"wrote {path}" for path in watcher.written))
    return OK


def _row(run: Run) -> str:
    """`<id>  completed  2026-11-21 14:02:11  1.42 s  Text to image`."""
    when = _clock(run.created)
    place = f"place {run.place}" if run.place is not None else _took(run)
    return f"{run.id}  {run.status:<9}  {when:<19}  {place:>9}  {run.name or run.title}".rstrip()


def _all_about(run: Run) -> list[str]:
    lines = [_row(run)]
    lines += [f"  {name} = {_short(value)}" for name, value in run.inputs.items()]
    for path, timing in run.timings.items():
        kept = f", {timing.cached} kept" if timing.cached else ""
        failed = ", failed" if timing.failed else ""
        lines.append(f"  {path}: {timing.runs} calls{kept}, {timing.seconds:.3f} s{failed}")
    lines += [f"  {name}: {_value(run, name)}" for name in run.values]
    lines += [f"  saved {made.name}: {made.file.hash}" for made in run.artifacts]
    return lines + [f"  {problem}" for problem in run.problems]


def _value(run: Run, name: str) -> str:
    value = run.values[name]
    if value.kind == "picture":
        return ", ".join(file.hash for file in value.pictures)
    return _short(value.plain if value.kind == "plain" else dict(value.summary))


def _json(run: Run) -> str:
    from dataclasses import asdict

    return json.dumps(asdict(run), default=_text, ensure_ascii=False)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _clock(time: datetime | None) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M:%S") if time else ""


def _took(run: Run) -> str:
    return "" if run.seconds is None else f"{run.seconds:.2f} s"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else text[:97] + "..."
