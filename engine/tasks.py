"""What the parts of the walker share: the state of one walk, and the tasks they ask of each other.

A task is a generator: it yields other tasks, or a Call, and is sent their results.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from .cache import Tier
from .declare import Implementation
from .errors import Problem
from .frames import (
    PENDING,
    Failure,
    Frame,
    LoopRun,
    Lost,
    Observer,
    Outcome,
    Task,
    Unknown,
    path_of,
    unknown,
)
from .keys import Known
from .plan import Origin, Plan, Planned


class Tasks(ABC):
    """One walk over one plan. `known` keys may be kept between walks of the same plan and salt."""

    def __init__(
        self,
        plan: Plan,
        implementations: Mapping[str, Implementation],
        cache: Tier,
        observer: Observer,
        *,
        salt: str = "",
        sources: Mapping[str, str] | None = None,
        files: Any = None,
        known: Known | None = None,
    ) -> None:
        self.plan = plan
        self.implementations = implementations
        self.cache = cache
        self.observer = observer
        self.salt = salt
        self.sources = sources or {}
        self.files = files
        self.spent = 0.0
        self.calls = 0
        self.inexact = False
        self.unknown: dict[str, str] = {}
        self.needed: set[Planned] = set()  # what the run is sure to ask for (see `foresight`)
        self.cleared: set[Planned] = set()  # of these, what has nothing against any turn
        self.refused: dict[Planned, Failure] = {}  # of these, what will fail in any turn
        self.failures: dict[tuple[Planned, tuple[int, ...]], Failure] = {}
        if known is None or _looks_outside(plan, implementations):
            known = Known()
        self.known = known
        self.top = Frame(plan.top, None, keys=known.keys, digests=known.digests)
        self.outcome = Outcome()

    @abstractmethod
    def value(self, origin: Origin, frame: Frame) -> Task:
        """The value a wire brings to a reader in `frame`, or a Failure."""

    @abstractmethod
    def outputs(self, node: Planned, frame: Frame) -> Task:
        """All outputs of a call: known, kept, or made now."""

    @abstractmethod
    def fragment(self, origin: Origin, frame: Frame) -> Task:
        """The key of what a wire brings: a text, a SequenceKey, or a Failure."""

    @abstractmethod
    def extra(self, node: Planned, implementation: Implementation, frame: Frame) -> Task:
        """What stands for the inputs under `effective`, and for what is read from outside."""

    @abstractmethod
    def foreseen(self, node: Planned, implementation: Implementation, frame: Frame) -> Task:
        """The Failure of a node that is sure to refuse what its wires will bring, or None."""

    @abstractmethod
    def chosen(self, node: Planned, frame: Frame) -> Task:
        """The case that a Switch's `on` picks, as an origin."""

    @abstractmethod
    def loop(self, node: Planned, frame: Frame) -> Task:
        """A loop with its items and the keys of its initial values."""

    @abstractmethod
    def extend(self, run: LoopRun, count: int) -> Task:
        """Makes frames and keys for the first `count` turns; a Failure, or None."""

    @abstractmethod
    def finish(self, node: Planned, frame: Frame) -> Task:
        """A loop run to its end, or the Failure that ended it."""

    @abstractmethod
    def advance(self, run: LoopRun, turn: int) -> Task:
        """Brings the carried values to the start of `turn`; a Failure, or None."""

    def steering(self, node: Planned, port: str, frame: Frame) -> Task:
        """What says how often a loop turns or which case is meant; a Failure where it is not
        to be had, or not before something has run."""
        origin = node.origins[port][0]
        value = yield from self.value(origin, frame)
        if isinstance(value, Failure):
            return self.passed_on(node, value)
        return self.passed_on(node, unknown(path_of(origin))) if value is PENDING else value

    def fail(self, problem: Problem, turn: tuple[int, ...]) -> Failure:
        self.observer.failed(problem, turn)
        return Failure(problem)

    def passed_on(self, node: Planned, failure: Failure) -> Failure:
        """A node's failure that is another's; a forecast notes what it waits for."""
        if type(failure) is Unknown:
            self.unknown[node.path] = failure.problem.path
        return failure

    def remember(self, node: Planned, frame: Frame, failure: Failure) -> Failure:
        """Notes that a node failed in this turn: it is not asked again, whatever is forgotten."""
        self.failures[node, frame.turn] = failure
        return failure

    def note(self, name: str, failure: Failure) -> None:
        """Takes a failure that reached an output or a sink into the outcome."""
        if type(failure) is Lost:
            self.outcome.lost[name] = None
        elif failure not in self.outcome.failures:
            self.outcome.failures.append(failure)

    def home(self, node: Planned, frame: Frame) -> Frame:
        """The frame of the node's home, which is `frame` or one around it."""
        scope = node.home
        while frame.scope is not scope:
            assert frame.parent is not None
            frame = frame.parent
        return frame

    def body_frame(self, loop: Planned, frame: Frame) -> Frame:
        """The frame of the turn of `loop` that is around `frame`."""
        while frame.scope is not loop.body:
            assert frame.parent is not None
            frame = frame.parent
        return frame


def _looks_outside(plan: Plan, implementations: Mapping[str, Implementation]) -> bool:
    lookers = {name for name, found in implementations.items() if found.fingerprint is not None}
    return bool(lookers) and any(node.type in lookers for node in plan.nodes)
