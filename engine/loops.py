"""The walker's loops at work: Repeat and Map, turn by turn, resumed at the last kept state."""

from __future__ import annotations

from collections.abc import Iterable

from .cache import Entry
from .errors import Problem
from .frames import Failure, Frame, LoopRun, Lost, Task, Unknown, path_of, pending
from .plan import Planned, sink_paths
from .turns import Turns
from .values import Value


class Loops(Turns):
    """What Repeat and Map do."""

    def finish(self, node: Planned, frame: Frame) -> Task:
        """A loop run to its end, or the Failure that ended it."""
        run = yield self.loop(node, frame)
        if isinstance(run, Failure):
            return run
        if not run.finished:
            failure = yield self._run_map(run) if node.kind == "map" else self._run_repeat(run)
            if failure is not None:
                frame.loops[node] = self.remember(node, frame, failure)
                return self.passed_on(node, failure)
            run.finished = True
        return run

    # Repeat.

    def _run_repeat(self, run: LoopRun) -> Task:
        failure = yield self.advance(run, run.count)
        return self._check_finite(run) if failure is None else failure

    def advance(self, run: LoopRun, turn: int) -> Task:
        """Brings the carried values to the start of `turn`; a Failure, or None.

        Looks back from there for a kept state and resumes at it, unless something is to be seen in
        each turn: then turns are named and run one by one, so that it is seen in order.
        """
        if run.replay or not run.node.sinks:
            failure = yield self.extend(run, turn)
            if failure is not None:
                return (yield from self._stop(run, failure))
            self._resume(run, turn)
        failure = yield from self._start(run)
        if failure is not None:
            return failure
        for index in range(run.done, turn):
            failure = yield self.extend(run, index + 1)
            if failure is not None:
                return (yield from self._stop(run, failure))
            failure = yield from self._turn(run, index)
            if failure is not None:
                return failure
        return None

    def _start(self, run: LoopRun) -> Task:
        """Brings the initial values, unless a kept state is past them; a Failure, or None."""
        if not run.opened:
            for name in run.node.next:
                value = yield from self.value(run.node.origins[name][0], run.frame)
                if isinstance(value, Failure):
                    return value
                run.values[name] = value
            for name in run.node.wanted:
                run.collected.setdefault(name, [])
            run.opened = True
        return (yield from self._sinks(self._guests(run), run.frame)) if run.done else None

    def _stop(self, run: LoopRun, broken: Failure) -> Task:
        """Ends a Repeat at a turn that cannot be named; what is to be seen in it still is."""
        due = () if type(broken) is Unknown else self._due(run)
        if due:
            failure = yield from self._start(run)
            if failure is None:
                failure = yield from self._sinks(due, run.frames[-1])
            return failure or broken
        return broken

    def _resume(self, run: LoopRun, turn: int) -> None:
        """Loads the latest kept state before `turn` that may be used."""
        node = run.node
        candidates = range(turn, run.done, -1)
        if node.wanted:
            reached = run.done
            while reached < turn and self.cache.has(run.state_keys[reached]):
                reached += 1
            candidates = range(reached, run.done, -1)
        for count in candidates:
            spared = count - run.done
            if self._load(run, count):
                if not run.replay:
                    around = run.frame.turn
                    self.observer.resumed(node, around, count - 1, run.count, spared)
                return

    def _load(self, run: LoopRun, count: int) -> bool:
        node = run.node
        first = run.done if node.wanted else count - 1
        entries = []
        for index in range(first, count):
            key = run.state_keys[index]
            entry = self.cache.get(key) if self.cache.has(key) else None
            if entry is None:
                return False
            entries.append(entry)
        run.values = dict(zip(node.next, entries[-1].outputs, strict=False))
        for entry in entries:
            for name, value in zip(node.wanted, entry.outputs[len(node.next) :], strict=True):
                run.collected.setdefault(name, []).append(value)
        run.opened, run.done = True, count
        return True

    def _turn(self, run: LoopRun, index: int) -> Task:
        node, frame = run.node, run.frames[index]
        before, calls = self.spent, self.calls
        frame.carried = run.values
        failure = yield from self._sinks(self._due(run), frame)
        if failure is not None:
            return failure
        values = {}
        for name, ref in node.next.items():
            value = yield from self.value(ref, frame)
            if isinstance(value, Failure):
                return value
            values[name] = value
        for name in node.wanted:
            value = yield from self.value(node.collect[name], frame)
            if isinstance(value, Failure):
                return value
            run.collected.setdefault(name, []).append(value)
        seconds = self.spent - before
        if node.show is not None and self.observer.wants_previews and not run.replay:
            shown = yield from self.value(node.show, frame)
            if not isinstance(shown, Failure):
                self.observer.preview(node, run.frame.turn, index, shown)
        outputs = (*values.values(), *(run.collected[name][-1] for name in node.wanted))
        if not self.inexact and not pending(outputs):
            # Where turns are collected, whoever resumes needs all of them.
            follows = run.state_keys[index - 1] if index and not node.wanted else ""
            entry = Entry(outputs, seconds, follows)
            self.cache.put(run.state_keys[index], entry, kind="turn")
        run.values, run.done = values, index + 1
        frame.forget()
        if not run.replay:
            cached = self.calls == calls
            self.observer.turn(node, run.frame.turn, index, run.count, seconds, cached)
        return None

    def _check_finite(self, run: LoopRun) -> Failure | None:
        """A Failure where a final value holds NaN or infinity, or cannot say."""
        for name, value in run.values.items():
            try:
                wrong = None if _is_finite(value) else self._non_finite(run, name)
            except Exception as error:  # noqa: BLE001 - a value's own method, as in `drivers`
                maker = path_of(run.node.next[name]) or run.node.path
                what = f"{type(value).__name__}.is_finite failed: {type(error).__name__}: {error}"
                wrong = Problem("node_failed", what, maker)
            if wrong is not None:
                return self.fail(wrong, run.frame.turn)
        return None

    def _non_finite(self, run: LoopRun, name: str) -> Problem:
        """Names the first turn whose kept state went wrong, and the node that made it."""
        names = list(run.node.next)
        turn = run.count - 1
        for index, key in enumerate(run.state_keys):
            entry = self.cache.get(key)
            if entry is not None and not _is_finite(entry.outputs[names.index(name)]):
                turn = index
                break
        maker = path_of(run.node.next[name])
        message = (
            f"'{maker}' made values that are not finite (NaN or infinity) "
            f"in turn {turn + 1} of {run.count}."
        )
        fix = "Try dtype float32, a lower guidance scale, or another solver."
        return Problem("non_finite", message, run.node.path, name, fix)

    # Map.

    def _run_map(self, run: LoopRun) -> Task:
        """Every item, whatever becomes of the others; the first Failure, or None."""
        yield self.extend(run, run.count)
        for name in run.node.wanted:
            run.collected[name] = []
        first: Failure | None = None
        for index, frame in enumerate(run.frames):
            before, calls = self.spent, self.calls
            failure = yield from self._item(run, frame)
            frame.forget()
            if failure is None and not run.replay:
                facts = (index, run.count, self.spent - before, self.calls == calls)
                self.observer.turn(run.node, run.frame.turn, *facts)
            if first is None or type(first) is Lost:
                first = failure or first
        return first

    def _item(self, run: LoopRun, frame: Frame) -> Task:
        failure = yield from self._sinks(self._due(run), frame)
        if failure is not None:
            return failure
        for name in run.node.wanted:
            value = yield from self.value(run.node.collect[name], frame)
            if isinstance(value, Failure):
                return value
            run.collected[name].append(value)
        return None

    # What is run for its own sake.

    def _guests(self, run: LoopRun) -> tuple[Planned, ...]:
        """What is in a loop's body and does not turn: due once, at the first turn."""
        if run.received or run.replay:
            return ()
        run.received = True
        return run.node.guests

    def _due(self, run: LoopRun) -> tuple[Planned, ...]:
        """What is run for its own sake in the turn to come."""
        return (*self._guests(run), *(() if run.replay else run.node.sinks))

    def _sinks(self, nodes: Iterable[Planned], frame: Frame) -> Task:
        """Runs sinks, and loops that hold some, whatever becomes of the others.

        The first Failure, or None; a sink that a muted case took away is lost and no failure.
        """
        first: Failure | None = None
        for node in nodes:
            home = self.home(node, frame)
            task = self.outputs if node.kind == "call" else self.finish
            done = yield task(node, home)
            if type(done) is Lost:
                for path in sink_paths(node):
                    self.note(path, done)
            elif isinstance(done, Failure):
                first = first or done
        return first


def _is_finite(value: object) -> bool:
    return not isinstance(value, Value) or value.is_finite()
