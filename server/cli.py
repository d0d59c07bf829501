"""The `latentgraph` command: finds the subcommand, and turns every error into a sentence.

Imports nothing heavy: `--help` must be instant.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from types import ModuleType

from .arguments import Parser, split
from .exits import CANCELLED, DEFECT, FILES, OK, TABLE, WRONG, Stop, reason
from .settings import folders_help

COMMANDS = {
    "run": "run a graph; without FILE, text to image",
    "validate": "check graph files and list every problem",
    "plan": "say what a run would do and what is kept from earlier runs",
    "nodes": "list the node types, or show one with its ports",
    "models": "list the model files and say what each is; --download fetches one",
    "graph": "show a graph as text",
    "new": "copy a stock graph to start from",
    "schema": "print the JSON Schema of graph files",
    "serve": "serve graphs over HTTP, with the editor",
    "submit": "queue a graph on a server; --wait shows its progress",
    "runs": "list a server's runs, or show one",
    "watch": "watch a server's run until it is done",
    "cancel": "cancel runs on a server",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code (see `exits.TABLE`)."""
    tokens = list(sys.argv[1:] if argv is None else argv)
    _forgive_encodings()
    try:
        return _dispatch(tokens)
    except Stop as stop:
        return _say(str(stop), stop.code)
    except KeyboardInterrupt:
        return _say("Cancelled.", CANCELLED)
    except BrokenPipeError:
        _close_stdout()
        return OK
    except OSError as error:
        place = f"'{error.filename}': " if error.filename else ""
        return _say(f"{place}{reason(error)}.", FILES)
    except Exception as error:  # noqa: BLE001 - the last guard: a sentence and a log, no traceback
        return _problems(error) or _defect(error, tokens)


def _dispatch(tokens: list[str]) -> int:
    if not tokens or tokens[0] in {"-h", "--help", "help"}:
        return _help(_parser(), _overview())
    if tokens[0] == "--version":
        return _version()
    if tokens[0] not in COMMANDS:
        near = get_close_matches(tokens[0], COMMANDS, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(COMMANDS)}."
        raise Stop(f"There is no command '{tokens[0]}'. {hint}")
    return _command(tokens[0], tokens[1:])


def _command(name: str, tokens: list[str]) -> int:
    module = importlib.import_module(f".commands.{name}", __package__)
    parser = Parser(prog=f"latentgraph {name}", description=module.__doc__, add_help=False)
    parser.add_argument("-h", "--help", action="store_true", help="show this help")
    module.add_options(parser)
    wants_help = "-h" in tokens or "--help" in tokens
    has_folders = {"--models", "--nodes"} <= parser.flags
    if wants_help and not hasattr(module, "help_for"):
        return _help(parser, folders_help() if has_folders else None)
    own, given = split(tokens, parser)
    options = parser.parse_args(own)
    if wants_help:
        folders = f"\n{folders_help(options)}" if has_folders else ""
        return _help(parser, module.help_for(options) + folders)
    return _run(module, options, given)


def _help(parser: Parser, epilog: str | None) -> int:
    parser.epilog = epilog
    parser.print_help()
    return OK


def _run(module: ModuleType, options: object, given: dict[str, str]) -> int:
    if hasattr(module, "main_with"):
        return int(module.main_with(options, given))
    if given:
        raise Stop(f"There is no option --{next(iter(given)).replace('_', '-')}; see --help.")
    return int(module.main(options))


def _overview() -> str:
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:<{width}}  {about}" for name, about in COMMANDS.items())
    return f"commands (each has its own --help):\n{rows}\n\n{TABLE}\n{folders_help()}"


def _parser() -> Parser:
    return Parser(
        prog="latentgraph",
        usage="latentgraph [--version] COMMAND ...",
        description="Pictures from graphs of typed nodes.",
    )


def _version() -> int:
    from importlib.metadata import PackageNotFoundError, version

    try:
        print("latentgraph", version("latentgraph"))
    except PackageNotFoundError:
        print("latentgraph (not installed)")
    return OK


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def _problems(error: Exception) -> int:
    """Says what is wrong with a graph; 0 where the error is of another kind."""
    from engine.errors import LatentgraphError

    return _say(str(error), WRONG) if isinstance(error, LatentgraphError) else 0


def _defect(error: Exception, tokens: list[str]) -> int:
    from .defects import logged

    return _say(logged(error, tokens), DEFECT)


def _forgive_encodings() -> None:
    """A console that lacks a character shows an escape for it, not a crash."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _close_stdout() -> None:
    """Whoever read our output has gone; nothing more is written, not even at exit."""
    import os

    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - it lives until the process ends


if __name__ == "__main__":
    sys.exit(main())
