"""The options of commands that take one graph with values: FILE, `--set`, the folders."""

from __future__ import annotations

from . import source
from .arguments import Parser
from .settings import add_folder_options

GRAPH_FILE = (
    "a graph: JSON, a picture (PNG, WebP or JPEG) made by latentgraph or A1111, a stock graph's "
    "name, or - for standard input"
)


def add_graph_options(parser: Parser) -> None:
    """FILE, `--set`, and the folders."""
    parser.add_argument(
        "file",
        nargs="?",
        default=source.DEFAULT,
        metavar="FILE",
        help=f"{GRAPH_FILE} (default: %(default)s)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NODE.PARAM=VALUE",
        help="set any typed value of a node, in bodies too; may be repeated",
    )
    add_folder_options(parser)
