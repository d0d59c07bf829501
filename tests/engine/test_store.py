from __future__ import annotations

import math
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cache import Entry, RamCache
from engine.digests import DigestLog
from engine.folder import SharedFolder
from engine.pace import Pace
from engine.store import MAGIC, Store, decode, encode
from engine.values import Value

KEY = "0123456789abcdef0123456789abcdef"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Grid(Value):
    cells: torch.Tensor
    name: str = "grid"


@dataclass(frozen=True)
class State(Value):
    grid: Grid
    history: tuple[torch.Tensor, ...]
    facts: dict[str, Any]


@dataclass(frozen=True)
class Secret(Value):
    packable = False
    cells: torch.Tensor


@dataclass(frozen=True)
class Picky(Value):
    """A class that has changed since its value was written."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("negative")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def file_of(folder: Path) -> Path:
    (found,) = [path for path in (folder / "entries").glob("??/*") if path.is_file()]
    return found


def write(folder: Path, entry: Entry, key: str = KEY) -> None:
    store = Store(folder)
    store.put(key, entry, kind="turn")
    store.close()


def read(folder: Path, key: str = KEY) -> Entry | None:
    return Store(folder).get(key)


def numbered(number: int, size: int = 100) -> Entry:
    return Entry((Grid(torch.full((size,), float(number)), str(number)),), float(number))


TENSORS = {
    "float32": torch.randn(2, 3),
    "float16": torch.randn(2, 3).half(),
    "bfloat16": torch.randn(2, 3).bfloat16(),
    "int64": torch.arange(6) - 3,
    "uint8": torch.arange(6).byte(),
    "bool": torch.tensor([True, False, True]),
    "complex64": torch.randn(4, dtype=torch.complex64),
    "conjugated": torch.randn(4, dtype=torch.complex64).conj(),
    "no dimensions": torch.tensor(1.5),
    "empty": torch.empty(0, 4, 8, 8),
    "not finite": torch.tensor([math.nan, math.inf, -math.inf, -0.0]),
    "channels last": torch.randn(2, 4, 8, 8).to(memory_format=torch.channels_last),
    "channels last, one channel": torch.randn(1, 1, 8, 8).to(memory_format=torch.channels_last),
    "transposed": torch.randn(3, 5).T,
    "permuted": torch.randn(2, 3, 4, 5).permute(3, 0, 2, 1),
    "gradient": torch.randn(3, requires_grad=True),
}


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_keeps_bits_dtype_and_strides(tmp_path: Path, name: str) -> None:
    tensor = TENSORS[name]
    write(tmp_path, Entry((Grid(tensor),), 1.0))
    found = read(tmp_path)
    assert found is not None
    back = found.outputs[0].cells
    assert (back.dtype, back.shape, back.stride()) == (tensor.dtype, tensor.shape, tensor.stride())
    expected = tensor.detach().resolve_conj().contiguous()
    assert torch.equal(_bytes(back.contiguous()), _bytes(expected))


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.reshape(-1).view(torch.uint8) if tensor.numel() else tensor.reshape(-1)


def test_a_view_of_something_larger_is_stored_compact(tmp_path: Path) -> None:
    whole = torch.arange(1_000_000.0)
    strided = whole.view(1000, 1000)[::10, ::500]
    write(tmp_path, Entry((Grid(whole[7:9]), Grid(strided), Grid(torch.ones(1).expand(5, 2))), 1.0))
    assert file_of(tmp_path).stat().st_size < 4000
    found = read(tmp_path)
    assert found is not None
    for grid, tensor in zip(found.outputs, (whole[7:9], strided, torch.ones(5, 2)), strict=True):
        assert torch.equal(grid.cells, tensor)


def test_what_is_shared_is_stored_and_comes_back_shared(tmp_path: Path) -> None:
    tensor = torch.randn(50, 20)
    write(tmp_path, Entry((Grid(tensor), Grid(tensor.T), Grid(tensor)), 1.0))
    assert file_of(tmp_path).stat().st_size < 2 * 4000
    found = read(tmp_path)
    assert found is not None
    first, transposed, last = (grid.cells for grid in found.outputs)
    assert torch.equal(transposed, tensor.T)
    assert first.data_ptr() == transposed.data_ptr() == last.data_ptr()


def test_nested_values_and_plain_ones_come_back(tmp_path: Path) -> None:
    facts = {"low": -math.inf, "none": None, "on": True, "list": [1, 2.5], "text": "ü\n", "": 1}
    state = State(Grid(torch.ones(2)), (torch.zeros(1), torch.ones(1)), facts)
    write(tmp_path, Entry((state, 7, [Grid(torch.ones(1)), Grid(torch.zeros(1))], "x"), 0.25))
    found = read(tmp_path)
    assert found is not None
    back, seven, grids, text = found.outputs
    assert found.seconds == 0.25
    assert isinstance(back, State)
    assert back.facts == facts
    assert [t.item() for t in back.history] == [0.0, 1.0]
    assert (seven, text, type(grids), [g.cells.item() for g in grids]) == (7, "x", list, [1.0, 0.0])


def test_loaded_memory_is_aligned_as_torch_aligns_it(tmp_path: Path) -> None:
    write(tmp_path, Entry(tuple(Grid(torch.ones(n)) for n in (1, 3, 5, 7)), 1.0))
    found = read(tmp_path)
    assert found is not None
    assert all(grid.cells.data_ptr() % 64 == 0 for grid in found.outputs)


def test_what_waits_to_be_written_is_found(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store._writer, "_rouse", lambda: None)
    entry = numbered(1)
    store.put(KEY, entry, kind="turn")
    store.put_digest("a.port", "=1")
    assert store.has(KEY)
    assert store.get(KEY) is entry
    assert store.digest("a.port") == "=1"
    assert not list(store._files.root.glob("*"))
    monkeypatch.undo()
    store.put("b" * 32, entry, kind="turn")
    store.flush()
    assert store.stats().written == 2


def test_cheap_steps_are_not_written_but_turns_and_other_nodes_are(store: Store) -> None:
    store.put("a" * 32, Entry((1,), 0.0005), kind="step")
    store.put("b" * 32, Entry((1,), 0.5), kind="step")
    store.put("c" * 32, Entry((1,), 0.0), kind="turn")
    store.put("d" * 32, Entry((Grid(torch.zeros(1 << 19)),), 0.003), kind="step")
    store.put("e" * 32, Entry((1,), 0.0))
    store.flush()
    assert [name for name in "abcde" if store.has(name * 32)] == ["b", "c", "e"]


def test_what_is_too_large_or_stays_in_memory_is_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path, largest=10_000, largest_turn=20_000)
    store.put("a" * 32, Entry((Grid(torch.zeros(2501)),), 9.0))
    store.put("b" * 32, Entry((Secret(torch.zeros(1)),), 9.0))
    store.put("c" * 32, Entry((object(),), 9.0))
    store.put("d" * 32, Entry((Grid(torch.zeros(2500)),), 9.0))
    store.put("e" * 32, Entry((Grid(torch.zeros(5000)),), 9.0), kind="turn")
    store.put("f" * 32, Entry((Grid(torch.zeros(5001)),), 9.0), kind="turn")
    store.close()
    assert [name for name in "abcdef" if store.has(name * 32)] == ["d", "e"]
    assert store.stats().failures == 0


def test_when_too_much_waits_it_is_dropped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.writer.ENTRIES", 3)
    monkeypatch.setattr(store._writer, "_rouse", lambda: None)
    for number in range(5):
        store.put(f"{number:032x}", numbered(number), kind="turn")
    assert [store.has(f"{number:032x}") for number in range(5)] == [True] * 3 + [False] * 2
    assert store.stats().dropped == 2


def test_every_truncation_is_a_miss(tmp_path: Path) -> None:
    content = encode(KEY, numbered(3, 4), "turn")
    assert content is not None
    write(tmp_path, numbered(3, 4))
    path = file_of(tmp_path)
    assert path.read_bytes() == content
    for end in range(len(content)):
        path.write_bytes(content[:end])
        assert read(tmp_path) is None, end
    path.write_bytes(content)
    assert read(tmp_path) is not None


def test_a_corrupt_file_is_removed_and_a_foreign_one_left(tmp_path: Path) -> None:
    write(tmp_path, numbered(3))
    path = file_of(tmp_path)
    content = path.read_bytes()
    path.write_bytes(MAGIC[:-1] + b"9" + content[len(MAGIC) :])
    assert read(tmp_path) is None
    assert path.exists()
    path.write_bytes(content[:-1])
    assert read(tmp_path) is None
    assert not path.exists()
    write(tmp_path, numbered(3))
    assert read(tmp_path) is not None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_every_flipped_bit_is_a_miss(data: st.DataObject) -> None:
    content = encode(KEY, numbered(3, 4), "turn")
    assert content is not None
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Exception):  # noqa: B017, PT011
        decode(KEY, bytes(flipped), "cpu")


def test_a_file_under_another_name_is_a_miss(tmp_path: Path) -> None:
    write(tmp_path, numbered(3))
    other = "f" * 32
    target = Path(SharedFolder(tmp_path / "entries", 1).path(other))
    target.parent.mkdir()
    file_of(tmp_path).rename(target)
    assert read(tmp_path, other) is None


def test_a_class_that_refuses_what_was_written_is_a_miss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, Entry((Picky(5),), 1.0))
    assert read(tmp_path) is not None
    monkeypatch.setattr(Picky, "__post_init__", lambda self: math.sqrt(-self.size))
    assert read(tmp_path) is None


def test_a_class_that_is_gone_is_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, Entry((Picky(5),), 1.0))
    monkeypatch.setattr("engine.values.value_types", dict)
    assert read(tmp_path) is None


def test_a_value_whose_pack_fails_is_skipped_and_the_next_is_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Picky) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(Picky, "pack", fail)
    store.put("a" * 32, Entry((Picky(1),), 1.0))
    store.put("b" * 32, Entry((1,), 1.0))
    store.flush()
    assert not store.has("a" * 32)
    assert store.has("b" * 32)


def test_the_folder_stays_within_its_budget_and_keeps_what_was_read(tmp_path: Path) -> None:
    first = Store(tmp_path, budget=50_000)
    for number in range(8):
        first.put(f"{number:032x}", numbered(number, 1000), kind="turn")
    first.close()
    assert first.stats().removed == 0
    long_ago = time.time() - 1000
    for number in range(8):
        os.utime(first._files.path(f"{number:032x}"), (long_ago + number, long_ago + number))
    assert first.get(f"{0:032x}") is not None
    second = Store(tmp_path, budget=50_000)
    for number in range(8, 13):
        second.put(f"{number:032x}", numbered(number, 1000), kind="turn")
    second.close()
    kept = [number for number in range(13) if second.has(f"{number:032x}")]
    size = sum(path.stat().st_size for path in (tmp_path / "entries").glob("??/*"))
    assert size <= 50_000
    assert kept[0] == 0, "it was read, so it is young"
    assert kept[1:] == list(range(13 - len(kept) + 1, 13)), "the oldest go first"
    assert len(kept) >= 9


def test_what_a_dead_process_left_is_swept(tmp_path: Path) -> None:
    write(tmp_path, numbered(1))
    old, new = (file_of(tmp_path).parent / f".{name}.part" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    write(tmp_path, numbered(1))
    assert not old.exists()
    assert new.exists(), "another process may still be writing it"


def test_a_folder_that_cannot_be_written_only_shows_in_the_stats(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file")
    store.put(KEY, numbered(1), kind="turn")
    store.put_digest("a.port", "=1")
    store.close()
    assert store.get(KEY) is None
    assert not store.has(KEY)
    assert store.digest("a.port") is None
    assert store.stats().failures == 2
    assert store.stats().problem


def test_a_full_disk_leaves_no_half_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(old: str, new: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.folder.os.replace", full)
    store.put(KEY, numbered(1), kind="turn")
    store.flush()
    monkeypatch.undo()
    assert store.stats().problem == "No space left on device"
    assert not [path for path in store._files.root.rglob("*") if path.is_file()]
    store.put(KEY, numbered(1), kind="turn")
    store.flush()
    assert store.has(KEY)


def test_after_close_it_still_reads(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, numbered(1), kind="turn")
    store.close()
    store.put("b" * 32, numbered(1), kind="turn")
    store.close()
    assert store.get(KEY) is not None
    assert not store.has("b" * 32)


def test_any_key_finds_a_file_name(store: Store) -> None:
    for key in ("../../etc/passwd", "a/b", "turn", "", "Ä" * 500, "AB" * 16, "ab" * 16):
        store.put(key, Entry((key,), 1.0), kind="turn")
    store.flush()
    for key in ("../../etc/passwd", "a/b", "turn", "", "Ä" * 500, "AB" * 16, "ab" * 16):
        found = store.get(key)
        assert found is not None
        assert found.outputs == (key,)
    assert len(list(store._files.root.glob("??/*"))) == 7


def test_the_cache_finds_after_a_restart_what_it_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    RamCache(1 << 20, store).put(KEY, numbered(4), kind="turn")
    store.close()
    cache = RamCache(1 << 20, Store(tmp_path))
    assert cache.has(KEY)
    found = cache.get(KEY)
    assert found is not None
    assert found.outputs[0].name == "4"
    assert cache.get(KEY) is found


def test_digests_come_back_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digests = {f"{number:032x}.out": f"={number} x" for number in range(500)}
    for key, digest in digests.items():
        store.put_digest(key, digest)
    store.put_digest("a.port", "first")
    store.flush()
    store.put_digest("a.port", "second")
    store.close()
    again = Store(tmp_path)
    assert {key: again.digest(key) for key in digests} == digests
    assert again.digest("a.port") == "second"
    assert again.digest("b.port") is None


def test_a_torn_or_changed_digest_line_is_skipped_and_harms_no_other(tmp_path: Path) -> None:
    log = DigestLog(tmp_path)
    log.append([("a1.x", "one"), ("a2.x", "two")])
    (path,) = tmp_path.glob("*.log")
    path.write_bytes(path.read_bytes().replace(b"one", b"two")[:-3])
    DigestLog(tmp_path).append([("a3.x", "three")])
    fresh = DigestLog(tmp_path)
    assert [fresh.get(f"a{n}.x") for n in (1, 2, 3)] == [None, None, "three"]


def test_a_digest_file_is_halved_when_it_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.digests.LARGEST", 4000)
    log = DigestLog(tmp_path)
    for number in range(400):
        log.append([(f"a{number}.x", str(number))])
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4000
    fresh = DigestLog(tmp_path)
    assert fresh.get("a399.x") == "399"
    assert fresh.get("a0.x") is None


WRITER = """
    import sys
    from pathlib import Path
    import torch
    torch.set_num_threads(1)
    from engine.cache import Entry
    from engine.store import Store
    folder, first, last, close = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    store = Store(folder)
    print("ready", flush=True)
    for number in range(first, last):
        entry = Entry((torch.full((5000,), float(number)), str(number)), 1.0)
        store.put(f"{number:032x}", entry, kind="turn")
        store.put_digest(f"{number:032x}.x", str(number))
        if number % 20 == 0:
            store.flush()
    if close == "close":
        store.close()
