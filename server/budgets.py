"""The flags that limit memory: --gpu-memory 6GB, --ram 8GB."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from server.arguments import Parser

if TYPE_CHECKING:
    from engine.memory import Memory


def add_memory_options(parser: Parser) -> None:
    """Sizes as in 6GB or 512MB."""
    parser.add_argument(
        "--gpu-memory",
        type=size,
        metavar="SIZE",
        help="most to take of the GPU's memory, as 6GB; default: what is free",
    )
    parser.add_argument(
        "--ram", type=size, metavar="SIZE", help="most to take of RAM for models and kept values"
    )


def size(text: str) -> int:
    """Bytes. Raises ArgumentTypeError, which the parser puts in its own sentence."""
    from engine.memory import bytes_of

    try:
        return bytes_of(text)
    except ValueError as wrong:
        raise ArgumentTypeError(str(wrong)) from None


def memory_of(options: Namespace) -> Memory:
    """The budgets that a command was given."""
    from engine.memory import Memory

    return Memory(gpu=options.gpu_memory, ram=options.ram)
