"""Files of a run: names that every platform takes, nothing overwritten, nothing half written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Artifact, NodeError
from server.exits import FILES, Stop
from server.outputs import MAX_BYTES, Outputs, safe_name

FACTS = {"title": "A title", "seed": "7", "n": "3"}


def text(name: str, data: bytes = b"x") -> Artifact:
    return Artifact(data, "text/plain", name)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{title} {seed} {n}", "A title 7 3"),
        ("plain", "plain"),
        ("../../etc/passwd", "etc passwd"),
        ("a/b\\c:d", "a b c d"),
        ("nul\0byte", "nul byte"),
        ("NUL", "_NUL"),
        ("com1.tar", "_com1.tar"),
        (" . trailing . ", "trailing"),
        ("...", "3"),
        ("{unknown} {n}", "{unknown} 3"),
        ("wörter und 猫", "wörter und 猫"),
        ("a‮b", "a b"),
    ],
)
def test_a_template_becomes_a_safe_name(template: str, name: str) -> None:
    assert safe_name(template, FACTS) == name


def test_a_title_is_not_a_template_again() -> None:
    assert safe_name("{title}", {**FACTS, "title": "{seed}"}) == "{seed}"


def test_a_long_name_is_cut_and_keeps_its_number() -> None:
    name = safe_name("猫" * 500 + "{n}", FACTS)
    assert len(name.encode()) <= MAX_BYTES
    assert name.endswith(" 3")


@given(st.text(max_size=300))
def test_any_text_is_one_name_in_the_folder(template: str) -> None:
    name = safe_name(template, FACTS)
    assert name
    assert Path("folder", name).parent == Path("folder")
    assert not set(name) & set('<>:"/\\|?*\0')
    assert name == name.strip(" .")
    name.encode()


def test_two_saves_of_one_name_are_two_files(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path, "T", "")
    for data in (b"one", b"two", b"three"):
        outputs.save(text("same", data))
    assert [path.name for path in outputs.written] == ["same.txt", "same 2.txt", "same 3.txt"]
    assert [path.read_bytes() for path in outputs.written] == [b"one", b"two", b"three"]


def test_the_running_number_goes_on_where_another_run_ended(tmp_path: Path) -> None:
    Outputs(tmp_path, "T", "5").save(text("{title} {seed} {n}"))
    again = Outputs(tmp_path, "T", "5").save(text("{title} {seed} {n}"))
    assert again.name == "T 5 2.txt"


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(NodeError, match="no room left for a file in") as failed:
        Outputs(tmp_path / "out", "T", "").save(text("name"))
    assert failed.value.code == "not_written"
    assert list((tmp_path / "out").iterdir()) == []


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(NodeError, match="taken' is a file, not a folder") as failed:
        Outputs(tmp_path / "taken", "T", "").save(text("name"))
    assert "room" not in failed.value.fix


@pytest.mark.parametrize("inside", ["taken", "taken/deeper/still"])
def test_a_folder_is_tried_before_a_run(tmp_path: Path, inside: str) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(Stop, match=r"taken' is a file, not a folder\. Choose another") as stop:
        Outputs(tmp_path / inside, "T", "").check()
    assert stop.value.code == FILES


def test_a_missing_folder_is_made_and_the_trial_leaves_nothing(tmp_path: Path) -> None:
    Outputs(tmp_path / "a" / "b", "T", "").check()
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no room left for a file in .* Make room"),
        (errno.EDQUOT, "no room left for a file in .* Make room"),
        (errno.EACCES, "may not write into the folder .* permissions"),
        (errno.EPERM, "may not write into the folder .* permissions"),
        (errno.EROFS, "on a disk that can only be read"),
        (errno.EIO, "Nothing can be written into .*: input/output error"),
    ],
)
def test_the_sentence_fits_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(Stop, match=words):
        Outputs(tmp_path, "T", "").check()
