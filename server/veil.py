"""What foreign code says in its errors, without what is nobody's business outside this machine.

A node is anybody's code: the text of its exception may hold folders, addresses of memory or a
secret out of the environment. The log keeps the whole text; clients get this one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace

from engine.errors import Problem

ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
FOLDER = re.compile(r"(?<![\w:/.])(?:[A-Za-z]:)?(?:[\\/][\w.@+~ -]*[\w.@+~-])+[\\/]([\w.@+~-]+)")
TRACE = re.compile(r"Traceback \(most recent call last\).*", re.DOTALL)
SECRET = re.compile(
    r"(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|KEY|COOKIE|AUTH|DSN)S?(_|$)",
    re.IGNORECASE,
)
"""Names of environment variables that hold secrets, by a word in them."""
SHORTEST = 6
"""A secret shorter than this is left: it would be found in ordinary words."""


def veiled(problem: Problem, environment: Mapping[str, str] = os.environ) -> Problem:
    """The problem with its sentences veiled."""
    message, fix = (veil(text, environment) for text in (problem.message, problem.fix))
    return replace(problem, message=message, fix=fix)


def veil(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text with secrets, addresses and traces gone, and of an absolute path its last name."""
    for secret in secrets(environment):
        text = text.replace(secret, "(a secret)")
    text = TRACE.sub("(its trace is in the log)", text)
    return FOLDER.sub(r"\1", ADDRESS.sub("0x...", text))


def secrets(environment: Mapping[str, str]) -> list[str]:
    """The values of variables that hold secrets, the longest first."""
    found = {value for name, value in environment.items() if SECRET.search(name)}
    return sorted((value for value in found if len(value) >= SHORTEST), key=len, reverse=True)
