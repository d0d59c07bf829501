"""The walker's naming of values: keys on demand, from keys at hand wherever that is enough."""

from __future__ import annotations

from typing import Any, cast

from .declare import Implementation, names_of
from .errors import NodeError, Problem
from .frames import (
    ABSENT,
    Failure,
    Frame,
    SequenceKey,
    Task,
    flat_keys,
    joined,
    pending,
    unknown,
)
from .keys import head, many, node_key, port_key
from .plan import Origin, Planned, Ref, Typed
from .ports import Declaration, Input
from .tasks import Tasks
from .values import digest_of, plain_digest


class Naming(Tasks):
    """Keys of calls, of wires, and of what loops bring out.

    `in_order`: a loop with something to be seen in its turns is run before it is named, since it
    will be in any case, and naming it first might run parts of late turns before early ones.
    """

    in_order = True

    def prime(self) -> None:
        """Keys of all nodes at the top that follow from typed values and each other.

        Sources come first, so no task is needed: a chain of any length is one pass.
        """
        if self.known.primed:
            return
        self.known.primed = True
        for node in self.plan.nodes:
            declaration = node.declaration
            if node.home.depth or declaration is None or not declaration.outputs:
                continue
            implementation = self.implementations[node.type]
            if implementation.named_by_wires:
                wired = self._wired(node, declaration, self.top)
                if wired is not None:
                    self.top.keys[node] = node_key(node, self._head(node), wired)

    def key(self, node: Planned, frame: Frame) -> Task:
        """The key of a call, or a Failure where a value it hangs on cannot be had."""
        known = frame.keys.get(node)
        if known is not None:
            return known
        failed = self.failures.get((node, frame.turn)) or self.refused.get(node)
        if failed is not None:
            return failed
        declaration = node.declaration
        assert declaration is not None
        implementation = self.implementations[node.type]
        if implementation.checks and node not in self.cleared:
            refused = yield from self.foreseen(node, implementation, frame)
            if refused is not None:
                return self.remember(node, frame, refused)
        wired: dict[str, str] = {}
        for name, origins in node.origins.items():
            if name in declaration.effective:
                continue
            fragments = []
            for origin in origins:
                fragment = self.known_fragment(origin, frame)
                if fragment is ABSENT:
                    fragment = yield self.fragment(origin, frame)
                if isinstance(fragment, Failure):
                    return self.passed_on(node, self.remember(node, frame, fragment))
                fragments.append(fragment)
            wired[name] = _of_port(declaration.inputs[name], fragments)
        extra = ""
        if implementation.effective is not None or implementation.fingerprint is not None:
            extra = yield from self.extra(node, implementation, frame)
            if isinstance(extra, Failure):
                return self.passed_on(node, self.remember(node, frame, extra))
            frame.extras[node] = extra
        frame.keys[node] = key = node_key(node, self._head(node), wired, extra)
        return key

    def _wired(
        self, node: Planned, declaration: Declaration, frame: Frame
    ) -> dict[str, str] | None:
        """The fragment of each wired port, if all of them follow from keys at hand."""
        wired: dict[str, str] = {}
        for name, origins in node.origins.items():
            fragments = [self.known_fragment(origin, frame) for origin in origins]
            if ABSENT in fragments:
                return None
            wired[name] = _of_port(declaration.inputs[name], fragments)
        return wired

    def _head(self, node: Planned) -> str:
        if not node.head:
            node.head = head(node, self.salt, self.sources.get(node.type, ""))
        return node.head

    def extra(self, node: Planned, implementation: Implementation, frame: Frame) -> Task:
        """What stands for the inputs under `effective`, and for what is read from outside."""
        parts = []
        for function, with_files in (
            (implementation.effective, False),
            (implementation.fingerprint, True),
        ):
            if function is None:
                continue
            arguments = yield from self._arguments(node, function, frame)
            if isinstance(arguments, Failure):
                return arguments
            if any(map(pending, arguments.values())):
                return unknown(node.path)
            files = {"files": self.files} if with_files else {}
            try:
                parts.append(plain_digest(function(**implementation.built(arguments), **files)))
            except NodeError as error:
                return self.fail(error.at(node.path), frame.turn)
            except Exception as error:  # noqa: BLE001 - a pack's own function, as in `drivers`
                message = f"{node.type} cannot be named: {type(error).__name__}: {error}"
                return self.fail(Problem("node_failed", message, node.path), frame.turn)
        return "".join(parts)

    def _arguments(self, node: Planned, function: Any, frame: Frame) -> Task:
        arguments = {}
        for name in names_of(function):
            if name in node.origins:
                value = yield from self.value(node.origins[name][0], frame)
                if isinstance(value, Failure):
                    return value
                arguments[name] = value
            elif name in node.params:
                arguments[name] = node.params[name]
        return arguments

    def known_fragment(self, origin: Origin, frame: Frame) -> Any:
        """The key of what a wire brings if it follows from keys at hand, else ABSENT."""
        if isinstance(origin, Typed):
            return plain_digest(origin.value)
        node, port, inside = origin
        if inside:
            return self._inside_key(self.body_frame(node, frame), port)
        declaration = node.declaration
        if declaration is None:
            return ABSENT
        home = self.home(node, frame)
        if declaration.outputs[port].content:
            return home.digests.get((node, port), ABSENT)
        key = home.keys.get(node)
        return ABSENT if key is None else port_key(key, port)

    def fragment(self, origin: Origin, frame: Frame) -> Task:
        """The key of what a wire brings: a text, a SequenceKey, or a Failure."""
        known = self.known_fragment(origin, frame)
        if known is not ABSENT:
            return known
        ref = cast(Ref, origin)
        home = self.home(ref.node, frame)
        match ref.node.kind:
            case "call":
                return (yield from self._call_fragment(ref, home))
            case "switch":
                chosen = yield self.chosen(ref.node, home)
                return (
                    chosen if isinstance(chosen, Failure) else (yield self.fragment(chosen, home))
                )
        return (yield from self._loop_key(ref.node, ref.port, home))

    def _inside_key(self, frame: Frame, port: str) -> Any:
        if port == "item":
            return frame.item_key
        return plain_digest(frame.index) if port == "index" else frame.carried_keys[port]

    def _call_fragment(self, ref: Ref, home: Frame) -> Task:
        """The key of a call's output: its content digest where it has one."""
        node, port, _ = ref
        assert node.declaration is not None
        key = yield self.key(node, home)
        if isinstance(key, Failure):
            return key
        fragment = port_key(key, port)
        if node.declaration.outputs[port].content:
            digest = None if node.declaration.static else self.cache.digest(fragment)
            if digest is None:
                value = yield from self.value(ref, home)
                if isinstance(value, Failure):
                    return value
                if pending(value):
                    return unknown(node.path)
                digest = digest_of(value)
            home.digests[node, port] = fragment = digest or fragment
        return fragment

    def _loop_key(self, node: Planned, port: str, home: Frame) -> Task:
        run = yield self.loop(node, home)
        if isinstance(run, Failure):
            return run
        if node.sinks and self.in_order and not run.replay:
            run = yield self.finish(node, home)
            failure = run if isinstance(run, Failure) else None
        else:
            failure = yield self.extend(run, run.count)
        if failure is not None:
            return failure
        if port not in node.collect:
            return run.carried_keys[port]
        if port in run.collected_keys:
            return SequenceKey(run.collected_keys[port])
        keys = []
        for frame in run.frames:
            key = yield from self.fragment(node.collect[port], frame)
            if isinstance(key, Failure):
                return key
            keys.append(joined(key))
        run.collected_keys[port] = keys
        return SequenceKey(keys)


def _of_port(port: Input, fragments: list[Any]) -> str:
    """What a port is, given what its wires bring."""
    return many(flat_keys(fragments)) if port.many else joined(fragments[0])
