"""What is wrong with a name that stands for an entry of a list: models, LoRAs, pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import some
from .files import HASHED, UPLOAD
from .listwords import entry, remedy
from .pickles import CONVERT, is_pickle, refusal
from .plain import shown
from .ports import Choices

if TYPE_CHECKING:
    from .checker import Checker

FETCHED = re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}")


def check_choice(check: Checker, node_id: str, port: str, choices: Choices, value: str) -> None:
    """Reports a name that is on the machine's list neither as an entry nor as an upload."""
    name = choices.name
    known = check.lists.get(name) if check.lists else None
    if value.startswith(UPLOAD):
        if not HASHED.fullmatch(value):
            message = f"{shown(value)[9:]} is no name of an upload."
            fix = "It is 'sha256:' and 64 digits, 0 to 9 and a to f."
            check.add("unknown_upload", message, node_id, port, fix)
        return
    if known is None or value in known:
        return
    if is_pickle(value):
        check.add("unsafe_format", refusal(value), node_id, port, CONVERT)
        return
    message = f"There is no {entry(name)} {shown(value)[9:]} on this machine."
    hint = check.hint(value, known)
    if not hint and known:
        hint = f"There are: {some(known)}."
    fix = f"{hint} {remedy(name)}".strip()
    if choices.fetch and FETCHED.fullmatch(value):
        fix = choices.fetch.format(value)
    check.add(f"unknown_{name.removesuffix('s')}", message, node_id, port, fix)
