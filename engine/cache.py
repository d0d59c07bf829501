"""What is kept in memory and what is dropped: GDSF over measured seconds and bytes.

Does not know what a key means, how a value is made or how it lies on disk. Imports no torch.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace
from threading import Lock
from typing import Any, Literal, NamedTuple, Protocol

from .values import storages

EntryKind = Literal["node", "step", "turn"]
"""A node's outputs, those of a node inside a turn, or the values at the end of a turn."""
OBJECTS = 256
"""Bytes charged for the Python objects of an entry, whatever it holds."""
FLOOR = 1e-10
"""Seconds per byte: below it (10 GB/s) making a value again costs no more than copying it."""
DIGESTS = 100_000
SCALARS = frozenset({type(None), bool, int, float})


class Entry(NamedTuple):
    """What is kept under a key: a node's outputs in port order, or a turn's carried values.

    `seconds` is the measured cost of making it. `follows` is the key of a turn before, which
    nobody who resumes needs any more once this one is kept. `exact` is False for an answer that
    must not be kept: a shortage of memory made other bits of it than its key stands for.
    """

    outputs: tuple[Any, ...]
    seconds: float
    follows: str = ""
    exact: bool = True


class Tier(Protocol):
    """Somewhere entries and remembered content digests are kept; any of them may vanish."""

    def get(self, key: str) -> Entry | None: ...
    def has(self, key: str) -> bool: ...
    def put(self, key: str, entry: Entry, *, kind: EntryKind = "node") -> None: ...
    def digest(self, key: str) -> str | None: ...
    def put_digest(self, key: str, digest: str) -> None: ...


class Glance:
    """A tier as a forecast sees it: what static nodes give is kept, the turns walked are not."""

    def __init__(self, tier: Tier) -> None:
        self.get = tier.get
        self.has = tier.has
        self.digest = tier.digest
        self.put_digest = tier.put_digest
        self._put = tier.put

    def put(self, key: str, entry: Entry, *, kind: EntryKind = "node") -> None:
        if kind != "turn":
            self._put(key, entry, kind=kind)


@dataclass(frozen=True, slots=True)
class CacheStats:
    """`bytes` counts each tensor storage once, however many entries hold it."""

    entries: int
    bytes: int
    budget: int
    hits: int
    misses: int
    evictions: int


@dataclass(frozen=True, slots=True)
class _Weight:
    """Bytes of an entry: in all, without its tensors, and of each storage by address."""

    size: int
    objects: int
    storages: tuple[tuple[int, int], ...]


LIGHT = _Weight(OBJECTS, OBJECTS, ())


@dataclass(slots=True)
class _Slot:
    entry: Entry
    weight: _Weight
    worth: float
    hits: int
    priority: float


