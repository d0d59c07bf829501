"""The server as a process: what it refuses to start with, what it costs, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.exits import FILES, WRONG, Stop
from server.serving.operator import operator_of
from server.serving.process import access_of, bound, check_exposure, setups, web_folder
from server.settings import settings_of

COMMAND = (sys.executable, "-c", "from server.cli import main; raise SystemExit(main())", "serve")
ROOT = Path(__file__).parents[3]


@dataclass
class Process:
    url: str
    pid: int
    popen: subprocess.Popen[str]

    def get(self, path: str, **headers: str) -> Any:
        asked = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.loads(answer.read())


def environment() -> dict[str, str]:
    own = {name: text for name, text in os.environ.items() if not name.startswith("LATENTGRAPH_")}
    return {**own, "OMP_NUM_THREADS": "1", "LATENTGRAPH_WARM": "false"}


@contextmanager
def process(folder: Path, *flags: str) -> Iterator[Process]:
    """A server with a real worker; it is ended, whatever the test did."""
    command = [*COMMAND, "--port", "0", "--data", str(folder), "--device", "cpu", *flags]
    popen = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    )
    assert popen.stdout is not None
    try:
        line = popen.stdout.readline()
        assert " is at http://" in line, line
        yield Process(line.split()[-1], popen.pid, popen)
    finally:
        if popen.poll() is None:
            popen.kill()
        popen.wait()
        popen.stdout.close()


def refused(*flags: str) -> tuple[int, str]:
    done = subprocess.run(
        [*COMMAND, *flags], capture_output=True, text=True, timeout=60, cwd=ROOT, env=environment()
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.strip()


def test_it_answers_before_its_worker_does_and_is_light(tmp_path: Path) -> None:
    """What is promised is 1.5 s and 120 MB; the time here allows for a machine that is busy."""
    begun = time.monotonic()
    with process(tmp_path / "data") as server:
        assert server.get("/api/health") == {"status": "ok"}
        assert time.monotonic() - begun < 15
        status = Path(f"/proc/{server.pid}/status").read_text()
        maps = Path(f"/proc/{server.pid}/maps").read_text()
        resident = int(status.partition("VmRSS:")[2].split()[0])
        assert resident < 120 * 1024
        assert "libtorch" not in maps
        begun = time.monotonic()
        server.popen.send_signal(signal.SIGTERM)
        assert server.popen.wait(20) == 0
        assert time.monotonic() - begun < 12


def test_a_second_server_and_a_taken_port_are_explained(tmp_path: Path) -> None:
    with process(tmp_path / "data") as server:
        code, said = refused("--port", "0", "--data", str(tmp_path / "data"))
        assert code == FILES
        assert str(server.pid) in said
        assert "lock" in said
        port = server.url.rpartition(":")[2]
        code, said = refused("--port", port, "--data", str(tmp_path / "other"))
        assert code == WRONG
        assert port in said
        assert len(said.splitlines()) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5"])
def test_no_network_without_a_token(tmp_path: Path, host: str) -> None:
    with pytest.raises(Stop) as stop:
        check_exposure(operator_of(tmp_path, {"host": host}))
    assert "token" in str(stop.value)
    check_exposure(operator_of(tmp_path, {"host": host, "token": "long-enough-text"}))
    check_exposure(operator_of(tmp_path, {"host": "::1"}))


def test_the_command_refuses_the_network_without_a_token(tmp_path: Path) -> None:
    code, said = refused("--host", "0.0.0.0", "--data", str(tmp_path))
    assert code == WRONG
    assert "LATENTGRAPH_TOKEN" in said


def test_a_damaged_database_is_explained_and_left_alone(tmp_path: Path) -> None:
    tmp_path.joinpath("latentgraph.db").write_bytes(b"this is no database" * 500)
    code, said = refused("--port", "0", "--data", str(tmp_path))
    assert code == FILES
    assert "latentgraph.db" in said
    assert "rescue" in said
    assert tmp_path.joinpath("latentgraph.db").read_bytes().startswith(b"this is no database")


def test_a_port_that_cannot_be_had_is_explained() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Stop) as stop:
            bound("127.0.0.1", port)
    assert str(port) in str(stop.value)
    with pytest.raises(Stop):
        bound("no-such-host.invalid", 0)


def test_the_token_and_names_reach_the_guard(tmp_path: Path) -> None:
    flags = {
        "host": "0.0.0.0",
        "token": "long-enough-text",
        "allow_host": ["Studio.lan"],
        "allow_origin": ["http://localhost:5173"],
    }
    access = access_of(operator_of(tmp_path, flags))
    assert access.knows_host("studio.lan:8188")
    assert access.knows_host("10.0.0.5:8188")
    assert access.knows_token("long-enough-text")
    assert access.knows_origin("http://localhost:5173", "studio.lan:8188")


def test_one_worker_for_each_device(tmp_path: Path) -> None:
    settings = settings_of(data=tmp_path)
    made = setups(operator_of(tmp_path, {"device": ["cpu", "cuda:1"]}), settings)
    assert [setup.device for setup in made] == ["cpu", "cuda:1"]
    assert made[0].uploads == tmp_path / "uploads"
    (one,) = setups(operator_of(tmp_path, {}), settings)
    assert one.device is None


def test_a_web_folder_without_an_editor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Stop):
        web_folder(tmp_path)
    (tmp_path / "index.html").write_text("")
    assert web_folder(tmp_path) == tmp_path


def test_the_editor_is_found_in_a_wheel_and_in_a_checkout(tmp_path: Path) -> None:
    package = tmp_path / "server"
    assert web_folder(None, package) is None
    for folder in (tmp_path / "web" / "dist", package / "web"):
        folder.mkdir(parents=True)
        assert web_folder(None, package) != folder  # not built yet
        (folder / "index.html").write_text("")
        assert web_folder(None, package) == folder
