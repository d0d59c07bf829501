"""What a node is handed besides its inputs: device, models, files, progress and cancel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import RunCancelled
from .files import Files


class Recipe(Protocol):
    """How a module is made: a frozen value with a content key.

    `weight_set` names the tensors it shares with its variants (a LoRA on a base has the base's).
    `build` makes the module in eval mode on the CPU; a variant leases its base from `pool`
    and never changes it.
    """

    def digest(self) -> str: ...
    def weight_set(self) -> str: ...
    def build(self, pool: ModelPool) -> Any: ...


class ModelPool(Protocol):
    """Modules by recipe, shared and kept within a byte budget."""

    def use(self, recipe: Recipe) -> AbstractContextManager[Any]:
        """A lease on the built module, on the run's device until the lease ends."""
        ...

    def fits(self, size: int) -> bool:
        """Whether so many bytes can be had on the device beside what is leased now.

        Models without a lease make room for them. Ask before a step that takes much.
        """
        ...

    def release(self) -> None:
        """Sends every model without a lease away from the device."""
        ...


@dataclass(frozen=True, slots=True)
class Artifact:
    """A finished file that a sink hands over: never a path, the host decides where it goes.

    `name` is a template without extension; `{title}`, `{seed}` and `{n}` are filled in by the
    host. `preview` marks pictures that are shown and not kept.
    """

    data: bytes
    media_type: str
    name: str = "{title} {n}"
    preview: bool = False


def _no_progress(done: int, total: int) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False


def _unheard(message: str, exact: bool) -> None:
    """Nobody reads it."""


def _nothing_to_free() -> None:
    """Nothing is idle."""


def _discard(artifact: Artifact) -> None:
    """Nobody keeps it."""


@dataclass(frozen=True, slots=True)
class Context:
    """A node's view of its run. A parameter annotated `Context` is no port."""

    pool: ModelPool
    files: Files
    device: str = "cpu"
    dtype: str = "float32"
    document: str = ""
    seed: str = ""
    path: str = ""
    turn: tuple[int, ...] = ()
    on_progress: Callable[[int, int], None] = _no_progress
    on_artifact: Callable[[Artifact], None] = _discard
    is_cancelled: Callable[[], bool] = _never
    on_notice: Callable[[str, bool], None] = _unheard
    free: Callable[[], None] = _nothing_to_free
    """Drops and moves out whatever is idle: the answer to a shortage of memory."""

    def notice(self, message: str, *, exact: bool = True) -> None:
        """Tells of this call, in a sentence, what whoever runs the graph should know.

        exact: False where memory made it give other bits than it always does: neither this
        result nor what follows in the run is then kept under its key.
        """
        self.on_notice(message, exact)

    def progress(self, done: int, total: int) -> None:
        """Says how far a long call is; also a place where a cancel may land."""
        self.check_cancelled()
        self.on_progress(done, total)

    def check_cancelled(self) -> None:
        """Raises RunCancelled once the run was cancelled."""
        if self.is_cancelled():
            raise RunCancelled

    def save(self, artifact: Artifact) -> None:
        """Hands a finished file to the host. For sinks."""
        self.on_artifact(artifact)
