"""One server a folder: the second is told who has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from server.exits import Stop
from server.serving.lock import FolderLock

HOLD = """
import sys, time
from pathlib import Path
from server.serving.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
time.sleep(60)
"""


def test_the_second_is_told_who_has_the_folder(tmp_path: Path) -> None:
    first = FolderLock(tmp_path / "data")
    first.take()
    first.say("the server at http://127.0.0.1:1 with process number 7")
    with pytest.raises(Stop) as stop:
        FolderLock(tmp_path / "data").take()
    assert "process number 7" in str(stop.value)
    assert str(tmp_path / "data" / "lock") in str(stop.value)
    first.drop()
    second = FolderLock(tmp_path / "data")
    second.take()
    second.drop()


def test_a_holder_that_was_killed_holds_no_more(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(Stop) as stop:
        FolderLock(tmp_path).take()
    assert str(holder.pid) in str(stop.value)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    lock = FolderLock(tmp_path)
    lock.take()
    lock.drop()


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "data", tmp_path / "file"):
        with pytest.raises(Stop) as stop:
            FolderLock(folder).take()
        assert str(folder) in str(stop.value)
