"""The walker's loops: Repeat and Map, turn by turn, resumed at the last kept state."""

from __future__ import annotations

from typing import Any

from .cache import Entry
from .errors import NodeError, Problem
from .frames import (
    PENDING,
    Failure,
    Frame,
    LoopRun,
    SequenceKey,
    Task,
    joined,
    path_of,
    pending,
    unknown,
)
from .keys import item_key, turn_key
from .plan import Planned
from .structural import case_of, turns_of
from .tasks import Tasks
from .values import Value, digest_of


class Loops(Tasks):
    """What Repeat, Map and Switch do."""

    def chosen(self, node: Planned, frame: Frame) -> Task:
        """The case that a Switch's `on` picks, as an origin."""
        known = frame.cases.get(node)
        if known is None:
            known = yield from self._choose(node, frame)
            frame.cases[node] = known
        return known

    def _choose(self, node: Planned, frame: Frame) -> Task:
        origin = node.origins["on"][0]
        on = yield from self.value(origin, frame)
        if isinstance(on, Failure):
            return self.passed_on(node, on)
        if on is PENDING:
            return self.passed_on(node, unknown(path_of(origin)))
        name = case_of(on, node.origins)
        if name is None:
            cases = ", ".join(case for case in node.origins if case != "on")
            message = f"has no case for {on!r} and no default; its cases are {cases}."
            return self.fail(Problem("missing_input", message, node.path, "on"), frame.turn)
        return node.origins[name][0]

    def loop(self, node: Planned, frame: Frame) -> Task:
        """A loop with its items and the keys of its initial values."""
        known = frame.loops.get(node)
        if known is None:
            known = yield from self._open_loop(node, frame)
            frame.loops[node] = known
        return known

    def _open_loop(self, node: Planned, frame: Frame) -> Task:
        origin = node.origins["over"][0]
        over = yield from self.value(origin, frame)
        if isinstance(over, Failure):
            return self.passed_on(node, over)
        if over is PENDING:
            return self.passed_on(node, unknown(path_of(origin)))
        sequence = yield from self.fragment(origin, frame)
        if isinstance(sequence, Failure):
            return self.passed_on(node, sequence)
        try:
            items = turns_of(over)
        except NodeError as error:
            return self.fail(error.at(node.path), frame.turn)
        keys = [_element_key(sequence, index, item) for index, item in enumerate(items)]
        run = LoopRun(node, frame, items, keys)
        for name in node.next:
            key = yield from self.fragment(node.origins[name][0], frame)
            if isinstance(key, Failure):
                return self.passed_on(node, key)
            run.initial_keys[name] = joined(key)
        run.carried_keys = run.initial_keys
        return run

    def extend(self, run: LoopRun, count: int) -> Task:
        """Makes frames and keys for the first `count` turns; a Failure, or None."""
        while len(run.frames) < count:
            frame = self._turn_frame(run, len(run.frames))
            run.frames.append(frame)
            if run.node.kind == "map":
                continue
            failure = yield from self._turn_keys(run, frame)
            if failure is not None:
                run.frames.pop()
                if not run.replay:
                    run.frame.loops[run.node] = failure
                return failure
        return None

    def _turn_keys(self, run: LoopRun, frame: Frame) -> Task:
        """The keys of what a turn ends with, carried and collected; a Failure, or None."""
        node = run.node
        after: dict[str, str] = {}
        for name, ref in node.next.items():
            key = yield from self.fragment(ref, frame)
            if isinstance(key, Failure):
                return key
            after[name] = joined(key)
        collected: dict[str, str] = {}
        for name in node.wanted:
            key = yield from self.fragment(node.collect[name], frame)
            if isinstance(key, Failure):
                return key
            collected[name] = joined(key)
        for name, key in collected.items():
            run.collected_keys.setdefault(name, []).append(key)
        state = after | {f"collect {name}": key for name, key in collected.items()}
        run.carried_keys = after
        run.state_keys.append(turn_key(self.salt, state))
        return None

    def _turn_frame(self, run: LoopRun, index: int) -> Frame:
        outer: Frame = run.frame
        assert run.node.body is not None
        return Frame(
            run.node.body,
            outer,
            (*outer.turn, index),
            run,
            index,
            run.items[index],
            run.item_keys[index],
            carried_keys=run.carried_keys,
        )

    def finish(self, node: Planned, frame: Frame) -> Task:
        """A loop run to its end, or the Failure that ended it."""
        run = yield self.loop(node, frame)
        if isinstance(run, Failure):
            return run
        if not run.finished:
            task = self._run_map(run) if node.kind == "map" else self._run_repeat(run)
            failure = yield task
            if failure is not None:
                frame.loops[node] = failure
                return self.passed_on(node, failure)
            run.finished = True
        return run

    def _run_repeat(self, run: LoopRun) -> Task:
        failure = yield self.advance(run, run.count)
        return self._check_finite(run) if failure is None else failure

    def _check_finite(self, run: LoopRun) -> Failure | None:
        for name, value in run.values.items():
            if isinstance(value, Value) and not value.is_finite():
                return self.fail(self._non_finite(run, name), run.frame.turn)
        return None

    def _non_finite(self, run: LoopRun, name: str) -> Problem:
        """Names the first turn whose kept state went wrong, and the node that made it."""
        names = list(run.node.next)
        turn = run.count - 1
        for index, key in enumerate(run.state_keys):
            entry = self.cache.get(key)
            value = entry.outputs[names.index(name)] if entry else None
            if isinstance(value, Value) and not value.is_finite():
                turn = index
                break
        maker = path_of(run.node.next[name])
        message = (
            f"'{maker}' made values that are not finite (NaN or infinity) "
            f"in turn {turn + 1} of {run.count}."
        )
        fix = "Try dtype float32, a lower guidance scale, or another solver."
        return Problem("non_finite", message, run.node.path, name, fix)

    def advance(self, run: LoopRun, turn: int) -> Task:
        """Brings the carried values to the start of `turn`; a Failure, or None.

        Looks back from there for a kept state and resumes at it.
        """
        failure = yield self.extend(run, turn)
        if failure is not None:
            return failure
        start = self._resume(run, turn)
        if not start and not run.opened:
            failure = yield from self._initial(run)
            if failure is not None:
                return failure
        for index in range(max(start, run.done), turn):
            failure = yield from self._turn(run, index)
            if failure is not None:
                return failure
        return None

    def _resume(self, run: LoopRun, turn: int) -> int:
        """Loads the latest kept state that may be used; the turns it spares, or 0."""
        node = run.node
        if node.sinks and not run.replay:
            return 0
        candidates = range(turn, run.done, -1)
        if node.wanted:
            reached = run.done
            while reached < turn and self.cache.has(run.state_keys[reached]):
                reached += 1
            candidates = range(reached, run.done, -1)
        for count in candidates:
            spared = count - run.done
            if self._load(run, count):
                run.opened, run.done = True, count
                if not run.replay:
                    around = run.frame.turn
                    self.observer.resumed(node, around, count - 1, run.count, spared)
                return count
        return 0

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
        return True

    def _initial(self, run: LoopRun) -> Task:
        for name in run.node.next:
            value = yield from self.value(run.node.origins[name][0], run.frame)
            if isinstance(value, Failure):
                return value
            run.values[name] = value
        for name in run.node.wanted:
            run.collected.setdefault(name, [])
        run.opened = True
        return None

    def _turn(self, run: LoopRun, index: int) -> Task:
        node, frame = run.node, run.frames[index]
        before, calls = self.spent, self.calls
        frame.carried = run.values
        for sink in () if run.replay else node.sinks:
            done = yield self._sink(sink, frame)
            if isinstance(done, Failure):
                return done
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
        if not pending(outputs):
            self.cache.put(run.state_keys[index], Entry(outputs, seconds), kind="turn")
        run.values, run.done = values, index + 1
        _forget(frame)
        if not run.replay:
            cached = self.calls == calls
            self.observer.turn(node, run.frame.turn, index, run.count, seconds, cached)
        return None

    def _sink(self, node: Planned, frame: Frame) -> Task:
        if node.kind == "call":
            return (yield self.outputs(node, frame))
        return (yield self.finish(node, frame))

    def _run_map(self, run: LoopRun) -> Task:
        """Every item, whatever becomes of the others; the first Failure, or None."""
        yield self.extend(run, run.count)
        first: Failure | None = None
        for name in run.node.wanted:
            run.collected[name] = []
        for index, frame in enumerate(run.frames):
            before, calls = self.spent, self.calls
            failure = yield from self._item(run, frame)
            _forget(frame)
            first = first or failure
            if failure is None:
                facts = (index, run.count, self.spent - before, self.calls == calls)
                self.observer.turn(run.node, run.frame.turn, *facts)
        return first

    def _item(self, run: LoopRun, frame: Frame) -> Task:
        for sink in run.node.sinks:
            done = yield self._sink(sink, frame)
            if isinstance(done, Failure):
                return done
        for name in run.node.wanted:
            value = yield from self.value(run.node.collect[name], frame)
            if isinstance(value, Failure):
                return value
            run.collected[name].append(value)
        return None


def _forget(frame: Frame) -> None:
    frame.outputs.clear()
    frame.loops.clear()
    frame.unread.clear()
    frame.carried = None


def _element_key(sequence: Any, index: int, item: Any) -> str:
    if isinstance(sequence, SequenceKey):
        return sequence[index]
    return digest_of(item) or item_key(sequence, index)
