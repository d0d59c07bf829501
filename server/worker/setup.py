"""What a worker process is told when it starts, and how long the server is patient with it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

Json = Any
PREFIX = "LATENTGRAPH_"
SECRET = re.compile(
    r"(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|KEY|COOKIE|AUTH|DSN)S?(_|$)",
    re.IGNORECASE,
)
NEEDED = frozenset({"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
"""Secrets that a worker does need: for model downloads that somebody asked for."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The engine that a worker makes.

    device, dtype: None leaves the choice to the engine. models, images: folders of files that
    graphs may name. uploads: by content hash. nodes: the user's own pack. values, hashes: where
    kept values and hashes of files lie on disk, None for nowhere. gpu_memory, ram: bytes that may
    be taken in all, None sets no limit. Budgets are bytes, and stand over their shares of these;
    None is the engine's own. threads: of torch; None leaves them alone. nice: how far the process
    steps back behind the server. warm: whether what runs will need is imported beforehand.
    """

    device: str | None = None
    dtype: str | None = None
    models: tuple[Path, ...] = ()
    images: tuple[Path, ...] = ()
    uploads: Path | None = None
    nodes: Path | None = None
    values: Path | None = None
    hashes: Path | None = None
    gpu_memory: int | None = None
    ram: int | None = None
    ram_budget: int | None = None
    store_budget: int | None = None
    model_budget: int | None = None
    threads: int | None = None
    nice: int = 5
    warm: bool = True

    def to_json(self) -> dict[str, Json]:
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Setup:
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        for name in ("models", "images"):
            known[name] = tuple(Path(text) for text in known.get(name) or ())
        for name in ("uploads", "nodes", "values", "hashes"):
            known[name] = Path(known[name]) if known.get(name) else None
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds.

    start: until a new process must answer; importing torch on a busy machine takes its time.
    cancel: until a run that was cancelled must have ended, else its process is replaced.
    silence: without any sign of life, after which a process counts as hung. run: the longest that
    a run may take, None for as long as it likes. retry, retry_most: the pause before a process
    that died is started again, doubled each time it dies without having finished a run.
    """

    start: float = 180.0
    cancel: float = 15.0
    beat: float = 5.0
    silence: float = 120.0
    run: float | None = None
    retry: float = 0.5
    retry_most: float = 30.0


def surroundings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a worker: no settings of the server, and no secrets that it needs not.

    A variable is taken for a secret where a word of its name says so (`API_KEY`, `DB_PASSWORD`).
    """
    found = os.environ if environment is None else environment
    return {name: value for name, value in found.items() if _is_harmless(name)}


def _is_harmless(name: str) -> bool:
    if name in NEEDED:
        return True
    return not name.startswith(PREFIX) and not SECRET.search(name)


def _plain(value: Any) -> Json:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
