"""Our own source, looked through for what lets a file or a text become code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .book import Attack
from .deeds import deed
from .field import Field

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "nodes", "server", "graphs")
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_ATTRIBUTES = {
    ("os", "system"),
    ("os", "popen"),
    ("torch", "load"),
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib"}
FORBIDDEN_WORDS = {"shell": True, "trust_remote_code": True, "allow_pickle": True}
REVIEWED: frozenset[tuple[str, str]] = frozenset()
"""(file, what): hits that were looked at and are needed."""


@deed("F021", proves=["0 hits outside an explicit, reviewed allow-list"])
def source(field: Field, attack: Attack) -> None:
    assert set(hits()) <= REVIEWED, sorted(set(hits()) - REVIEWED)


def hits() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                for what in _found(node):
                    yield file.relative_to(ROOT).as_posix(), what


def _found(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in FORBIDDEN_MODULES)
    elif isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN_MODULES:
        yield str(node.module)
    elif isinstance(node, ast.Call):
        yield from _call(node)


def _call(node: ast.Call) -> Iterator[str]:
    function = node.func
    if isinstance(function, ast.Name) and function.id in FORBIDDEN_CALLS:
        yield function.id
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        pair = (function.value.id, function.attr)
        if pair in FORBIDDEN_ATTRIBUTES and not _weights_only(node):
            yield ".".join(pair)
    for word in node.keywords:
        if word.arg == "custom_pipeline":
            yield word.arg
        value = word.value
        if word.arg in FORBIDDEN_WORDS and not (
            isinstance(value, ast.Constant) and value.value is not FORBIDDEN_WORDS[word.arg]
        ):
            yield str(word.arg)


def _weights_only(node: ast.Call) -> bool:
    return any(
        word.arg == "weights_only" and isinstance(word.value, ast.Constant) and word.value.value
        for word in node.keywords
    )
