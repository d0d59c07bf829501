from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cache import OBJECTS, Entry, EntryKind, RamCache
from engine.values import Value

ADDRESSES = count(1000)


@dataclass(frozen=True)
class Memory:
    """A stretch of memory, as a tensor's storage shows it."""

    size: int
    address: int = field(default_factory=lambda: next(ADDRESSES))

    def data_ptr(self) -> int:
        return self.address

    def nbytes(self) -> int:
        return self.size


@dataclass(frozen=True)
class Array:
    """Stands in for a tensor; two with one `memory` are views of it."""

    memory: Memory

    def untyped_storage(self) -> Memory:
        return self.memory


@dataclass(frozen=True)
class Picture(Value):
    array: Any


def picture(size: int, seconds: float = 1.0) -> Entry:
    """An entry that is charged `size` bytes in all."""
    return Entry((Picture(Array(Memory(size - OBJECTS))),), seconds)


class Below:
    """A slower tier that notes what it is asked."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.digests: dict[str, str] = {}
        self.asked: list[str] = []
        self.kinds: list[EntryKind] = []

    def get(self, key: str) -> Entry | None:
        self.asked.append(key)
        return self.entries.get(key)

    def has(self, key: str) -> bool:
        return key in self.entries

    def put(self, key: str, entry: Entry, *, kind: EntryKind = "node") -> None:
        self.entries[key] = entry
        self.kinds.append(kind)

    def digest(self, key: str) -> str | None:
        return self.digests.get(key)

    def put_digest(self, key: str, digest: str) -> None:
        self.digests[key] = digest


def kept(cache: RamCache, keys: Iterable[str]) -> str:
    return "".join(key for key in keys if cache.has(key))


def test_an_entry_comes_back_as_it_was_put() -> None:
    cache = RamCache(10_000)
    entry = Entry((1, "text"), 0.5)
    cache.put("a", entry)
    assert cache.get("a") is entry
    assert cache.get("b") is None
    assert (cache.stats().hits, cache.stats().misses) == (1, 1)


def test_the_cheapest_a_byte_goes_first() -> None:
    cache = RamCache(3000)
    cache.put("a", picture(1000, 5.0))
    cache.put("b", picture(1000, 1.0))
    cache.put("c", picture(1000, 3.0))
    cache.put("d", picture(1000, 2.0))
    assert kept(cache, "abcd") == "acd"


def test_gdsf_by_hand() -> None:
    """Budget 3 of size 1000; priorities in units of seconds / 1000 bytes.

    a=4 b=2 c=3, L=0. b is hit twice: b=6. d (1) pushes out c: L=3, d=3+1=4.
    e (2) pushes out the older of a=4 and d=4, a: L=4, e=6. A hit on d: 4+2*1=6.
    f (9): b, d and e all stand at 6; b is the oldest and goes: L=6, f=15.
    """
    cache = RamCache(3000)
    for key, seconds in (("a", 4.0), ("b", 2.0), ("c", 3.0)):
        cache.put(key, picture(1000, seconds))
    cache.get("b")
    cache.get("b")
    cache.put("d", picture(1000, 1.0))
    assert kept(cache, "abcd") == "abd"
    cache.put("e", picture(1000, 2.0))
    assert kept(cache, "abcde") == "bde"
    cache.get("d")
    cache.put("f", picture(1000, 9.0))
    assert kept(cache, "abcdef") == "def"
    assert cache.stats().evictions == 3


def test_what_is_not_asked_for_grows_old() -> None:
    """A dear entry goes at last, once cheaper ones have been asked for long enough."""
    cache = RamCache(2000)
    cache.put("dear", picture(1000, 10.0))
    for turn in range(12):
        cache.put(f"cheap {turn}", picture(1000, 1.0))
    assert not cache.has("dear")


def test_looking_does_not_count_as_a_hit() -> None:
    cache = RamCache(2000)
    cache.put("a", picture(1000, 1.0))
    cache.put("b", picture(1000, 2.0))
    for _ in range(5):
        assert cache.has("a")
    cache.put("c", picture(1000, 3.0))
    assert kept(cache, "abc") == "bc"
    assert cache.stats().hits == 0


def test_views_of_one_storage_are_charged_once() -> None:
    cache = RamCache(10_000)
    memory = Memory(4000)
    cache.put("whole", Entry((Picture(Array(memory)),), 1.0))
    cache.put("view", Entry((Picture(Array(memory)), [Picture(Array(memory))]), 2.0))
    assert cache.stats().bytes == 4000 + 2 * OBJECTS


def test_shared_memory_is_given_back_with_its_last_holder() -> None:
    memory = Memory(4000)
    cache = RamCache(4000 + 3 * OBJECTS)
    cache.put("whole", Entry((Picture(Array(memory)),), 1.0))
    cache.put("view", Entry((Picture(Array(memory)),), 2.0))
    cache.put("small", picture(OBJECTS + 300, 3.0))
    assert kept(cache, ["whole", "view", "small"]) == "small"
    assert cache.stats().bytes == OBJECTS + 300


def test_too_large_an_entry_is_refused_and_evicts_nothing() -> None:
    cache = RamCache(3000)
    cache.put("a", picture(1000))
    cache.put("huge", picture(3001, 1e6))
    assert cache.has("a")
    assert not cache.has("huge")
    cache.put("fits", picture(3000, 1e6))
    assert kept(cache, ["a", "fits"]) == "fits"


def test_budget_zero_keeps_nothing_but_hands_down() -> None:
    below = Below()
    cache = RamCache(0, below)
    cache.put("a", picture(1000), kind="turn")
    assert cache.stats().entries == 0
    assert cache.get("a") is below.entries["a"]
    assert below.kinds == ["turn"]


def test_the_floor_keeps_out_what_is_large_and_cheap_but_never_a_turn() -> None:
    below = Below()
    cache = RamCache(1 << 30, below, floor=1e-6)
    cache.put("residuals", picture(1_000_000, 0.99))
    cache.put("prediction", picture(1_000_000, 1.01))
    cache.put("turn", picture(1_000_000, 0.01), kind="turn")
    assert [key for key in ("residuals", "prediction", "turn") if cache.has(key)] == [
        "prediction",
        "turn",
    ]
    assert "residuals" not in below.entries


def test_what_lies_below_is_found_once_and_then_in_memory() -> None:
    below = Below()
    below.entries["a"] = picture(1000)
    cache = RamCache(3000, below)
    assert cache.has("a")
    assert below.asked == []
    assert cache.get("a") is below.entries["a"]
    assert cache.get("a") is below.entries["a"]
    assert below.asked == ["a"]
    assert below.kinds == [], "what came from below is not written there again"


def test_digests_are_remembered_here_and_below() -> None:
    below = Below()
    cache = RamCache(1000, below)
    cache.put_digest("key.port", "=7")
    assert cache.digest("key.port") == "=7"
    assert below.digests == {"key.port": "=7"}
    below.digests["old.port"] = "=8"
    assert cache.digest("old.port") == "=8"
    assert cache.digest("none.port") is None


def test_digests_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.cache.DIGESTS", 3)
    cache = RamCache(1000)
    for name in "abc":
        cache.put_digest(name, name)
    cache.digest("a")
    cache.put_digest("d", "d")
    assert [name for name in "abcd" if cache.digest(name)] == ["a", "c", "d"]


def test_clear_forgets_memory_only() -> None:
    below = Below()
    cache = RamCache(3000, below)
    cache.put("a", picture(1000))
    cache.clear()
    assert (cache.stats().entries, cache.stats().bytes) == (0, 0)
    assert cache.get("a") is below.entries["a"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 5), st.floats(0, 10), st.booleans()),
        max_size=80,
    )
)
def test_the_charge_is_what_the_entries_hold(
    actions: list[tuple[int, int, float, bool]],
) -> None:
    """Whatever is put and asked for, in any order: within the budget, and counted right."""
    memories = [Memory(300 * (index + 1)) for index in range(6)]
    cache = RamCache(4000)
    for number, which, seconds, ask in actions:
        if ask:
            cache.get(str(number))
        else:
            arrays = tuple(Picture(Array(memories[i])) for i in {which, number % 6})
            cache.put(str(number), Entry(arrays, seconds))
    held = [slot.entry for slot in cache._slots.values()]
    distinct = {p.array.memory.address: p.array.memory.size for e in held for p in e.outputs}
    assert cache.stats().bytes == len(held) * OBJECTS + sum(distinct.values())
    assert cache.stats().bytes <= 4000


def test_two_threads_may_use_it() -> None:
    cache = RamCache(20_000)
    failures: list[BaseException] = []

    def use(offset: int) -> None:
        try:
            for turn in range(3000):
                key = str((turn * 7 + offset) % 50)
                found = cache.get(key)
                assert found is None or found.seconds == float(key)
                cache.put(key, picture(1000, float(key)))
                cache.put_digest(key, key)
                assert cache.digest(key) == key
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)

    threads = [threading.Thread(target=use, args=(offset,)) for offset in (0, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert cache.stats().bytes == cache.stats().entries * 1000
