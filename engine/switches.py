"""The walker's Switch: which case is meant. Says nothing about what a case brings."""

from __future__ import annotations

from .errors import Problem
from .frames import Failure, Frame, Lost, Task
from .plan import Origin, Planned
from .structural import case_of
from .tasks import Tasks


class Switches(Tasks):
    """What a Switch does."""

    def chosen(self, node: Planned, frame: Frame) -> Task:
        """The case that a Switch's `on` picks, as an origin."""
        known = frame.cases.get(node) or self.failures.get((node, frame.turn))
        if known is None:
            known = yield from self._choose(node, frame)
            frame.cases[node] = known
            if isinstance(known, Failure):
                self.remember(node, frame, known)
        return known

    def _choose(self, node: Planned, frame: Frame) -> Task:
        on = yield from self.steering(node, "on", frame)
        return on if isinstance(on, Failure) else self._case(node, on, frame)

    def _case(self, node: Planned, on: object, frame: Frame) -> Origin | Failure:
        name = case_of(on, node.origins.keys() | node.lost)
        if name is None:
            cases = ", ".join(case for case in node.origins if case != "on")
            message = f"has no case for {on!r} and no default; its cases are {cases}."
            return self.fail(Problem("missing_input", message, node.path, "on"), frame.turn)
        if name in node.lost:
            return Lost(Problem("muted", f"The case '{name}' is muted.", node.path, name))
        return node.origins[name][0]
