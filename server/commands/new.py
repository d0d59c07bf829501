"""Copy a stock graph to start from, or take one out of a picture. Without either, list them."""

from __future__ import annotations

from argparse import Namespace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from server import workplace
from server.arguments import Parser
from server.exits import FILES, OK, Stop, reason
from server.settings import settings_of
from server.source import read, stock

if TYPE_CHECKING:
    from collections.abc import Sequence


def add_options(parser: Parser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a stock graph")
    parser.add_argument(
        "--from",
        dest="picture",
        metavar="PICTURE",
        help="the graph that a picture carries, or one made of the text that A1111 wrote into it",
    )
    parser.add_argument("-o", "--out", metavar="FILE", help="default: NAME.json here; - prints it")
    parser.add_argument("--models", metavar="DIR", help="folder of models, to find A1111's in")


def main(options: Namespace) -> int:
    known = stock()
    if options.picture is not None:
        return _take(options)
    if options.name is None:
        _list(known)
        return OK
    name = options.name.removesuffix(".json")
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(known)}."
        raise Stop(f"There is no stock graph '{name}'. {hint}")
    return _put(options.out or f"{name}.json", known[name].read_bytes())


def _take(options: Namespace) -> int:
    """A picture's graph, under the picture's name."""
    if options.name is not None:
        raise Stop("Name a stock graph or a picture with --from, not both.")
    data = read(options.picture, lambda: _models(options))
    return _put(options.out or f"{Path(options.picture).stem}.json", data)


def _models(options: Namespace) -> Sequence[str]:
    settings = settings_of(options)
    return workplace.lists(workplace.catalogue(settings), settings).get("models", ())


def _put(out: str, data: bytes) -> int:
    if out == "-":
        print(data.decode(), end="")
    else:
        print(_write(Path(out), data))
    return OK


def _list(known: dict[str, Path]) -> None:
    from engine.graph import parse

    width = max(map(len, known), default=0)
    for name, file in known.items():
        graph = parse(file.read_bytes())
        print(f"{name:<{width}}  {graph.about or graph.title}")


def _write(path: Path, data: bytes) -> Path:
    if path.is_dir():
        raise Stop(f"'{path}' is a folder; name a file with -o.", FILES)
    try:
        with path.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise Stop(f"'{path}' is there already; name another file with -o.", FILES) from None
    except OSError as error:
        raise Stop(f"'{path}' cannot be written: {reason(error)}.", FILES) from None
    return path
