"""One thread that writes behind, so that a run never waits for the disk.

Knows neither files nor what an entry holds: it is given functions to call. What waits is bounded
in number and bytes; beyond that it is dropped, since all of it can be made again.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping
from threading import Condition, Thread

from .cache import Entry, EntryKind

ENTRIES = 256
BYTES = 64 << 20
DIGESTS = 100_000
GATHER = 0.05
"""Seconds for which digests are gathered into one batch."""


class Writer:
    """Calls `begin` once, then `write` for each entry and `append` for batches of digests.

    The thread starts at the first put, so a process that only reads has none. The functions must
    not raise.
    """

    def __init__(
        self,
        begin: Callable[[], None],
        write: Callable[[str, Entry, EntryKind], None],
        append: Callable[[Mapping[str, str]], None],
    ) -> None:
        self.dropped = 0
        self._begin = begin
        self._write = write
        self._append = append
        self._wake = Condition()
        self._entries: dict[str, tuple[Entry, EntryKind, int]] = {}
        self._bytes = 0
        self._digests: dict[str, str] = {}
        self._appending: Mapping[str, str] = {}
        self._hurried = 0
        self._closed = False
        self._thread: Thread | None = None

    def waiting(self, key: str) -> Entry | None:
        """An entry that was put and is not written yet."""
        found = self._entries.get(key)
        return None if found is None else found[0]

    def waiting_digest(self, key: str) -> str | None:
        return self._digests.get(key) or self._appending.get(key)

    def put(self, key: str, entry: Entry, kind: EntryKind, size: int) -> None:
        with self._wake:
            if key in self._entries:
                return
            if self._closed or len(self._entries) >= ENTRIES or self._bytes > BYTES:
                self.dropped += 1
                return
            self._entries[key] = entry, kind, size
            self._bytes += size
            self._rouse()

    def put_digest(self, key: str, digest: str) -> None:
        with self._wake:
            if self._closed or len(self._digests) >= DIGESTS:
                return
            self._digests[key] = digest
            if len(self._digests) == 1:
                self._rouse()

    def flush(self) -> None:
        """Returns when nothing waits any more."""
        with self._wake:
            self._hurried += 1
            self._wake.notify_all()
            while self._busy() and self._thread is not None and self._thread.is_alive():
                self._wake.wait(1.0)
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

    def _busy(self) -> bool:
        return bool(self._entries or self._digests or self._appending)

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
            key = next(iter(self._entries), None)
            if key is not None:
                entry, kind, size = self._entries[key]
                self._write(key, entry, kind)
                with self._wake:
                    del self._entries[key]
                    self._bytes -= size
            if self._appending:
                self._append(self._appending)
            with self._wake:
                self._appending = {}
                self._wake.notify_all()

    def _await_work(self) -> bool:
        """Waits until there is something to do; false once closed and done."""
        with self._wake:
            self._wake.wait_for(lambda: self._busy() or self._closed)
            if not self._entries and not self._hurried and not self._closed:
                self._wake.wait(GATHER)
            self._appending, self._digests = self._digests, {}
            return bool(self._entries or self._appending)
