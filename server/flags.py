"""The part of `--help` that a graph brings: a flag for each public input."""

from __future__ import annotations

from argparse import Namespace

from . import source, workplace
from .exits import Stop
from .settings import settings_of

INDENT = 26


def flag_help(options: Namespace) -> str:
    """Flags, types, limits and defaults of a graph's inputs; a sentence where it is unreadable."""
    from engine.errors import GraphError
    from engine.migrate import migrate

    from .inputs import help_rows

    try:
        found = workplace.catalogue(settings_of(options))
        graph = migrate(source.load(options.file), found)
    except (Stop, GraphError) as error:
        return f"inputs of {options.file}: {str(error).splitlines()[0]}\n"
    rows = help_rows(graph, found)
    if not rows:
        return f"inputs of {options.file}: none\n"
    return f"inputs of {options.file}:\n" + "".join(map(_row, rows))


def _row(row: tuple[str, str]) -> str:
    flag, about = row
    head = f"  {flag}"
    gap = "\n" + " " * INDENT if len(head) >= INDENT - 1 else " " * (INDENT - len(head))
    return f"{head}{gap}{about}\n"
