"""The one walker: decides on demand what is looked up, what is run, and in which order.

It makes no call itself. `Walker.walk` is a generator that yields a `Call` whose inputs are ready
and is sent a `Done` or a `Failure`; drivers (see `drivers`) make the calls, pretend to (forecast),
or write them down. Tasks are generators too, kept on an explicit stack, so neither a long chain
nor a deep nest can exhaust Python's own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, cast

from .declare import Implementation
from .errors import Problem
from .foresight import Foresight
from .frames import (
    ABSENT,
    PENDING,
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
from .plan import Origin, Planned, Ref, Typed, is_sink
from .ports import Input
from .switches import Switches
from .values import digest_of


class Walker(Naming, Foresight, Switches, Loops):
    """Walks one plan once."""

    def walk(self) -> Generator[Call, Done | Failure, Outcome]:
        """Yields calls, is sent their results, returns the outcome."""
        self.prime()
        task, waiting = self._roots(), list[Task]()
        answer: Any = None
        while True:
            try:
                request = task.send(answer)
                while type(request) is Call:
                    request = task.send((yield request))
            except StopIteration as finished:
                if not waiting:
                    break
                task, answer = waiting.pop(), finished.value
            else:
                waiting.append(task)
                task, answer = request, None
        if self.inexact:
            self.known.forget()
        return self.outcome

    def _roots(self) -> Task:
        yield from self.look_ahead()
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
                outputs = yield self.outputs(node, home)
                return outputs if isinstance(outputs, Failure) else _output(outputs, ref)
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
        known: Outputs | Failure | None = frame.outputs.get(node)
        if known is None and self.failures:
            known = self.failures.get((node, frame.turn))
        if known is not None:
            return known
        key = frame.keys.get(node)
        if key is None and not is_sink(node):
            key = yield self.key(node, frame)
            if isinstance(key, Failure):
                return key
        entry = self.cache.get(key) if key is not None else None
        if entry is not None:
            self.observer.cached(node, frame.turn)
            frame.outputs[node] = entry.outputs
            return entry.outputs
        inputs = dict(node.params)
        gathered: dict[str, list[Any]] = {}
        for read in node.reads:
            port, near = read.port, read.near
            if near is not None:
                made = frame.outputs.get(near)
                if made is None:
                    made = yield self.outputs(near, frame)
                value = made if isinstance(made, Failure) else made[read.place]
            else:
                value = self._ready(read.origin, frame)
                if value is ABSENT:
                    value = yield self.value(read.origin, frame)
            if port.plain is not None:
                value = self._checked(node, port, value, frame)
            if isinstance(value, Failure):
                return self.passed_on(node, self.remember(node, frame, value))
            if port.many:
                gathered.setdefault(port.name, []).append(value)
            else:
                inputs[port.name] = value
        for name, values in gathered.items():
            inputs[name] = tuple(_flattened(values))
        self.calls += 1
        implementation = self.implementations[node.type]
        answer: Done | Failure = yield Call(node, implementation, inputs, frame.turn)
        if node in frame.extras and type(answer) is Done:
            answer = (yield from self._changed(node, frame)) or answer
        if isinstance(answer, Failure):
            return self.remember(node, frame, answer)
        return self._settle(node, frame, key, answer, implementation)

    def _release(self, node: Planned, frame: Frame) -> None:
        """Drops values that were held for this node alone; should one be asked for again, the
        cache or a second call has it."""
        unread = frame.unread
        for read in node.reads:
            source = read.near
            if source is not None:
                left = unread.get(source, source.readers) - 1 if source.readers > 1 else 0
                if left:
                    unread[source] = left
                else:
                    frame.outputs.pop(source, None)

    def _checked(self, node: Planned, port: Input, value: Any, frame: Frame) -> Any:
        """A plain value that came by wire, or a Failure: it is checked on arrival."""
        if isinstance(value, Failure) or pending(value):
            return value
        assert port.plain is not None
        try:
            return port.plain.check(_as_json(value))
        except BadValueError as bad:
            return self.fail(Problem(bad.code, bad.message, node.path, port.name), frame.turn)

    def _settle(
        self,
        node: Planned,
        frame: Frame,
        key: str | None,
        answer: Done,
        implementation: Implementation,
    ) -> Outputs:
        """Keeps a call's outputs and puts them where they are found; drops what it alone read."""
        outputs = answer.outputs
        if frame.turn:  # what a turn asks of nodes outside it is no part of its cost
            self.spent += answer.seconds
        if not answer.exact:
            self.inexact = True  # and so may be what is made of it
        if key is not None and not self.inexact and outputs[0] is not PENDING:
            self.cache.put(key, answer, kind="step" if frame.turn else "node")
            for place, port in implementation.digests:
                digest = digest_of(outputs[place])
                if digest is not None:
                    self.cache.put_digest(port_key(key, port), digest)
        self._release(node, frame)
        frame.outputs[node] = outputs
        return outputs

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


def _output(outputs: Outputs, ref: Ref) -> Any:
    """What a call has at one port."""
    if len(outputs) == 1:
        return outputs[0]
    assert ref.node.declaration is not None
    return outputs[list(ref.node.declaration.outputs).index(ref.port)]


def _flattened(values: Iterable[Any]) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        if isinstance(value, (tuple, list)):
            flat += _flattened(value)
        else:
            flat.append(value)
    return flat


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