"""


def start(folder: Path, first: int, last: int, close: str = "close") -> subprocess.Popen[str]:
    arguments = [str(folder), str(first), str(last), close]
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def sound(store: Store, numbers: range) -> int:
    """How many of `numbers` are found; fails if one reads as something else."""
    found = 0
    for number in numbers:
        entry = store.get(f"{number:032x}")
        if entry is not None:
            found += 1
            assert entry.outputs[1] == str(number)
            assert torch.equal(entry.outputs[0], torch.full((5000,), float(number)))
        assert store.digest(f"{number:032x}.x") in {None, str(number)}
    return found


def test_two_processes_write_one_folder(tmp_path: Path) -> None:
    ours = [start(tmp_path, 0, 150), start(tmp_path, 100, 250)]
    for process in ours:
        process.communicate(timeout=120)
        assert process.returncode == 0
    store = Store(tmp_path)
    assert sound(store, range(250)) == 250
    assert [store.digest(f"{n:032x}.x") for n in range(250)] == [str(n) for n in range(250)]


def test_what_waits_is_written_at_exit(tmp_path: Path) -> None:
    process = start(tmp_path, 1, 20, "leave it open")
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert sound(Store(tmp_path), range(1, 20)) == 19


def test_a_kill_leaves_nothing_that_reads_wrong(tmp_path: Path) -> None:
    process = start(tmp_path, 0, 100_000)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "entries").glob("??/*"))) < 30 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate(timeout=60)
    store = Store(tmp_path)
    assert sound(store, range(2000)) >= 20
    store.put(KEY, numbered(1), kind="turn")
    store.close()
    assert read(tmp_path) is not None


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def store_by(clock: Clock, folder: Path) -> Store:
    """One whose writing, which takes real time, may take all of the clock's (see test_pace)."""
    return Store(folder, pace=Pace(clock, share=1.0))


