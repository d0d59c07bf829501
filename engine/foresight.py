"""The walker's foresight: a node that is sure to refuse what its wires will bring says so before
anything has run but static nodes.

What it does not foresee, or cannot know, it leaves to the run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from .declare import Implementation, names_of
from .errors import NodeError
from .frames import ABSENT, Frame, Task
from .plan import Origin, Planned, Ref
from .traits import Traits

log = logging.getLogger(__name__)
Prospects = tuple[Any, ...]
"""All that a port may be given, as values or traits."""


class Foresight(Traits):
    """What nodes say before their inputs are made."""

    def look_ahead(self) -> Task:
        """Asks the checks of every node that the run is sure to need, in whichever turn.

        Static nodes that it needs are run too: a loop that holds sinks is not named before it
        runs, so nothing else would tell of a broken file in it.
        """
        asking = {name for name, found in self.implementations.items() if found.checks}
        inner = any(sink.kind != "call" for sink in self.plan.sinks)
        if not inner and not any(node.type in asking for node in self.plan.nodes):
            return
        yield from self._find_needed()
        for node in self.plan.nodes:
            if node.declaration is None or node not in self.needed:
                continue
            if node.declaration.static:
                port = next(iter(node.declaration.outputs))
                yield from self.settled((Ref(node, port),), self.top, node)
            elif node.type in asking:
                failure = yield from self.foreseen(node, self.implementations[node.type], self.top)
                if failure is not None:
                    self.refused[node] = failure

    def _find_needed(self) -> Task:
        """Follows wires from what is wanted, through chosen cases and bodies sure to turn."""
        waiting: list[Origin] = [*self.plan.outputs.values()]
        waiting += [Ref(sink, "") for sink in self.plan.sinks]
        while waiting:
            origin = waiting.pop()
            if isinstance(origin, Ref) and not origin.inside and origin.node not in self.needed:
                self.needed.add(origin.node)
                waiting += yield from self._needs(origin.node)

    def _needs(self, node: Planned) -> Task:
        """The wires that a needed node is sure to ask for, and what is run for its own sake."""
        if node.kind == "switch":
            chosen = yield from self.case(node, self.top)
            return [*node.origins["on"], *([chosen] if chosen else ())]
        wires = [origin for origins in node.origins.values() for origin in origins]
        if node.kind != "call" and (yield from self.turns(node, self.top)):
            wires += node.next.values()
            wires += [node.collect[name] for name in node.wanted]
            wires += [Ref(inner, "") for inner in (*node.sinks, *node.guests)]
        return wires

    def foreseen(self, node: Planned, implementation: Implementation, frame: Frame) -> Task:
        """The Failure of a node whose checks refuse all that its wires may bring, or None.

        In a Repeat the first turn speaks for all.
        """
        if frame.index and frame.run is not None and frame.run.node.kind == "repeat":
            return None
        self.needed.add(node)
        plain = True
        for check in implementation.checks:
            ports = yield from self._prospects(node, check, frame)
            plain = plain and ports is not None and all(len(may) == 1 for may in ports.values())
            error = None if ports is None else _refusal(check, implementation, ports)
            if error is not None:
                first = (0,) * (node.home.depth - frame.scope.depth)
                return self.fail(error.at(node.path), (*frame.turn, *first))
        if plain and not frame.turn:
            self.cleared.add(node)
        return None

    def _prospects(self, node: Planned, function: Callable[..., Any], frame: Frame) -> Task:
        """What each input that `function` names may be given; None where one cannot be told."""
        found: dict[str, Prospects] = {}
        for name in names_of(function):
            origins = node.origins.get(name)
            if origins is None:
                if name in node.params:
                    found[name] = (node.params[name],)
                continue
            value = yield from self.settled(origins, frame, node)
            prospects = (
                (value,) if value is not ABSENT else (yield from self.traits(origins, frame))
            )
            if prospects is None:
                return None
            found[name] = prospects
        return found


def _refusal(
    check: Callable[..., None], implementation: Implementation, ports: Mapping[str, Prospects]
) -> NodeError | None:
    """What a check has against everything that may come; None if it would take some of it."""
    first: NodeError | None = None
    for values in product(*ports.values()):
        try:
            check(**implementation.built(dict(zip(ports, values, strict=True))))
        except NodeError as error:
            first = first or error
        except Exception:  # a pack's own function: what is unsure is no refusal
            log.debug("a check of %s", implementation.declaration.type, exc_info=True)
            return None
        else:
            return None
    return first
