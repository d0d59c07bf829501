"""The turns of a loop as names: its items, a frame for each turn, and the keys a turn ends with.

Runs nothing itself; `loops` does.
"""

from __future__ import annotations

from typing import Any

from .errors import NodeError
from .frames import Failure, Frame, LoopRun, SequenceKey, Task, joined
from .keys import item_key, turn_key
from .plan import Planned
from .structural import turns_of
from .tasks import Tasks
from .values import digest_of


class Turns(Tasks):
    """Opens loops and names their turns."""

    def loop(self, node: Planned, frame: Frame) -> Task:
        """A loop with its items and the keys of its initial values."""
        known = frame.loops.get(node) or self.failures.get((node, frame.turn))
        if known is None:
            known = yield from self._open_loop(node, frame)
            frame.loops[node] = known
            if isinstance(known, Failure):
                self.remember(node, frame, known)
        return known

    def _open_loop(self, node: Planned, frame: Frame) -> Task:
        over = yield from self.steering(node, "over", frame)
        if isinstance(over, Failure):
            return over
        sequence = yield from self.fragment(node.origins["over"][0], frame)
        if isinstance(sequence, Failure):
            return self.passed_on(node, sequence)
        try:
            items = turns_of(over)
        except NodeError as error:
            return self.fail(error.at(node.path), frame.turn)
        keys = [_element_key(sequence, index, item) for index, item in enumerate(items)]
        run = LoopRun(node, frame, items, keys, replay=frame.over)
        for name in node.next:
            key = yield from self.fragment(node.origins[name][0], frame)
            if isinstance(key, Failure):
                return self.passed_on(node, key)
            run.initial_keys[name] = joined(key)
        run.carried_keys = run.initial_keys
        return run

    def extend(self, run: LoopRun, count: int) -> Task:
        """Makes frames for the first `count` turns, and for a Repeat their keys.

        A Failure where a turn cannot be named, or None; that turn then has a frame and no key.
        """
        while len(run.frames) < count and run.node.kind == "map":
            run.frames.append(self._turn_frame(run))
        while len(run.state_keys) < count and run.node.kind == "repeat":
            if run.broken is not None:
                return run.broken
            if len(run.frames) == len(run.state_keys):
                run.frames.append(self._turn_frame(run))
            run.broken = yield from self._turn_keys(run, run.frames[-1])
        return None

    def _turn_frame(self, run: LoopRun) -> Frame:
        index, outer = len(run.frames), run.frame
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
            over=run.replay,
        )

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


def _element_key(sequence: Any, index: int, item: Any) -> str:
    if isinstance(sequence, SequenceKey):
        return sequence[index]
    return digest_of(item) or item_key(sequence, index)