def turns_of(store: Store, clock: Clock, count: int, *, seconds: float, collect: bool) -> None:
    """Puts the states of a loop's turns, as the walker does, waiting for each to be written."""
    before = ""
    for number in range(count):
        clock.now += seconds
        outputs = (Grid(torch.full((8,), float(number))),)
        entry = Entry(outputs, seconds, "" if collect else before)
        before = f"{number:032x}"
        store.put(before, entry, kind="turn")
        while store._writer._due:
            time.sleep(0.001)


def kept(folder: Path, count: int) -> list[int]:
    store = Store(folder)
    return [number for number in range(count) if store.has(f"{number:032x}")]


def test_while_a_loop_runs_the_newest_turn_is_written_once_a_second(tmp_path: Path) -> None:
    clock = Clock()
    store = store_by(clock, tmp_path)
    turns_of(store, clock, 40, seconds=0.125, collect=False)
    assert store.stats().written == 5
    assert kept(tmp_path, 40) == [7, 15, 23, 31, 39]
    assert all(store.has(f"{number:032x}") for number in range(40))
    store.close()
    assert kept(tmp_path, 40) == list(range(40))


def test_turns_that_are_collected_are_all_written(tmp_path: Path) -> None:
    clock = Clock()
    store = store_by(clock, tmp_path)
    turns_of(store, clock, 20, seconds=0.125, collect=True)
    assert kept(tmp_path, 20) == list(range(16))
    store.close()


