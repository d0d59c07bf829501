"""Ports and declarations as plain data: all that is known of a node without importing it.

Validation, the command line, the server and the editor work from this alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .plain import Json, Plain


@dataclass(frozen=True, slots=True)
class Choices:
    """An annotation: the text names an entry of a list that is found on the machine.

    `extra` are entries that need no file; `match` are the glob patterns, below the configured
    folders of this name, whose matches (or the folders that hold a matched `folder_of` file)
    are the entries. `without` leaves out what is of another kind though it lies in the same
    folders: a file that holds a tensor whose name begins so, a folder whose config.json names
    such a class; what cannot be told stays. `describe` is the `module:function` that says what
    an entry is, from its path and the list's name (see `listing`). `fetch` says how an entry
    named `AUTHOR/NAME` that is not there may be had, with `{}` for its name.
    """

    name: str
    extra: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    folder_of: str = ""
    without: tuple[str, ...] = ()
    describe: str = ""
    fetch: str = ""


@dataclass(frozen=True, slots=True)
class Widget:
    """An annotation: how an editor shows a plain input (`multiline`, `seed`, `image`, `curve`)."""

    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """An input port. `plain` is set where it may also be typed in; `many` takes a list of wires."""

    name: str
    type: str
    plain: Plain | None = None
    many: bool = False
    required: bool = True
    default: Json = None
    choices: Choices | None = None
    widget: Widget | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """An output port. `content`: its value has a digest, which is its key."""

    name: str
    type: str
    content: bool = False
    plain: Plain | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A limit on the product of several plain inputs, such as width * height * batch."""

    names: tuple[str, ...]
    at_most: int
    unit: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A node type. `effective` names the inputs that its key sees only through a function."""

    type: str
    category: str
    inputs: Mapping[str, Input]
    outputs: Mapping[str, Output]
    summary: str = ""
    doc: str = ""
    version: int = 1
    static: bool = False
    aliases: tuple[str, ...] = ()
    effective: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    upgrade: Mapping[int, Mapping[str, Json]] = field(default_factory=dict)
    products: tuple[Product, ...] = ()
    pack: str = ""

    @property
    def sink(self) -> bool:
        """A node without outputs: always wanted, never cached."""
        return not self.outputs


def sequence_of(type_name: str) -> str:
    """The element type of `list[T]`, or nothing where the type is no sequence."""
    return type_name[5:-1] if type_name.startswith("list[") else ""
