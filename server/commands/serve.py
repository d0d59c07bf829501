"""Serve graphs over HTTP: queue, run, watch and keep them; the editor, and the API at /api/docs."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from server.arguments import Parser
from server.settings import add_folder_options, settings_of

LISTS = ("device", "allow_host", "allow_origin", "allow_webhook")
FLAGS = (
    *LISTS,
    *("host", "port", "token", "dtype", "gpu_memory", "ram"),
    *("web", "max_queue", "keep_days", "keep_gigabytes"),
)


def add_options(parser: Parser) -> None:
    parser.epilog = (
        "Every flag but --data, --models and --nodes can also be set in the environment "
        "(LATENTGRAPH_PORT)\nor in latentgraph.toml in the data folder (port = 8188). A token is "
        "better kept out of the\ncommand line, where other users may read it."
    )
    parser.add_argument("--host", metavar="ADDRESS", help="default 127.0.0.1: this machine only")
    parser.add_argument("--port", metavar="N", help="default 8188; 0 takes a free one")
    parser.add_argument("--data", metavar="DIR", help="where runs, graphs and pictures are kept")
    parser.add_argument("--token", metavar="TEXT", help="what clients must send to be let in")
    parser.add_argument(
        "--device", action="append", metavar="NAME", help="cpu, cuda, cuda:1, mps; one worker each"
    )
    parser.add_argument("--dtype", choices=("float32", "float16", "bfloat16"))
    parser.add_argument(
        "--gpu-memory",
        metavar="SIZE",
        help="most to take of each GPU, as 6GB; default: what is free",
    )
    parser.add_argument(
        "--ram", metavar="SIZE", help="most to take of RAM for models and kept values, in all"
    )
    for name, about in (
        ("host", "another name that this server goes by"),
        ("origin", "another site whose pages may use this server, such as http://localhost:5173"),
        ("webhook", "a host that may be told of runs that ended"),
    ):
        metavar = "ORIGIN" if name == "origin" else "HOST"
        parser.add_argument(f"--allow-{name}", action="append", metavar=metavar, help=about)
    parser.add_argument("--web", metavar="DIR", help="a built editor to serve instead")
    parser.add_argument("--max-queue", metavar="N", help="runs that may wait; default 1000")
    parser.add_argument("--keep-days", metavar="N", help="of ended runs; default 30, 0: for ever")
    parser.add_argument("--keep-gigabytes", metavar="N", help="of their files; default 20")
    add_folder_options(parser)


def main(options: Namespace) -> int:
    from server.api.logs import start_log
    from server.serving.operator import operator_of
    from server.serving.process import serve

    data = Path(options.data).absolute() if options.data else None
    settings = settings_of(options, data=data)
    operator = operator_of(settings.data, given(options))
    start_log(settings.data / "log")
    return serve(operator, settings, version())


def given(options: Namespace) -> dict[str, Any]:
    """The flags that were given, by setting."""
    return {name: getattr(options, name) for name in FLAGS if getattr(options, name) is not None}


def version() -> str:
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("latentgraph")
    except PackageNotFoundError:
        return "0+unknown"
