"""A server in a process of its own, with folders, watch and log of its own, to be attacked."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .faulty import Faulty
from .heard import Heard, Mouth
from .process import alive, children, drop_powers

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
SECRETS = {"HF_TOKEN": "hf_canary_0123456789", "DATABASE_PASSWORD": "env_canary_0123456789"}
START = 60.0
STOP = 60.0
PATIENT = 4.0
"""How much longer all may take here than on a machine that does nothing else."""


def until(true: Callable[[], bool], seconds: float, what: str) -> float:
    """Seconds until something was so. Fails the test where it never is."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > seconds * PATIENT:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)
    return time.monotonic() - begun


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving(Faulty):
    """One data folder and the server on it; it may be killed and started again.

    options: more words of the command line. plain: without the faults' and stubs' nodes.
    powerless: permissions of files hold for it, even where it runs as root.
    """

    def __init__(
        self,
        folder: Path,
        *,
        token: str = "",
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        plain: bool = False,
        powerless: bool = False,
    ) -> None:
        self.powerless = powerless
        self.folder = folder
        self.options = tuple(options)
        self.token = token
        self.extra = dict(environment or {})
        for name in ("data", "cache", "nodes", "models", "images", "home", "canary", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "canary" / "secret.txt").write_text("canary")
        if not plain:
            shutil.copytree(HERE / "nodes", self.nodes, dirs_exist_ok=True, ignore=COMPILED)
        self.port = free_port()
        places = (str(folder), str(REPOSITORY), sys.prefix)
        self.mouth = Mouth(self.port, token, places)
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    # folders

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @property
    def watched(self) -> list[str]:
        """What the process did to the outside, by `watch/sitecustomize.py`."""
        file = self.folder / "watched"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def said(self) -> str:
        """Its standard error, of all starts."""
        return (self.folder / "stderr").read_text("utf-8", "replace")

    @property
    def log(self) -> str:
        """The files of its log."""
        files = sorted(self.data.glob("log/*")) + sorted(self.data.glob("log"))
        return "".join(file.read_text("utf-8", "replace") for file in files if file.is_file())

    # the process

    def command(self, *more: str) -> list[str]:
        words = ["serve", "--port", str(self.port), "--data", str(self.data), "--device", "cpu"]
        return [sys.executable, "-m", "server.cli", *words, *self.options, *more]

    def environment(self) -> dict[str, str]:
        roots = [self.folder / name for name in ("data", "cache", "tmp", "watched", "nodes")]
        made = {name: value for name, value in os.environ.items() if not _is_ours(name)}
        made |= {
            "OMP_NUM_THREADS": "1",
            "LATENTGRAPH_WARM": "false",
            "LATENTGRAPH_CACHE": str(self.folder / "cache"),
            "LATENTGRAPH_NODES": str(self.nodes),
            "LATENTGRAPH_MODELS": str(self.models),
            "LATENTGRAPH_IMAGES": str(self.folder / "images"),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": os.pathsep.join([str(HERE / "watch"), str(REPOSITORY)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "ATTACKS_WATCH": str(self.folder / "watched"),
            "ATTACKS_ROOTS": os.pathsep.join(map(str, roots)),
            **SECRETS,
            **self.extra,
        }
        if self.token:
            made["LATENTGRAPH_TOKEN"] = self.token
        return made

    def start(self, *, wait: bool = True) -> Serving:
        """Starts it; `wait` until it takes runs and its worker is up."""
        with (self.folder / "stderr").open("ab") as stream:
            self.process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                cwd=self.folder / "home",
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                preexec_fn=drop_powers if self.powerless else None,
            )
        self.starts += 1
        if wait:
            until(self.is_ready, START, "the server is ready")
        return self

    def is_ready(self) -> bool:
        return self._status("/api/ready") == 200

    def is_healthy(self) -> bool:
        return self._status("/api/health") == 200

    def answers(self) -> bool:
        """As `is_healthy`, of a server that may not listen yet."""
        try:
            return self.is_healthy()
        except OSError:
            return False

    def _status(self, path: str) -> int:
        if self.process is None or self.process.poll() is not None:
            raise AssertionError(f"the server has ended: {self.said[-2000:]}")
        try:
            return self.mouth.ask("GET", path, seconds=10, quiet=True).status
        except OSError:
            return 0

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def worker(self) -> int:
        """The process that has the engine."""
        found = children(self.pid)
        assert found, "the server has no worker"
        return found[0]

    def kill(self) -> None:
        """kill -9, and nothing of it is left: the worker goes with it."""
        below = children(self.pid)
        self.end(signal.SIGKILL)
        until(lambda: not any(map(alive, below)), 20, "the worker has gone with the server")

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        return self.end(signal.SIGTERM)

    def end(self, number: int) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()

    def close(self) -> None:
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.stop()

    # runs

    def submit(self, graph: object, **more: object) -> Heard:
        return self.mouth.ask("POST", "/api/runs", {"graph": graph, **more})

    def run(self, graph: object, seconds: float = 60.0, **more: object) -> dict[str, Any]:
        """A run waited for, whatever became of it."""
        heard = self.submit(graph, **more)
        assert heard.status == 202, heard
        return self.wait(heard.json["runs"][0]["id"], seconds)

    def wait(self, id: str, seconds: float = 60.0) -> dict[str, Any]:
        end = time.monotonic() + seconds * PATIENT
        while True:
            heard = self.mouth.ask("GET", f"/api/runs/{id}?wait=20", seconds=120)
            assert heard.status == 200, heard
            run: dict[str, Any] = heard.json
            if run["status"] in {"completed", "failed", "cancelled"}:
                return run
            assert time.monotonic() < end, f"not final: {run}"

    def status(self, id: str) -> str:
        """Of a run, as it is now."""
        return str(self.mouth.ask("GET", f"/api/runs/{id}").json["status"])

    @property
    def streams(self) -> int:
        """Open event streams, as the server's own metrics count them."""
        text = self.mouth.ask("GET", "/metrics").body.decode()
        (line,) = [line for line in text.splitlines() if line.startswith("latentgraph_sockets")]
        return int(float(line.rpartition(" ")[2]))

    def __repr__(self) -> str:
        return f"Serving(:{self.port})"


COMPILED = shutil.ignore_patterns("__pycache__", "*.pyc")


def _is_ours(name: str) -> bool:
    """What the tests' own process has in its environment: torch, once imported, notes there too
    where it compiles.
    """
    return name.startswith(("LATENTGRAPH_", "PYTHON", "ATTACKS_", "TORCHINDUCTOR_"))
