"""List the model files by kind, with family and size, or why a file cannot be used."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from server.arguments import Parser
from server.exits import OK, Stop
from server.settings import Settings, add_folder_options, settings_of

if TYPE_CHECKING:
    from engine.listing import Listed

UNITS = ("B", "kB", "MB", "GB", "TB")


def add_options(parser: Parser) -> None:
    parser.add_argument("kind", nargs="?", metavar="KIND", help="one list: models, loras, vaes ...")
    parser.add_argument("--json", action="store_true", help="the entries as JSON")
    parser.add_argument("--hash", action="store_true", help="hash each file (kept for later)")
    parser.add_argument(
        "--download",
        metavar="ID",
        help="fetch a model of the Hugging Face hub, AUTHOR/NAME or AUTHOR/NAME:FILE.safetensors",
    )
    add_folder_options(parser)


def main(options: Namespace) -> int:
    settings = settings_of(options)
    if options.download:
        from server.download import download

        print(f"Downloaded to {download(options.download, settings.models)}.", file=sys.stderr)
    found = list(_entries(settings, options.kind, hashes=options.hash))
    if options.json:
        print(json.dumps([_json(each) for each in found], indent=2, ensure_ascii=False))
    elif not found:
        print(f"There are no model files below {settings.models}.")
    else:
        print("\n".join(_lines(found)))
    return OK


def _entries(settings: Settings, kind: str | None, *, hashes: bool) -> Iterator[Listed]:
    """Raises Stop where there is no such list."""
    from dataclasses import replace

    from engine.errors import nearest
    from engine.listing import listed, lists_of
    from server.workplace import catalogue

    lists = {each.name: each for each in lists_of(catalogue(settings).declarations.values())}
    if kind is not None and kind not in lists:
        hint = nearest(kind, lists) or f"There are {', '.join(lists)}."
        raise Stop(f"There is no list '{kind}'. {hint}")
    files = settings.files()
    seen: set[Path] = set()
    for name, choices in lists.items():
        for each in listed(choices, files) if kind in {None, name} else ():
            if each.path in seen:  # a file of no known kind in a folder of two lists
                continue
            seen.add(each.path)
            fresh = hashes and not each.sha256 and not each.path.is_dir() and each.bytes
            yield replace(each, sha256=files.sha256(each.path)) if fresh else each


def _lines(found: list[Listed]) -> Iterator[str]:
    """By list, in columns: name, size, what it is; problems on a line of their own."""
    width = min(60, max(len(each.name) for each in found))
    for number, kind in enumerate(dict.fromkeys(each.list for each in found)):
        yield ("\n" if number else "") + kind
        for each in found:
            if each.list == kind:
                yield from _entry(each, width)


def _entry(each: Listed, width: int) -> Iterator[str]:
    about = each.described
    predicts = f", predicts {about.prediction}" if about.prediction else ""
    digest = f"  sha256 {each.sha256[:10]}" if each.sha256 else ""
    what = f"{about.what}{predicts}{digest}"
    yield f"  {each.name:<{width}}  {_size(each.bytes):>8}  {what}".rstrip()
    if about.problem:
        yield f"  {'':<{width}}  {'':>8}  cannot be used: {about.problem}"


def _json(each: Listed) -> dict[str, object]:
    return {
        "list": each.list,
        "name": each.name,
        "bytes": each.bytes,
        "what": each.described.what,
        "family": each.described.family,
        "prediction": each.described.prediction,
        "problem": each.described.problem,
        "sha256": each.sha256,
    }


def _size(count: int) -> str:
    size, unit = float(count), 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {UNITS[unit]}" if unit == 0 or size >= 100 else f"{size:.1f} {UNITS[unit]}"
