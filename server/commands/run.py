"""Run a graph and write its pictures. Each public input of the graph is a flag: --prompt TEXT."""

from __future__ import annotations

import gc
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.arguments import Parser
from server.budgets import add_memory_options, memory_of
from server.exits import CANCELLED, FAILED, FILES, OK, TABLE, WRONG, Stop
from server.options import add_graph_options
from server.settings import Settings, settings_of

if TYPE_CHECKING:
    from engine import events
    from engine.session import Engine, Result
    from server.outputs import Outputs
    from server.request import Request

DTYPES = ("float32", "float16", "bfloat16")


def add_options(parser: Parser) -> None:
    add_graph_options(parser)
    add_device_options(parser)
    parser.add_argument("-o", "--out", default=".", metavar="DIR", help="where the files go")
    parser.add_argument("--json", action="store_true", help="one JSON object an event, on stdout")
    parser.add_argument("--no-cache", action="store_true", help="keep nothing between runs")


def add_device_options(parser: Parser) -> None:
    parser.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps; default: best")
    parser.add_argument("--dtype", choices=DTYPES, help="default: float32 on cpu, else float16")
    add_memory_options(parser)


def help_for(options: Namespace) -> str:
    """The flags that this graph brings, and the exit codes."""
    from server.flags import flag_help

    return f"{flag_help(options)}\n{TABLE}"


def main_with(options: Namespace, given: Mapping[str, str]) -> int:
    """Runs the graph. `given` are texts by public input."""
    from engine.errors import GraphError
    from server.problems import error_json
    from server.request import request

    settings = settings_of(options)
    try:
        asked = request(options, given, settings)
        return _run(asked, options, settings)
    except GraphError as error:
        if not options.json:
            raise
        print(error_json(error.problems))
        return WRONG


@contextmanager
def engine_of(options: Namespace, settings: Settings) -> Iterator[Engine]:
    """An engine in this process, with its values kept on disk between processes."""
    from engine.session import Engine

    check_device(options.device)
    keeps = not getattr(options, "no_cache", False)
    with Engine(
        device=options.device,
        dtype=options.dtype,
        files=settings.files(),
        store=settings.values if keeps else None,
        user_nodes=settings.nodes,
        memory=memory_of(options),
    ) as engine:
        gc.freeze()  # what is imported stays: collecting it takes 0.1 s in the middle of a run
        yield engine


def check_device(name: str | None) -> None:
    """Raises Stop where torch has no such device, with those it has."""
    if name is None:
        return
    import torch

    try:
        torch.empty(1, device=name)
    except Exception:  # noqa: BLE001 - torch raises half a dozen kinds here, all mean the same
        known = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
        raise Stop(f"There is no device '{name}' here; there is {', '.join(known)}.") from None


def _run(asked: Request, options: Namespace, settings: Settings) -> int:
    from engine.seed import seed_of
    from server.outputs import Outputs
    from server.saving import saves

    outputs = Outputs(Path(options.out), asked.graph.title, seed_of(asked.graph))
    if saves(asked.graph, asked.catalogue):
        outputs.check()
    with engine_of(options, settings) as engine, interrupts() as cancelled:
        result = engine.run(
            asked.graph,
            on_event=_listener(asked, outputs, as_json=options.json),
            cancelled=cancelled,
        )
    if not options.json:
        _tell(asked, result, outputs)
    return _code(result)


def _listener(asked: Request, outputs: Outputs, *, as_json: bool) -> Callable[[events.Event], None]:
    from engine import events
    from server.eventlines import event_line
    from server.problems import as_typed
    from server.progress import Progress

    progress = Progress()

    def listen(event: events.Event) -> None:
        file = None
        if isinstance(event, events.ArtifactSaved) and not event.artifact.preview:
            file = outputs.save(event.artifact)
        if isinstance(event, events.NodeFailed):
            event = replace(event, problem=as_typed(event.problem, asked.files))
        progress(event)
        if as_json:
            print(event_line(event, file), flush=True)

    return listen


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Asks whether Ctrl-C was pressed; a second one ends the process where it stands."""
    pressed = False

    def note(*_: Any) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(asked: Request, result: Result, outputs: Outputs) -> None:
    from server.account import account
    from server.problems import as_typed, lines

    for name in result.lost:
        print(f"muted: {name}")
    print("\n".join(account(asked.graph, result.report, outputs.written)))
    shown = sum(artifact.preview for artifact in result.artifacts)
    if shown:
        print(f"{shown} previews were made and not kept; use SaveImage to keep pictures.")
    plain = {k: v for k, v in result.values.items() if isinstance(v, str | int | float | bool)}
    for name, value in plain.items():
        print(f"{name} = {value}")
    for line in lines([as_typed(each, asked.files) for each in result.problems]):
        print(line, file=sys.stderr)
    if result.status == "cancelled":
        print("Cancelled; what was finished is kept.", file=sys.stderr)


def _code(result: Result) -> int:
    from server.outputs import NOT_WRITTEN

    if result.status == "completed":
        return OK
    if result.status == "cancelled":
        return CANCELLED
    only_files = all(problem.code == NOT_WRITTEN for problem in result.problems)
    return FILES if only_files else FAILED
