"""Copy a stock graph to start from. Without NAME, list them."""

from __future__ import annotations

from argparse import Namespace
from difflib import get_close_matches
from pathlib import Path

from server.arguments import Parser
from server.exits import FILES, OK, Stop, reason
from server.source import stock


def add_options(parser: Parser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a stock graph")
    parser.add_argument("-o", "--out", metavar="FILE", help="default: NAME.json here; - prints it")


def main(options: Namespace) -> int:
    known = stock()
    if options.name is None:
        _list(known)
        return OK
    name = options.name.removesuffix(".json")
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(known)}."
        raise Stop(f"There is no stock graph '{name}'. {hint}")
    data = known[name].read_bytes()
    if options.out == "-":
        print(data.decode(), end="")
    else:
        print(_write(Path(options.out or f"{name}.json"), data))
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
