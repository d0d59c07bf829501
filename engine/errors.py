"""The one family of errors: a code, a place in the graph, and a sentence a user can act on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `path` is the node's path (`sampler/predict`), empty for the graph itself; `port` the input,
    param or output; `message` says what came and what was wanted; `fix` what to do, if known.
    """

    code: str
    message: str
    path: str = ""
    port: str = ""
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.path}.{self.port}" if self.path and self.port else self.path or self.port
        head = f"{place}: {self.message}" if place else self.message
        return f"{head} {self.fix}" if self.fix else head

    def to_json(self) -> dict[str, str]:
        return asdict(self)


class LatentgraphError(Exception):
    """Base of every error this project raises on purpose."""


class GraphError(LatentgraphError):
    """A graph that cannot be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NodeError(LatentgraphError):
    """Raised by a node (or while building a model): the engine adds which node it was.

    `message` is one or two sentences for the user; `port` names the input at fault.
    """

    def __init__(self, message: str, *, code: str = "node_failed", port: str = "", fix: str = ""):
        super().__init__(message)
        self.message = message
        self.code = code
        self.port = port
        self.fix = fix

    def at(self, path: str) -> Problem:
        return Problem(self.code, self.message, path, self.port, self.fix)


class RunCancelled(LatentgraphError):  # noqa: N818 - to be cancelled is no error
    """Raised out of a node's `ctx.check_cancelled()` once the run was cancelled."""


def some(names: Sequence[str]) -> str:
    """A list of names for a sentence, cut short."""
    if not names:
        return "none"
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more


def nearest(name: str, known: Iterable[str]) -> str:
    """A ready-made hint, `Did you mean 'steps'?`, or nothing."""
    pool = list(known)
    folded = {item.lower(): item for item in reversed(pool)}
    match = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return f"Did you mean '{folded[match[0]]}'?" if match else ""
