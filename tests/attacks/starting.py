"""Attacks on the start: folders, databases, second servers, packs that are broken."""

from __future__ import annotations

import subprocess
from functools import partial

from .book import Attack
from .deeds import deed
from .field import Field
from .serving import Serving, until
from .stubs import sums


@deed("R012", proves=["exit != 0, one-line reason"])
def bad_folders(field: Field, attack: Attack) -> None:
    """A data folder that cannot be written, one that is a file, and a full disk."""
    closed = field.make(powerless=True)
    closed.data.chmod(0o500)
    refuses_to_start(closed, "data")
    closed.data.chmod(0o700)
    file = field.make()
    file.data.rmdir()
    file.data.write_text("a file")
    refuses_to_start(file, "data")
    full = field.make()
    full.fill_disk(str(full.data))
    refuses_to_start(full, "")


def refuses_to_start(serving: Serving, word: str) -> str:
    """The one line that it says; it ends by itself, without a traceback and not as a defect."""
    serving.start(wait=False)
    process = serving.process
    assert process is not None
    code = process.wait(60)
    said = serving.said.strip()
    assert code not in {0, 4}, (code, said)
    assert "Traceback" not in said
    lines = [line for line in said.splitlines() if not line.startswith("warning: ")]
    assert len(lines) == 1, said
    assert word in lines[0], said
    return lines[0]


@deed(
    "R013",
    proves=["refuses with the reason and the recovery command", "never wipes silently"],
)
def bad_database(field: Field, attack: Attack) -> None:
    serving = field.make().start(wait=False)
    until(serving.answers, 60, "it answers")
    until(lambda: _saves(serving), 60, "a graph is saved")
    assert serving.stop() == 0
    file = serving.data / "latentgraph.db"
    whole = file.read_bytes()
    for damaged in (b"garbage" * 1000, whole[: len(whole) // 2]):
        for rest in serving.data.glob("latentgraph.db-*"):
            rest.unlink()
        file.write_bytes(damaged)
        (serving.folder / "stderr").write_text("")
        line = refuses_to_start(serving, "database")
        assert "latentgraph" in line or "mv " in line or "sqlite3" in line, line
        assert file.read_bytes() == damaged
    file.write_bytes(whole)
    serving.start(wait=False)
    until(serving.answers, 60, "it answers")
    assert serving.mouth.ask("GET", "/api/graphs/kept/versions").status == 200
    assert serving.stop() == 0


def _saves(serving: Serving) -> bool:
    heard = serving.mouth.ask(
        "PUT", "/api/graphs/kept", {"graph": sums(2)}, {"If-None-Match": "*"}, quiet=True
    )
    return heard.status in {200, 201}


@deed(
    "R014",
    proves=["second one exits != 0 naming the lock or port", "first one unaffected"],
)
def started_twice(field: Field, attack: Attack) -> None:
    second = Serving(field.serving.folder)
    assert second.port != field.serving.port
    done = subprocess.run(
        second.command(),
        env=second.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode not in {0, 4}, done
    assert "data" in done.stderr or "lock" in done.stderr, done.stderr
    other = field.make()
    other.port = field.serving.port
    done = subprocess.run(
        other.command(),
        env=other.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode not in {0, 4}, done
    assert str(field.serving.port) in done.stderr, done.stderr
    assert field.made() == field.bytes


@deed("R021", proves=["server starts; node listed as broken with the reason"])
def bad_plugins(field: Field, attack: Attack) -> None:
    """One is broken, one takes its time to import; the built-in nodes are there all the same."""
    for text, word in (
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_module_anywhere\n", "no_such_module_anywhere"),
        ("import time\ntime.sleep(6)\nraise RuntimeError('late')\n", "late"),
    ):
        serving = field.make(plain=True)
        (serving.nodes / "mine.py").write_text(text)
        serving.start(wait=False)
        until(serving.answers, 30, "it answers")
        until(partial(_knows_packs, serving), 120, "the packs are read")
        error = _error_of_user(serving)
        assert error
        assert word in error
        assert str(serving.folder) not in error
        if word != "late":
            assert serving.stop() == 0
            continue
        until(serving.is_ready, 120, "it is ready")
        graph = {
            "format": 1,
            "outputs": {"n": "n.value"},
            "nodes": {"n": {"type": "Number", "params": {"value": 2.0}}},
        }
        assert serving.run(graph)["status"] == "completed"
        assert serving.stop() == 0


def _knows_packs(serving: Serving) -> bool:
    return _error_of_user(serving) is not None


def _error_of_user(serving: Serving) -> str | None:
    """Why the user's own nodes are not there, once that is known."""
    heard = serving.mouth.ask("GET", "/api/system", quiet=True)
    if heard.status != 200:
        return None
    errors = [pack["error"] for pack in heard.json["packs"] if pack["name"] == "user"]
    return errors[0] if errors else None