class RamCache:
    """Entries in memory within `budget` bytes, with a slower tier below.

    Greedy-Dual-Size-Frequency (Cherkasova 1998): an entry's priority is
    `L + hits * seconds / bytes`, the least is evicted first and `L` becomes its priority, so what
    is not asked for grows old. Safe for several threads.
    """

    def __init__(self, budget: int, store: Tier | None = None, *, floor: float = FLOOR) -> None:
        self.budget = budget
        self.floor = floor
        self._store = store
        self._lock = Lock()
        self._digests: OrderedDict[str, str] = OrderedDict()
        self._hits = self._misses = self._evictions = 0
        self._reset()

    def get(self, key: str) -> Entry | None:
        """The entry from memory, else from the tier below, which then is in memory too."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is not None:
                slot.hits += 1
                slot.priority = self._level + slot.hits * slot.worth
                self._hits += 1
                return slot.entry
            if self._store is None:
                self._misses += 1
                return None
        return self._fetch(key, self._store)

    def has(self, key: str) -> bool:
        """Whether `get` would find it. Counts no hit and loads nothing."""
        return key in self._slots or (self._store is not None and self._store.has(key))

    def put(self, key: str, entry: Entry, *, kind: EntryKind = "node") -> None:
        """Keeps an entry, unless it is below the floor; a turn is always worth keeping.

        One larger than the whole budget goes to the tier below only, and evicts nothing.
        """
        if key in self._slots:
            return
        weight = _weigh(entry.outputs)
        if kind != "turn" and entry.seconds < self.floor * weight.size:
            return
        self._admit(key, entry, weight)
        if self._store is not None:
            self._store.put(key, entry, kind=kind)

    def digest(self, key: str) -> str | None:
        """The content digest remembered under `nodekey.port`."""
        with self._lock:
            found = self._digests.get(key)
            if found is not None:
                self._digests.move_to_end(key)
                return found
        if self._store is not None:
            found = self._store.digest(key)
            if found is not None:
                self._remember(key, found)
        return found

    def put_digest(self, key: str, digest: str) -> None:
        """Remembers a content digest; the least recently used beyond 100,000 are forgotten."""
        if self._digests.get(key) == digest:
            return
        self._remember(key, digest)
        if self._store is not None:
            self._store.put_digest(key, digest)

    def clear(self) -> None:
        """Forgets everything in memory. What the tier below keeps is still found."""
        with self._lock:
            self._reset()
            self._digests.clear()

    @property
    def bytes(self) -> int:
        """What is held in memory now."""
        return self._bytes

    def stats(self) -> CacheStats:
        with self._lock:
            return CacheStats(
                len(self._slots),
                self._bytes,
                self.budget,
                self._hits,
                self._misses,
                self._evictions,
            )

    def _reset(self) -> None:
        self._slots: dict[str, _Slot] = {}
        # Priorities only rise, so a heap item is a lower bound; it is corrected when it surfaces.
        self._heap: list[tuple[float, int, str]] = []
        self._unranked: list[str] = []  # in no heap yet: none is needed before room is
        self._holders: dict[int, int] = {}
        self._bytes = 0
        self._level = 0.0
        self._serial = 0

    def _fetch(self, key: str, store: Tier) -> Entry | None:
        entry = store.get(key)
        if entry is None:
            with self._lock:
                self._misses += 1
            return None
        self._admit(key, entry, _weigh(entry.outputs))
        with self._lock:
            self._hits += 1
        return entry

    def _admit(self, key: str, entry: Entry, weight: _Weight) -> None:
        size = weight.size
        if size > self.budget:
            return
        with self._lock:
            if key in self._slots:
                return
            self._bytes += weight.objects
            if weight.storages:
                self._hold(weight.storages)
            if self._bytes > self.budget:
                self._make_room()
            worth = entry.seconds / size
            self._slots[key] = _Slot(entry, weight, worth, 1, self._level + worth)
            self._unranked.append(key)

    def _make_room(self) -> None:
        for key in self._unranked:
            self._serial += 1
            heappush(self._heap, (self._slots[key].priority, self._serial, key))
        self._unranked.clear()
        while self._bytes > self.budget:
            priority, serial, key = self._heap[0]
            slot = self._slots[key]
            if slot.priority > priority:
                heapreplace(self._heap, (slot.priority, serial, key))
                continue
            heappop(self._heap)
            del self._slots[key]
            self._release(slot.weight)
            self._level = priority
            self._evictions += 1

    def _hold(self, storages: tuple[tuple[int, int], ...]) -> None:
        for address, count in storages:
            holders = self._holders.get(address, 0)
            self._holders[address] = holders + 1
            if not holders:
                self._bytes += count

    def _release(self, weight: _Weight) -> None:
        self._bytes -= weight.objects
        for address, count in weight.storages:
            holders = self._holders.pop(address) - 1
            if holders:
                self._holders[address] = holders
            else:
                self._bytes -= count

    def _remember(self, key: str, digest: str) -> None:
        with self._lock:
            self._digests[key] = digest
            self._digests.move_to_end(key)
            if len(self._digests) > DIGESTS:
                self._digests.popitem(last=False)


def _weigh(outputs: tuple[Any, ...]) -> _Weight:
    """What an entry weighs: its storages by address, and the rest. Plain outputs are not walked."""
    objects = OBJECTS
    held: dict[int, int] = {}
    for output in outputs:
        kind = type(output)
        if kind is str:
            objects += len(output)
        elif kind not in SCALARS:
            found = storages(output)
            if found:
                held = held | found if held else found
    if not held:
        return LIGHT if objects == OBJECTS else _Weight(objects, objects, ())
    return _Weight(objects + sum(held.values()), objects, tuple(held.items()))
