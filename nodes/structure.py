"""A module's structure cloned: new modules around the very same tensors."""

from __future__ import annotations

from copy import deepcopy
from types import MethodType
from typing import Any

from torch import nn

PLAIN = frozenset({int, float, bool, str, type(None)})
HOOKS = ("_hooks", "_hooks_with_kwargs")
OWN = ("_buffers", "_parameters", "_modules", "_non_persistent_buffers_set")


def cloned(module: Any) -> Any:
    """The structure anew, with the same parameters, buffers and tokenizers.

    Modules know each other as registered children, and those are walked here; where one is held
    in another way, Python's deepcopy finds it, many times slower.
    """
    try:
        return _twin(module, {})
    except _EntangledError:
        kept = (*module.parameters(), *module.buffers(), *getattr(module, "tokenizers", ()))
        return deepcopy(module, {id(each): each for each in kept})


class _EntangledError(Exception):
    """A module is held other than as a registered child."""


def _twin(module: Any, done: dict[int, Any]) -> Any:
    if id(module) in done:
        return done[id(module)]
    twin = done[id(module)] = module.__class__.__new__(module.__class__)
    state = twin.__dict__
    for name, value in module.__dict__.items():
        if name in OWN or name.endswith(HOOKS):
            state[name] = value.copy()
        elif type(value) not in PLAIN and _holds(value):
            raise _EntangledError
        else:
            state[name] = value
    children = state["_modules"]
    for name, child in children.items():
        children[name] = None if child is None else _twin(child, done)
    return twin


def _holds(value: Any) -> bool:
    """Whether a module, or a method of one, is in an attribute."""
    if isinstance(value, nn.Module):
        return True
    if isinstance(value, MethodType):
        return isinstance(value.__self__, nn.Module)
    if isinstance(value, list | tuple | set):
        return any(map(_holds, value))
    return isinstance(value, dict) and any(map(_holds, value.values()))
