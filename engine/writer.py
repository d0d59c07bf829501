"""One thread that writes behind, so that a run never waits for the disk.

Knows neither files nor what an entry holds: it is given functions to call. What waits is bounded
in number and bytes; beyond that it is dropped, since all of it can be made again.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Condition, Thread

from .cache import Entry, EntryKind
from .pace import Pace

ENTRIES = 1024
BYTES = 64 << 20
DIGESTS = 100_000
GATHER = 0.05
"""Seconds for which digests are gathered into one batch."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that is to be written. `paced`: as one of a batch of turns."""

    entry: Entry
    kind: EntryKind
    size: int
    paced: bool = False


class Writer:
    """Calls `begin` once, then `write` for each entry and `append` for batches of digests.

    Outputs of nodes are written as they come. The newest turn of each loop waits until `pace`
    lets it; turns that were overtaken and outputs of steps wait for `settle`, `flush` or `close`.
    The thread starts when there is something to write, so a process that only reads has none. The
    functions must not raise.
    """

    def __init__(
        self,
        begin: Callable[[], None],
        write: Callable[[str, Entry, EntryKind], None],
        append: Callable[[Mapping[str, str]], None],
        pace: Pace | None = None,
    ) -> None:
        self.dropped = 0
        self._begin = begin
        self._write = write
        self._append = append
        self._pace = pace or Pace()
        self._wake = Condition()
        self._due: dict[str, Waiting] = {}
        self._turns: dict[str, Waiting] = {}
        self._overtaken: dict[str, Waiting] = {}
        self._steps: dict[str, Waiting] = {}
        self._bytes = 0
        self._digests: dict[str, str] = {}
        self._appending: Mapping[str, str] = {}
        self._hurried = 0
        self._closed = False
        self._thread: Thread | None = None

    def waiting(self, key: str) -> Entry | None:
        """An entry that was put and is not written yet."""
        for kept in (self._due, self._turns, self._overtaken, self._steps):
            found = kept.get(key)
            if found is not None:
                return found.entry
        return None

    def waiting_digest(self, key: str) -> str | None:
        return self._digests.get(key) or self._appending.get(key)

    def put(self, key: str, entry: Entry, kind: EntryKind, size: int) -> None:
        with self._wake:
            if self.waiting(key) is not None:
                return
            if self._closed or not self._has_room(kind):
                self.dropped += 1
                return
            self._bytes += size
            made = Waiting(entry, kind, size)
            if kind == "turn":
                self._put_turn(key, made)
            elif kind == "step":
                self._steps[key] = made
            else:
                self._due[key] = made
            if self._due:
                self._rouse()

    def put_digest(self, key: str, digest: str) -> None:
        with self._wake:
            if self._closed or len(self._digests) >= DIGESTS:
                return
            self._digests[key] = digest
            if len(self._digests) == 1:
                self._rouse()

    def settle(self) -> None:
        """Whatever waits may be written now: no loop is running."""
        with self._wake:
            self._pace.stop()
            for kept in (self._turns, self._overtaken, self._steps):
                self._due.update(kept)
                kept.clear()
            if self._due:
                self._rouse()

    def flush(self, seconds: float | None = None) -> None:
        """Returns when nothing waits any more, or after `seconds`."""
        self.settle()
        end = None if seconds is None else time.monotonic() + seconds
        with self._wake:
            self._hurried += 1
            self._wake.notify_all()
            while self._busy() and self._thread is not None and self._thread.is_alive():
                left = 1.0 if end is None else end - time.monotonic()
                if left <= 0:
                    break
                self._wake.wait(min(left, 1.0))
            self._hurried -= 1

    def close(self) -> None:
        """Flushes and ends the thread; later puts are dropped."""
        self.flush()
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()
        atexit.unregister(self.close)

    def _put_turn(self, key: str, made: Waiting) -> None:
        """Keeps the newest turn of each loop, and hands all over once they may be written."""
        before = self._turns.pop(made.entry.follows, None)
        if before is not None:
            self._overtaken[made.entry.follows] = before
        self._turns[key] = made
        size = sum(turn.size for turn in self._turns.values())
        if self._pace.due(size, len(self._turns), made.entry.seconds):
            for name, turn in self._turns.items():
                self._due[name] = Waiting(turn.entry, turn.kind, turn.size, paced=True)
            self._turns.clear()

    def _has_room(self, kind: EntryKind) -> bool:
        """Whether one more may wait; steps make way for others, and overtaken turns for turns."""
        spare = {"step": [], "node": [self._steps], "turn": [self._steps, self._overtaken]}[kind]
        while self._is_full():
            kept = next((kept for kept in spare if kept), None)
            if kept is None:
                return False
            self._bytes -= kept.pop(next(iter(kept))).size
            self.dropped += 1
        return True

    def _is_full(self) -> bool:
        count = len(self._due) + len(self._turns) + len(self._overtaken) + len(self._steps)
        return count >= ENTRIES or self._bytes > BYTES

    def _busy(self) -> bool:
        return bool(self._due or self._digests or self._appending)

    def _rouse(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            if self._thread is None:
                atexit.register(self.close)
            self._thread = Thread(target=self._run, name="write-behind", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _run(self) -> None:
        self._begin()
        while self._await_work():
            batch: list[Waiting] = []
            start = time.perf_counter()
            while (found := self._first(batch)) is not None:
                key, made = found
                self._write(key, made.entry, made.kind)
                with self._wake:
                    del self._due[key]
                    self._bytes -= made.size
                batch.append(made)
            if batch and batch[0].paced:
                size = sum(made.size for made in batch)
                self._pace.wrote(size, len(batch), time.perf_counter() - start)
            if self._appending:
                self._append(self._appending)
            with self._wake:
                self._appending = {}
                self._wake.notify_all()

    def _first(self, batch: list[Waiting]) -> tuple[str, Waiting] | None:
        """What is written next: another of the batch of turns that is on, else a single entry."""
        with self._wake:
            found = next(iter(self._due.items()), None)
        if found is None or not batch:
            return found
        return found if batch[0].paced and found[1].paced else None

    def _await_work(self) -> bool:
        """Waits until there is something to do; false once closed and done."""
        with self._wake:
            self._wake.wait_for(lambda: self._busy() or self._closed)
            if not self._due and not self._hurried and not self._closed:
                self._wake.wait(GATHER)
            self._appending, self._digests = self._digests, {}
            return bool(self._due or self._appending)
