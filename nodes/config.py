"""The scheduler file of a model as a value."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from engine import NodeError, Value

NON_FINITE = frozenset({"inf", "-inf", "nan"})


@dataclass(frozen=True)
class SchedulerConfig(Value):
    """A raw `scheduler_config.json`, kept as strict JSON text with sorted keys.

    Raw, as every class is to fill in its own defaults and not those of the class before.
    Numbers that JSON lacks, which diffusers writes, are held as {"float": "-inf"}.
    """

    port: ClassVar[str] = "config"
    text: str

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> SchedulerConfig:
        """From the parsed file."""
        strict = _strict(dict(raw))
        return cls(json.dumps(strict, sort_keys=True, allow_nan=False))

    @classmethod
    def from_file(cls, path: Path) -> SchedulerConfig:
        """From a `scheduler_config.json`. Raises NodeError where it is none."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise NodeError(
                f"The scheduler file {path.name} cannot be read as JSON: {error}.", port="config"
            ) from error
        if not isinstance(raw, dict):
            raise NodeError(f"The scheduler file {path.name} holds no object.", port="config")
        return cls.from_dict(raw)

    def to_dict(self) -> dict[str, Any]:
        """The file as it was parsed, non-finite numbers included; a new dict each time."""
        raw: dict[str, Any] = _loose(json.loads(self.text))
        return raw

    @cached_property
    def class_name(self) -> str:
        """The diffusers class that the file was written for, or nothing."""
        return str(self.to_dict().get("_class_name", ""))

    def digest(self) -> str:
        """Content key, from the text."""
        return hashlib.blake2b(self.text.encode(), digest_size=16).hexdigest()


def _strict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    return value


def _loose(value: Any) -> Any:
    if isinstance(value, list):
        return [_loose(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"float"} and value["float"] in NON_FINITE:
            return float(value["float"])
        return {key: _loose(item) for key, item in value.items()}
    return value