def test_after_the_run_all_is_written_without_being_waited_for(tmp_path: Path) -> None:
    clock = Clock()
    store = store_by(clock, tmp_path)
    turns_of(store, clock, 6, seconds=0.125, collect=False)
    store.put("e" * 32, Entry((1,), 0.5), kind="step")
    assert store.stats().written == 0
    store.settle()
    deadline = time.monotonic() + 60
    while store.stats().written < 7 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert kept(tmp_path, 6) == list(range(6))
    store.close()


def test_turns_drive_steps_out_and_newer_turns_older_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.writer.ENTRIES", 4)
    monkeypatch.setattr(store._writer, "_rouse", lambda: None)
    store.put("e" * 32, Entry((1,), 0.5), kind="step")
    store.put("f" * 32, Entry((1,), 0.5), kind="step")
    for number in range(5):
        follows = f"{number - 1:032x}" if number else ""
        store.put(f"{number:032x}", Entry((number,), 0.0, follows), kind="turn")
    assert [store.has(name * 32) for name in "ef"] == [False, False]
    assert [store.has(f"{number:032x}") for number in range(5)] == [False, True, True, True, True]
    assert store.stats().dropped == 3


def test_a_flush_waits_no_longer_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    monkeypatch.setattr(store._files, "write", lambda name, content: time.sleep(1.0))
    store.put(KEY, numbered(1))
    start = time.monotonic()
    store.flush(0.05)
    assert time.monotonic() - start < 0.9
    store.close()
