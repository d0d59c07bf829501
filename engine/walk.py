"""The one walker: decides on demand what is looked up, what is run, and in which order.

It makes no call itself. `Walker.walk` is a generator that yields a `Call` whose inputs are ready
and is sent a `Done` or a `Failure`; drivers (see `drivers`) make the calls, pretend to (forecast),
or write them down. Tasks are generators too, kept on an explicit stack, so neither a long chain
nor a deep nest can exhaust Python's own.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

from .cache import Entry, EntryKind
from .errors import Problem
from .frames import ABSENT, Call, Done, Failure, Frame, Outcome, Task, pending
from .keys import port_key
from .loops import Loops
from .naming import Naming
from .plain import BadValueError
from .plan import Origin, Planned, Ref, Typed
from .ports import Input
from .values import digest_of


class Walker(Naming, Loops):
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
        return self.outcome

    def _roots(self) -> Task:
        for name, ref in self.plan.outputs.items():
            value = yield self.value(ref, self.top)
            if isinstance(value, Failure):
                self._note(value)
            else:
                self.outcome.outputs[name] = value
        for node in self.plan.sinks:
            if node.kind == "call":
                done = yield self.outputs(node, self.top)
            else:
                done = yield self.finish(node, self.top)
            if isinstance(done, Failure):
                self._note(done)

    def _note(self, failure: Failure) -> None:
        if failure not in self.outcome.failures:
            self.outcome.failures.append(failure)

    def _ready(self, origin: Origin, frame: Frame) -> Any:
        """The value a wire brings to a reader in `frame` if it is at hand, else ABSENT."""
        if type(origin) is Typed:
            return origin.value
        node, port, inside = cast(Ref, origin)
        if inside:
            return self._inside_ready(port, self.body_frame(node, frame))
        if node.kind != "call":
            return ABSENT
        outputs = self.home(node, frame).outputs.get(node, ABSENT)
        if type(outputs) is not tuple:
            return outputs
        return outputs[0] if len(outputs) == 1 else outputs[_position(node, port)]

    def _pull(self, ref: Ref, frame: Frame) -> Task:
        """A value that is not at hand; a call's result is then taken from where it was put."""
        if ref.node.kind != "call" or ref.inside:
            return (yield self.value(ref, frame))
        outputs = yield self.outputs(ref.node, self.home(ref.node, frame))
        return outputs if isinstance(outputs, Failure) else self._ready(ref, frame)

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
        node, port, inside = cast(Ref, origin)
        if inside:
            return (yield from self._carried(port, self.body_frame(node, frame)))
        home = self.home(node, frame)
        match node.kind:
            case "call":
                outputs = yield self.outputs(node, home)
                return outputs if isinstance(outputs, Failure) else outputs[_position(node, port)]
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
        known = frame.outputs.get(node)
        if known is not None:
            return known
        declaration = node.declaration
        assert declaration is not None
        key = frame.keys.get(node)
        if key is None and not declaration.sink:
            key = yield self.key(node, frame)
            if isinstance(key, Failure):
                frame.outputs[node] = key
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
                    value = yield from self._pull(cast(Ref, origin), frame)
                if isinstance(value, Failure):
                    frame.outputs[node] = value
                    return self.passed_on(node, value)
                values.append(value)
            failure = self._fill(inputs, node, declaration.inputs[name], values, frame)
            if failure is not None:
                frame.outputs[node] = failure
                return failure
        self.calls += 1
        answer: Done | Failure = yield Call(
            node, self.implementations[node.type], inputs, frame.turn
        )
        if isinstance(answer, Failure):
            frame.outputs[node] = answer
            return answer
        if node in frame.extras:
            changed = yield from self._changed(node, frame)
            if changed is not None:
                frame.outputs[node] = changed
                return changed
        if frame.turn:  # what a turn asks of nodes outside it is no part of its cost
            self.spent += answer.seconds
        if key is not None and not pending(answer.outputs):
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
        elif port.plain is not None and not pending(values[0]):
            try:
                inputs[port.name] = port.plain.check(_as_json(values[0]))
            except BadValueError as bad:
                return self.fail(Problem(bad.code, bad.message, node.path, port.name), frame.turn)
        else:
            inputs[port.name] = values[0]
        return None

    def _keep(self, node: Planned, key: str, answer: Done, frame: Frame) -> None:
        declaration = node.declaration
        assert declaration is not None
        kind: EntryKind = "step" if frame.turn else "node"
        self.cache.put(key, Entry(answer.outputs, answer.seconds), kind=kind)
        if not declaration.static:
            for value, port in zip(answer.outputs, declaration.outputs.values(), strict=True):
                digest = digest_of(value) if port.content else None
                if digest is not None:
                    self.cache.put_digest(port_key(key, port.name), digest)

    def _release(self, node: Planned, frame: Frame) -> None:
        """Drops values that were held for this node alone; should one be asked for again, the
        cache or a second call has it."""
        for origins in node.origins.values():
            for origin in origins:
                if isinstance(origin, Typed) or origin.inside or origin.node.kind != "call":
                    continue
                source = origin.node
                if source.home is not frame.scope and source.home.depth != frame.scope.depth:
                    continue
                left = frame.unread.get(source, source.readers) - 1
                frame.unread[source] = left
                if left == 0:
                    frame.outputs.pop(source, None)


def _position(node: Planned, port: str) -> int:
    assert node.declaration is not None
    return list(node.declaration.outputs).index(port)


def _flattened(values: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        flat.extend(_flattened(list(value)) if isinstance(value, tuple | list) else (value,))
    return flat


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
