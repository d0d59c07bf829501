"""Hashes kept on disk: a large file is read once, whatever process asks."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from engine import hashes
from engine.hashes import WORTH_KEEPING, Hashes


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(b"a" * WORTH_KEEPING)
    return path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file that is read for its hash."""
    seen: list[Path] = []
    before = hashes._read
    monkeypatch.setattr(hashes, "_read", lambda path: seen.append(path) or before(path))
    return seen


def test_another_process_reads_nothing(large: Path, tmp_path: Path, reads: list[Path]) -> None:
    wanted = hashlib.sha256(large.read_bytes()).hexdigest()
    assert Hashes(tmp_path / "kept").known(large) == ""
    assert [Hashes(tmp_path / "kept").of(large) for _ in range(3)] == [wanted] * 3
    assert len(reads) == 1
    assert Hashes(tmp_path / "kept").known(large) == wanted


def test_a_changed_file_is_read_again(large: Path, tmp_path: Path, reads: list[Path]) -> None:
    before = Hashes(tmp_path / "kept").of(large)
    large.write_bytes(b"b" * WORTH_KEEPING)
    os.utime(large, ns=(1, 1))
    after = Hashes(tmp_path / "kept").of(large)
    assert after != before
    assert len(reads) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": [], "sha256": "x"}', '{"sha256": 3}'])
def test_a_broken_entry_is_a_miss(large: Path, tmp_path: Path, text: str) -> None:
    wanted = Hashes(tmp_path / "kept").of(large)
    (entry,) = (tmp_path / "kept").iterdir()
    entry.write_text(text)
    assert Hashes(tmp_path / "kept").of(large) == wanted


def test_small_files_are_not_written_down(tmp_path: Path) -> None:
    small = tmp_path / "small.json"
    small.write_text("{}")
    Hashes(tmp_path / "kept").of(small)
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_to(large: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    wanted = hashlib.sha256(large.read_bytes()).hexdigest()
    assert Hashes(tmp_path / "kept").of(large) == wanted
