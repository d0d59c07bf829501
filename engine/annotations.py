"""Annotations of a node's parameters read as plain types, and JSON built back into them."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from .plain import Json, Kind, Limits, Member, Plain
from .values import Value

SCALARS: dict[type, Kind] = {int: "int", float: "float", str: "str", bool: "bool"}


class DeclarationError(TypeError):
    """A function whose signature cannot be a node; says which parameter and why."""


def strip(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """An annotation without `Annotated`, and what that held."""
    if get_origin(annotation) is Annotated:
        core, *metadata = get_args(annotation)
        return core, tuple(metadata)
    return annotation, ()


def without_none(annotation: Any) -> tuple[Any, bool]:
    """`T | None` as T, and whether None was in it."""
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return annotation, False


def element_of(annotation: Any) -> Any:
    """The T of a list, sequence or open tuple of T; None for anything else."""
    if get_origin(annotation) in {list, Sequence}:
        return get_args(annotation)[0]
    if get_origin(annotation) is tuple and get_args(annotation)[1:] == (Ellipsis,):
        return get_args(annotation)[0]
    return None


def plain_of(annotation: Any) -> Plain | None:
    """The plain type that an annotation says, limits included; None if it says none."""
    core, metadata = strip(annotation)
    core, nullable = without_none(core)
    inner, more = strip(core)
    limits = _limits((*metadata, *more))
    if inner in SCALARS:
        return Plain(SCALARS[inner], nullable, limits)
    if get_origin(inner) is Literal:
        if not all(type(choice) is str for choice in get_args(inner)):
            raise DeclarationError(f"{inner!r}: the choices of a Literal are texts")
        return Plain("enum", nullable, limits, values=tuple(get_args(inner)))
    element = element_of(inner)
    if element is not None:
        of = plain_of(element)
        return None if of is None else Plain("list", nullable, limits, element=of)
    if isinstance(inner, type) and is_dataclass(inner) and not issubclass(inner, Value):
        return Plain("record", nullable, limits, name=inner.__name__, members=_members(inner))
    return None


def _members(record: Any) -> tuple[Member, ...]:
    hints = get_type_hints(record, include_extras=True)
    members = []
    for field in fields(record):
        plain = plain_of(hints[field.name])
        if plain is None:
            raise DeclarationError(f"{record.__name__}.{field.name} is not of a plain type")
        required = field.default is MISSING and field.default_factory is MISSING
        default = None if required else as_json(_default(field))
        members.append(Member(field.name, plain, required, default))
    return tuple(members)


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _limits(metadata: Sequence[Any]) -> Limits | None:
    found: dict[str, Any] = {}
    for item in metadata:
        for part in item.metadata if isinstance(item, FieldInfo) else [item]:
            for name in ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length"):
                bound = getattr(part, name, None)
                if bound is not None:
                    found[name] = bound
    return Limits(**found) if found else None


def as_json(default: Any) -> Json:
    """A default value as it would stand in a graph file."""
    if isinstance(default, tuple | list):
        return [as_json(item) for item in default]
    if is_dataclass(default) and not isinstance(default, type):
        return {field.name: as_json(getattr(default, field.name)) for field in fields(default)}
    return default


def build(annotation: Any, value: Any) -> Any:
    """JSON lists and objects as the tuples and frozen dataclasses that the function declared."""
    core, _ = strip(without_none(strip(annotation)[0])[0])
    if value is None or core in SCALARS:
        return value
    element = element_of(core)
    if element is not None:
        items = [build(element, item) for item in value]
        return items if get_origin(core) is list else tuple(items)
    if isinstance(value, dict) and is_dataclass(core) and isinstance(core, type):
        hints = get_type_hints(core, include_extras=True)
        return core(**{name: build(hints[name], item) for name, item in value.items()})
    return value
