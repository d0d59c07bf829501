"""The command line taken apart: fixed options, and the flags that a graph's public inputs bring."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from .exits import Stop


class Parser(ArgumentParser):
    """An argument parser that remembers its own flags, so that all others are a graph's."""

    def __init__(self, **settings: Any) -> None:
        self.flags: set[str] = set()
        settings = {"formatter_class": RawDescriptionHelpFormatter, **settings}
        super().__init__(allow_abbrev=False, **settings)

    def add_argument(self, *names: str, **settings: Any) -> Any:
        self.flags |= {name for name in names if name.startswith("-")}
        return super().add_argument(*names, **settings)


def split(tokens: list[str], parser: Parser) -> tuple[list[str], dict[str, str]]:
    """The parser's own tokens, and by name the values of `--name value` flags it does not know.

    A graph's flag always takes one value, so this needs no look at the graph. Raises Stop where
    a value is missing.
    """
    own: list[str] = []
    given: dict[str, str] = {}
    rest = iter(tokens)
    for token in rest:
        flag, equals, value = token.partition("=")
        if token == "--":
            own += [token, *rest]
        elif not flag.startswith("--") or flag in parser.flags:
            own.append(token)
        else:
            given[_name(flag)] = value if equals else _value(flag, next(rest, None), parser)
    return own, given


def _name(flag: str) -> str:
    return flag[2:].replace("-", "_")


def _value(flag: str, token: str | None, parser: Parser) -> str:
    if token is None or token.partition("=")[0] in parser.flags:
        raise Stop(f"{flag} wants a value. A text that looks like a flag is given as {flag}=TEXT.")
    return token
