"""The one walker: decides on demand what is looked up, what is run, and in which order.

It makes no call itself. `Walker.walk` is a generator that yields a `Call` whose inputs are ready
and is sent a `Done` or a `Failure`; drivers (see `drivers`) make the calls, pretend to (forecast),
or write them down. Tasks are generators too, kept on an explicit stack, so neither a long chain
nor a deep nest can exhaust Python's own.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

from .cache import EntryKind
from .errors import Problem
from .frames import (
    ABSENT,
    Call,
    Done,
    Failure,
    Frame,
    Outcome,
    Outputs,
    Task,
    pending,
)
from .keys import port_key
from .loops import Loops
from .naming import Naming
from .plain import BadValueError
from .plan import Origin, Planned, Ref, Typed
from .ports import Input
from .switches import Switches
from .values import digest_of


class Walker(Naming, Switches, Loops):
    """Walks one plan once."""

    def walk(self) -> Generator[Call, Done | Failure, Outcome]:
        """Yields calls, is sent their results, returns the outcome."""
        self.prime()
        stack: list[Task] = [self._roots()]
        answer: Any = None
        while stack:
            try:
                request = stack[-1].send(answer)
            except StopIteration as finished:
                stack.pop()
                answer = finished.value
                continue
            if type(request) is Call:
                answer = yield request
            else:
                stack.append(request)
                answer = None
        if self.inexact:
            self.known.forget()
        return self.outcome

    def _roots(self) -> Task:
        yield from self._name_roots()
        for name, ref in self.plan.outputs.items():
            value = yield self.value(ref, self.top)
            if isinstance(value, Failure):
                self.note(name, value)
            else:
                self.outcome.outputs[name] = value
        for sink in self.plan.sinks:
            failure = yield from self._sinks((sink,), self.top)
            if failure is not None:
                self.note(sink.path, failure)

    def _name_roots(self) -> Task:
        """Names all that is wanted before the first of it is made.

        Static nodes run while keys are made, so a file that is broken is told of at the start,
        and not when the branch before its own has run for minutes.
        """
        wanted: list[Origin] = [*self.plan.outputs.values()]
        for sink in self.plan.sinks:
            wanted += [origin for origins in sink.origins.values() for origin in origins]
        for origin in wanted:
            if not isinstance(origin, Typed) and not origin.node.sinks:
                yield self.fragment(origin, self.top)

    def _ready(self, origin: Origin, frame: Frame) -> Any:
        """The value a wire brings to a reader in `frame` if it is at hand, else ABSENT."""
        if isinstance(origin, Typed):
            return origin.value
        node, port, inside = origin
        if inside:
            return self._inside_ready(port, self.body_frame(node, frame))
        if node.kind != "call":
            return ABSENT
        outputs = self.home(node, frame).outputs.get(node)
        return ABSENT if outputs is None else _output(outputs, origin)

    def _inside_ready(self, port: str, frame: Frame) -> Any:
        if port == "item":
            return frame.item
        if port == "index":
            return frame.index
        return ABSENT if frame.carried is None else frame.carried[port]

    def value(self, origin: Origin, frame: Frame) -> Task:
        """The value a wire brings to a reader in `frame`, or a Failure."""
        known = self._ready(origin, frame)
        if known is not ABSENT:
            return known
        ref = cast(Ref, origin)
        node, port, inside = ref
        if inside:
            return (yield from self._carried(port, self.body_frame(node, frame)))
        home = self.home(node, frame)
        match node.kind:
            case "call":
                return _output((yield self.outputs(node, home)), ref)
            case "switch":
                chosen = yield self.chosen(node, home)
                return chosen if isinstance(chosen, Failure) else (yield self.value(chosen, home))
        run = yield self.finish(node, home)
        if isinstance(run, Failure):
            return run
        return tuple(run.collected[port]) if port in node.collect else run.values[port]

    def _carried(self, port: str, frame: Frame) -> Task:
        """A carried value at the start of a turn, brought there by running the turns before."""
        run = frame.run
        assert run is not None
        if run.done > frame.index:  # that turn is over and forgotten: go there once more
            run = run.again()
        failure = yield self.advance(run, frame.index)
        if failure is not None:
            return failure
        frame.carried = run.values
        return frame.carried[port]

    def outputs(self, node: Planned, frame: Frame) -> Task:
        """All outputs of a call: known, kept, or made now."""
        known = self._known(node, frame)
        if known is not None:
            return known
        declaration = node.declaration
        assert declaration is not None
        key = frame.keys.get(node)
        if key is None and declaration.outputs:
            key = yield self.key(node, frame)
            if isinstance(key, Failure):
                return key
        entry = self.cache.get(key) if key is not None else None
        if entry is not None:
            self.observer.cached(node, frame.turn)
            frame.outputs[node] = entry.outputs
            return entry.outputs
        inputs = dict(node.params)
        for name, origins in node.origins.items():
            values = []
            for origin in origins:
                value = self._ready(origin, frame)
                if value is ABSENT:
                    source = cast(Ref, origin)
                    if source.node.kind == "call" and not source.inside:
                        made = yield self.outputs(source.node, self.home(source.node, frame))
                        value = _output(made, source)
                    else:
                        value = yield self.value(source, frame)
                if isinstance(value, Failure):
                    return self.passed_on(node, self.remember(node, frame, value))
                values.append(value)
            failure = self._fill(inputs, node, declaration.inputs[name], values, frame)
            if failure is not None:
                return self.remember(node, frame, failure)
        self.calls += 1
        answer: Done | Failure = yield Call(
            node, self.implementations[node.type], inputs, frame.turn
        )
        if type(answer) is Done and node in frame.extras:
            answer = (yield from self._changed(node, frame)) or answer
        if isinstance(answer, Failure):
            return self.remember(node, frame, answer)
        return self._settle(node, frame, key, answer)

    def _known(self, node: Planned, frame: Frame) -> Outputs | Failure | None:
        known = frame.outputs.get(node)
        if known is None and self.failures:
            return self.failures.get((node, frame.turn))
        return known

    def _settle(self, node: Planned, frame: Frame, key: str | None, answer: Done) -> Outputs:
        """Puts a call's outputs where they are found, and drops what only it was to read."""
        if frame.turn:  # what a turn asks of nodes outside it is no part of its cost
            self.spent += answer.seconds
        self.inexact = self.inexact or not answer.exact  # and so may be what is made of it
        if key is not None and not self.inexact and not pending(answer.outputs):
            self._keep(node, key, answer, frame)
        self._release(node, frame)
        frame.outputs[node] = answer.outputs
        return answer.outputs

    def _changed(self, node: Planned, frame: Frame) -> Task:
        """A Failure if what a node reads from outside changed while it read: nothing is kept."""
        implementation = self.implementations[node.type]
        if implementation.fingerprint is None:
            return None
        extra = yield from self.extra(node, implementation, frame)
        if extra == frame.extras[node]:
            return None
        message = f"What {node.type} reads was changed while it was being read."
        return self.fail(
            Problem("changed_file", message, node.path, fix="Run it again."), frame.turn
        )

    def _fill(
        self, inputs: dict[str, Any], node: Planned, port: Input, values: list[Any], frame: Frame
    ) -> Failure | None:
        """Puts what came by wire into a call's inputs; plain values are checked on arrival."""
        if port.many:
            inputs[port.name] = tuple(_flattened(values))
        elif port.plain is None or pending(values[0]):
            inputs[port.name] = values[0]
        else:
            try:
                inputs[port.name] = port.plain.check(_as_json(values[0]))
            except BadValueError as bad:
                return self.fail(Problem(bad.code, bad.message, node.path, port.name), frame.turn)
        return None

    def _keep(self, node: Planned, key: str, answer: Done, frame: Frame) -> None:
        declaration = node.declaration
        assert declaration is not None
        kind: EntryKind = "step" if frame.turn else "node"
        self.cache.put(key, answer, kind=kind)
        for index, port in enumerate(declaration.outputs.values()):
            if port.content and not declaration.static:
                digest = digest_of(answer.outputs[index])
                if digest is not None:
                    self.cache.put_digest(port_key(key, port.name), digest)

    def _release(self, node: Planned, frame: Frame) -> None:
        """Drops values that were held for this node alone; should one be asked for again, the
        cache or a second call has it."""
        depth = frame.scope.depth
        for origins in node.origins.values():
            for origin in origins:
                if isinstance(origin, Typed) or origin.inside or origin.node.kind != "call":
                    continue
                source = origin.node
                if source.home.depth != depth:
                    continue
                left = frame.unread.get(source, source.readers) - 1
                if left:
                    frame.unread[source] = left
                else:
                    frame.outputs.pop(source, None)


def _output(outputs: Outputs | Failure, ref: Ref) -> Any:
    """What a call has at one port, or why it has nothing."""
    if isinstance(outputs, Failure) or len(outputs) == 1:
        return outputs if isinstance(outputs, Failure) else outputs[0]
    assert ref.node.declaration is not None
    return outputs[list(ref.node.declaration.outputs).index(ref.port)]


def _flattened(values: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        flat.extend(_flattened(list(value)) if isinstance(value, tuple | list) else (value,))
    return flat


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
