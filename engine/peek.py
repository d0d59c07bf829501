"""A kept value looked at: found by its key, as a run would find it, with nothing run for it.

`turn` counts from 0, one number for each loop around the wire. For a loop's own port one more
picks a turn: `[3]` is its value at the end of turn 3, `[-1]` what it started from, `[]` what it
ended with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .errors import GraphError, Problem
from .frames import ABSENT, Failure, Frame, LoopRun, Task
from .graph import Graph
from .keys import turn_key
from .plain import Json
from .plan import Origin, Planned, Ref
from .report import Reporter
from .walk import Walker

if TYPE_CHECKING:
    from .session import Engine, Prepared

Turn = tuple[int, ...]
LOOPS = frozenset({"repeat", "map"})


class Peek(Walker):
    """A walk that looks for one value and stops where a node would have to run."""

    in_order = False
    found: Any = ABSENT
    wire: tuple[Planned, str, Turn]

    def _roots(self) -> Task:
        node, port, turn = self.wire
        self.found = yield from self._look(node, port, turn)

    def _look(self, node: Planned, port: str, turn: Turn) -> Task:
        """The value of a port at a turn, or ABSENT."""
        loops = _around(node)
        rest = turn[len(loops) :]
        if len(turn) < len(loops) or len(rest) > (node.kind in LOOPS):
            return ABSENT
        frame = yield from self._frame(loops, turn)
        return ABSENT if frame is ABSENT else (yield from self._at(node, port, frame, rest))

    def _at(self, node: Planned, port: str, frame: Frame, turn: Turn = ()) -> Task:
        """The value of a port as a reader in `frame` gets it; `turn` picks one of a loop's own."""
        home = self.home(node, frame)
        if node.kind == "call":
            return (yield from self._of_call(node, port, home))
        if node.kind in LOOPS:
            return (yield from self._of_loop(node, port, home, turn))
        chosen = yield self.chosen(node, home)
        if isinstance(chosen, Failure) or port != "value":
            return ABSENT
        return (yield from self._of_origin(chosen, home))

    def _frame(self, loops: list[Planned], turn: Turn) -> Task:
        """The frame of a turn in each of `loops`, outermost first, or ABSENT."""
        frame = self.top
        for loop, index in zip(loops, turn, strict=False):
            run = yield self.loop(loop, self.home(loop, frame))
            if isinstance(run, Failure) or not 0 <= index < run.count:
                return ABSENT
            failure = yield self.extend(run, index + 1)
            if failure is not None:
                return ABSENT
            frame = run.frames[index]
        return frame

    def _of_call(self, node: Planned, port: str, home: Frame) -> Task:
        assert node.declaration is not None
        ports = list(node.declaration.outputs)
        if port not in ports:
            return ABSENT
        if node.declaration.static:
            outputs = yield self.outputs(node, home)
            return ABSENT if isinstance(outputs, Failure) else outputs[ports.index(port)]
        key = yield self.key(node, home)
        entry = None if isinstance(key, Failure) else self.cache.get(key)
        if entry is not None:
            return entry.outputs[ports.index(port)]
        return self._at_the_end(node, port, home)

    def _at_the_end(self, node: Planned, port: str, frame: Frame) -> Any:
        """A body's value that its loop carries or collects, out of what is kept of the turn."""
        run = frame.run
        if run is None:
            return ABSENT
        for name, origin in (*run.node.next.items(), *run.node.collect.items()):
            if origin == Ref(node, port):
                return self._of_turn(run, name, frame.index)
        return ABSENT

    def _of_loop(self, node: Planned, port: str, home: Frame, turn: Turn) -> Task:
        run = yield self.loop(node, home)
        if isinstance(run, Failure) or (port not in node.next and port not in node.collect):
            return ABSENT
        index = turn[0] if turn else run.count - 1
        if not -1 <= index < run.count:
            return ABSENT
        failure = yield self.extend(run, index + 1)
        if failure is not None:
            return ABSENT
        if port in node.collect:
            return (yield from self._collected(run, port, turn))
        if index >= 0:
            return self._of_turn(run, port, index)
        return (yield from self._of_origin(node.origins[port][0], home))

    def _collected(self, run: LoopRun, port: str, turn: Turn) -> Task:
        """One turn's share of a collected sequence, or the whole, if all of it is kept."""
        values = []
        for index in turn or range(run.count):
            value = ABSENT if index < 0 else self._of_turn(run, port, index)
            if value is ABSENT and index >= 0:
                value = yield from self._of_origin(run.node.collect[port], run.frames[index])
            if value is ABSENT:
                return ABSENT
            values.append(value)
        return values[0] if turn else tuple(values)

    def _of_turn(self, run: LoopRun, name: str, index: int) -> Any:
        """A carried or collected value out of what is kept of a turn."""
        if run.node.kind == "map":
            return ABSENT
        last = index + 1 == len(run.frames)
        carried = run.carried_keys if last else run.frames[index + 1].carried_keys
        # The second where a run did not want what this plan collects.
        for key, collected in (
            (run.state_keys[index], run.node.wanted),
            (turn_key(self.salt, carried), ()),
        ):
            names = [*run.node.next, *collected]
            entry = self.cache.get(key) if name in names and self.cache.has(key) else None
            if entry is not None:
                return entry.outputs[names.index(name)]
        return ABSENT

    def _of_origin(self, origin: Origin, frame: Frame) -> Task:
        """What a wire to a reader in `frame` brings, if it is kept."""
        if not isinstance(origin, Ref):
            return origin.value
        node, port, inside = origin
        if not inside:
            return (yield from self._at(node, port, frame))
        frame = self.body_frame(node, frame)
        if port in {"item", "index"}:
            return frame.item if port == "item" else frame.index
        run = frame.run
        assert run is not None
        if frame.index:  # a turn starts with what the one before ended with
            return self._of_turn(run, port, frame.index - 1)
        return (yield from self._of_origin(node.origins[port][0], run.frame))


def peek(
    engine: Engine, graph: Graph, wire: str, turn: Turn, inputs: Mapping[str, Json] | None
) -> tuple[Any] | None:
    """What `wire` (`node.port`) has at a turn as a 1-tuple, or None where it is not kept.

    Raises GraphError where the graph is wrong or has no such node.
    """
    path, _, port = wire.rpartition(".")
    ready, node = _node(engine, graph, path, wire, inputs)
    from . import drivers

    reporter = Reporter(ready.plan, None)
    walker = engine.walker(ready, reporter, kind=Peek)
    assert isinstance(walker, Peek)
    walker.wire = node, port, turn
    drivers.static(walker, engine.context(ready), reporter)
    return None if walker.found is ABSENT else (walker.found,)


def _node(
    engine: Engine, graph: Graph, path: str, wire: str, inputs: Mapping[str, Json] | None
) -> tuple[Prepared, Planned]:
    """The planned node of a path; one that no output needs is planned for itself."""
    for want in (None, (wire,)):
        try:
            ready = engine.prepare(graph, inputs, want)
        except GraphError:
            if want is None:
                raise
            break
        for node in ready.plan.nodes:
            if node.path == path:
                return ready, node
    problem = Problem("unknown_node", f"The graph has no node '{path}' that runs.", path)
    raise GraphError([problem])


def _around(node: Planned) -> list[Planned]:
    """The loops in whose bodies a node stands, outermost first."""
    loops = []
    loop = node.scope.loop
    while loop is not None:
        loops.append(loop)
        loop = loop.scope.loop
    return loops[::-1]
