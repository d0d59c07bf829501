"""List the node types by category, or show one (or those found by a word) with ports and docs."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from server.arguments import Parser
from server.exits import OK, Stop
from server.settings import add_folder_options, settings_of

if TYPE_CHECKING:
    from engine.catalogue import Catalogue
    from engine.ports import Declaration

STRUCTURAL = {
    "Repeat": "The body once for each item of `over`, values carried from turn to turn.",
    "Map": "The body for each item of `over`, independent of each other; results collected.",
    "Switch": "One of several inputs, chosen by `on`; the others are not computed.",
    "Subgraph": "One of the file's `definitions` as a single node.",
}
FORMS = {
    "Repeat": """
"loop": {"type": "Repeat", "inputs": {"over": "schedule.steps", "latent": "noise.latent"},
         "body": {...}, "next": {"latent": "move.latent"}}

over is an integer or a list; every other input is carried, and next names its value after the turn.
In the body: loop.latent (at the start of the turn), loop.item, loop.index (from 0). Outside:
loop.latent, the last one. "collect": {"all": "move.latent"} gives loop.all, one a turn.
"show": "clean.latent" is what previews show; it changes no result.""",
    "Map": """
"each": {"type": "Map", "params": {"over": [1, 2, 3]},
         "body": {...}, "collect": {"image": "decode.image"}}

over is an integer or a list. In the body: each.item, each.index. Outside: each.image, a list.""",
    "Switch": """
"pick": {"type": "Switch", "inputs": {"on": "late.value", "true": "a.image", "false": "b.image"}}

on is true or false, an integer or a text; the cases are its values, or default.
Gives pick.value.""",
    "Subgraph": """
"sampler": {"type": "Subgraph", "graph": "sampler", "params": {"steps": 20}, "inputs": {...}}

graph names a definition of the file; its public inputs and outputs are the ports.""",
}


def add_options(parser: Parser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a type, an alias, or a word")
    parser.add_argument("--json", action="store_true", help="the declarations as JSON")
    add_folder_options(parser)


def main(options: Namespace) -> int:
    from server import workplace

    found = workplace.catalogue(settings_of(options))
    for sentence in workplace.broken_packs(found):
        print(sentence, file=sys.stderr)
    if options.name in STRUCTURAL:
        print(f"{options.name}  (structural)\n{STRUCTURAL[options.name]}\n{FORMS[options.name]}")
        return OK
    chosen = search(options.name, found) if options.name else list(found.declarations.values())
    if options.json:
        print(_json(chosen))
    elif options.name is None:
        print("\n".join(_listed(chosen)), "", "structural", *_structural(), sep="\n")
    elif len(chosen) == 1:
        print("\n".join(page(chosen[0])))
    else:
        print("\n".join(_listed(chosen)))
    return OK


def search(name: str, found: Catalogue) -> list[Declaration]:
    """The type of that name, else those with that alias, else those that mention it.

    Raises Stop where there is none.
    """
    from engine.errors import nearest

    word, all_of_them = name.lower(), list(found.declarations.values())
    for matches in (
        [item for item in all_of_them if item.type.lower() == word],
        [item for item in all_of_them if word in (alias.lower() for alias in item.aliases)],
        [item for item in all_of_them if word in _words(item)],
    ):
        if matches:
            return matches
    hint = nearest(name, found.declarations)
    raise Stop(f"There is no node type '{name}'. {hint}".strip())


def page(node: Declaration) -> Iterator[str]:
    """One node in full: what it does, its inputs with limits and defaults, its outputs."""
    from server.words import input_in_words

    yield f"{node.type}  ({node.category})"
    yield node.summary
    if node.doc:
        yield ""
        yield node.doc
    if node.inputs:
        yield "\ninputs"
        yield from _aligned([(port.name, input_in_words(port)) for port in node.inputs.values()])
    if node.outputs:
        yield "\noutputs"
        yield from _aligned([(port.name, port.type) for port in node.outputs.values()])
    if node.aliases:
        yield "\nalso found as " + ", ".join(node.aliases)


def _listed(nodes: list[Declaration]) -> Iterator[str]:
    width = max((len(node.type) for node in nodes), default=0)
    for number, category in enumerate(sorted({node.category for node in nodes})):
        yield ("\n" if number else "") + category
        for node in sorted(nodes, key=lambda item: item.type):
            if node.category == category:
                yield f"  {node.type:<{width}}  {node.summary}"


def _structural() -> list[str]:
    return _aligned(list(STRUCTURAL.items()))


def _aligned(pairs: list[tuple[str, str]]) -> list[str]:
    width = max(len(name) for name, _ in pairs)
    return [f"  {name:<{width}}  {text}" for name, text in pairs]


def _words(node: Declaration) -> str:
    return " ".join((node.type, node.category, node.summary, *node.aliases)).lower()


def _json(nodes: list[Declaration]) -> str:
    from dataclasses import asdict

    return json.dumps([asdict(node) for node in nodes], indent=2, ensure_ascii=False)
