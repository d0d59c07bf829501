"""Which tokens are the command's own, and which are a graph's."""

from __future__ import annotations

import pytest

from server.arguments import Parser, split
from server.exits import Stop


@pytest.fixture
def parser() -> Parser:
    parser = Parser(prog="test")
    parser.add_argument("file", nargs="?")
    parser.add_argument("-o", "--out")
    parser.add_argument("--json", action="store_true")
    return parser


@pytest.mark.parametrize(
    ("tokens", "own", "given"),
    [
        (["a.json", "--prompt", "b.json"], ["a.json"], {"prompt": "b.json"}),
        (["--prompt", "red", "a.json"], ["a.json"], {"prompt": "red"}),
        (["--prompt=a=b"], [], {"prompt": "a=b"}),
        (["--prompt", "-1"], [], {"prompt": "-1"}),
        (["--prompt", "--looks like a flag"], [], {"prompt": "--looks like a flag"}),
        (["--switch-at", "3"], [], {"switch_at": "3"}),
        (["-o", "x", "--out=y", "--json"], ["-o", "x", "--out=y", "--json"], {}),
        (["--", "--prompt"], ["--", "--prompt"], {}),
        (["--prompt", ""], [], {"prompt": ""}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_split(tokens: list[str], own: list[str], given: dict[str, str], parser: Parser) -> None:
    assert split(tokens, parser) == (own, given)


@pytest.mark.parametrize("tokens", [["--prompt"], ["--prompt", "--json"], ["--prompt", "--out=x"]])
def test_a_missing_value_is_a_sentence(tokens: list[str], parser: Parser) -> None:
    with pytest.raises(Stop, match="--prompt wants a value"):
        split(tokens, parser)
