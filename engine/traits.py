"""The walker's way back: what a wire will bring, as the makers of it can tell beforehand.

It goes over nodes that say `keeps=`, through loops and Switches, to those that say `traits=`.
Where one of them says nothing, nothing is known. Runs static nodes alone, and those only where
the run is sure to need them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from .declare import names_of
from .errors import NodeError
from .frames import ABSENT, Failure, Frame, Task, pending
from .plan import Origin, Planned, Ref, Scope, Typed
from .structural import turns_of
from .tasks import Tasks

log = logging.getLogger(__name__)
UNTOLD: tuple[Origin, ...] = (Typed(None),)


class Traits(Tasks):
    """What can be known of values that are not made yet."""

    def settled(self, origins: tuple[Origin, ...], frame: Frame, reader: Planned) -> Task:
        """The value of a port that hangs on typed values and static nodes alone, else ABSENT.

        Static nodes are run for it where the run is sure to need their reader.
        """
        if len(origins) != 1 or not _is_settled(origins, frame):
            return ABSENT
        (origin,) = origins
        if reader not in self.needed and not self._at_hand(origin, frame):
            return ABSENT
        value = yield from self.value(origin, frame)
        return ABSENT if isinstance(value, Failure) or pending(value) else value

    def traits(self, origins: Iterable[Origin], frame: Frame) -> Task:
        """The traits of all that wires may bring; None where a maker of it does not tell them."""
        found: list[Any] = []
        waiting, seen = [*origins], set[Origin]()
        while waiting:
            origin = waiting.pop()
            if origin in seen:
                continue
            seen.add(origin)
            if isinstance(origin, Typed):
                return None
            sources = yield from self._sources(origin, frame)
            if sources is None:
                trait = yield from self._trait(origin, frame)
                if trait is None:
                    return None
                found.append(trait)
            else:
                waiting += sources
        return tuple(found) or None

    def turns(self, node: Planned, frame: Frame) -> Task:
        """How often a loop turns, or None where that is not known beforehand."""
        over = yield from self.settled(node.origins["over"], frame, node)
        try:
            return None if over is ABSENT else len(turns_of(over))
        except NodeError:
            return None

    def case(self, node: Planned, frame: Frame) -> Task:
        """The case of a Switch, as an origin, or None where it is not known beforehand."""
        on = yield from self.settled(node.origins["on"], frame, node)
        if on is ABSENT or not _around(node.home, frame):
            return None
        chosen = yield self.chosen(node, self.home(node, frame))
        return None if isinstance(chosen, Failure) else chosen

    def _at_hand(self, origin: Origin, frame: Frame) -> bool:
        if isinstance(origin, Typed) or origin.inside:
            return True
        return origin.node in self.home(origin.node, frame).outputs

    def _sources(self, origin: Ref, frame: Frame) -> Task:
        """What an origin has its value from, one of these; None if it makes one itself."""
        node, port, inside = origin
        if node.kind == "switch":
            chosen = yield from self.case(node, frame)
            cases = [name for name in node.origins if name != "on"]
            if chosen is None:
                return [origin for name in cases for origin in node.origins[name]]
            return self._needed_by(node, (chosen,))
        if node.kind == "call":
            kept = self.implementations[node.type].keeps.get(port, ())
            wires = [origin for name in kept for origin in node.origins.get(name, ())]
            return self._needed_by(node, wires) or None
        if inside and port in {"item", "index"}:
            return node.origins["over"] if port == "item" else UNTOLD
        first = () if port in node.collect and not inside else node.origins[port]
        self._needed_by(node, first)
        if inside:
            return (*first, node.next[port])
        last = (node.collect[port] if port in node.collect else node.next[port],)
        turns = yield from self.turns(node, frame)
        if turns is None:
            return (*first, *last)
        return self._needed_by(node, last) if turns else first

    def _needed_by(self, node: Planned, wires: Sequence[Origin]) -> Sequence[Origin]:
        """What a needed node reads for certain is needed too."""
        if node in self.needed:
            self.needed.update(wire.node for wire in wires if isinstance(wire, Ref))
        return wires

    def _trait(self, origin: Ref, frame: Frame) -> Task:
        """What the maker of a value tells of it beforehand, or None."""
        node = origin.node
        implementation = self.implementations[node.type]
        if implementation.traits is None:
            return None
        arguments = {}
        for name in names_of(implementation.traits):
            if name in node.origins:
                value = yield from self.settled(node.origins[name], frame, node)
                if value is ABSENT:
                    return None
                arguments[name] = value
            elif name in node.params:
                arguments[name] = node.params[name]
        try:
            return implementation.traits(**implementation.built(arguments)).get(origin.port)
        except Exception:  # a pack's own function: the node itself will say what is wrong
            log.debug("the traits of %s", node.path, exc_info=True)
            return None


def _is_settled(origins: Iterable[Origin], frame: Frame) -> bool:
    """Whether wires hang on typed values, items of turns at hand, and static nodes alone."""
    waiting, seen = [*origins], set[Origin]()
    while waiting:
        origin = waiting.pop()
        if isinstance(origin, Typed) or origin in seen:
            continue
        seen.add(origin)
        node, port, inside = origin
        if inside:
            if port not in {"item", "index"} or not _around(node.body, frame):
                return False
            waiting += node.origins["over"] if port == "item" else ()
            continue
        static = node.declaration.static if node.declaration else node.kind == "switch"
        if not static or not _around(node.home, frame):
            return False
        for sources in node.origins.values():
            waiting += sources
    return True


def _around(scope: Scope | None, frame: Frame | None) -> bool:
    """Whether a frame is of this body, or of one within it."""
    while frame is not None and frame.scope is not scope:
        frame = frame.parent
    return frame is not None
