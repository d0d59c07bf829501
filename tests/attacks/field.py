"""The field that attacks take place on: a server, what it was like before, and what must hold."""

from __future__ import annotations

import hashlib
import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from PIL import Image

from .heard import Heard, Mouth
from .process import MEBIBYTE, Size, resident, size
from .roles import base
from .serving import PATIENT, Serving, until
from .siege import Siege

Json = Any
TOKEN = "token_canary_0123456789"
LAG = 250.0
"""Milliseconds within which a live server answers, as the book says."""
DEFECTS = re.compile(r"Traceback|exception was never retrieved|Unclosed|never awaited|defect in")


@dataclass
class Field:
    """`make` gives another server with folders of its own, for attacks that need one."""

    serving: Serving
    make: Callable[..., Serving]
    picture: str = ""
    bytes: str = ""
    before: Size | None = None
    read: dict[str, int] = field(default_factory=dict)
    others: dict[str, Serving] = field(default_factory=dict)
    sieges: list[Siege] = field(default_factory=list)

    @property
    def mouth(self) -> Mouth:
        return self.serving.mouth

    @property
    def base(self) -> dict[str, Json]:
        return base(self.picture)

    @property
    def clean(self) -> Serving:
        """A server that knows no faults and is never attacked: what it makes is right."""
        if "clean" not in self.others:
            self.others["clean"] = self.make(plain=True).start()
            upload(self.others["clean"].mouth, png(64, 64))
        return self.others["clean"]

    @property
    def guarded(self) -> Serving:
        """A server that asks for a token."""
        if "guarded" not in self.others:
            self.others["guarded"] = self.make(token=TOKEN).start()
        return self.others["guarded"]

    @property
    def siege(self) -> Siege:
        """Begins when it is first asked for."""
        if self.sieges == []:
            self.sieges.append(Siege(self.guarded))
        return self.sieges[0]

    def prepare(self) -> None:
        """Uploads the picture, makes the base graph's picture, notes what all is like now."""
        self.picture = upload(self.mouth, png(64, 64)).json["hash"]
        self.bytes = self.made()
        self.before = size(self.serving.pid)
        for name in ("said", "log", "watched"):
            self.read[name] = len(getattr(self.serving, name))

    def made(self) -> str:
        """The hash of the picture that the base graph makes."""
        run: Json = self.serving.run(self.base)
        assert run["status"] == "completed", run
        (saved,) = [made for made in run["artifacts"] if not made["preview"]]
        return str(saved["hash"])

    def check(self) -> None:
        """The book's invariants, after an attack."""
        faults, self.mouth.faults = self.mouth.faults, []
        assert not faults, "\n".join(faults[:10])  # 1 to 3
        until(self._answers, 10, "health within its time")  # 4
        assert self.made() == self.bytes, "the base graph makes another picture"
        self._check_outside()
        self._check_size()
        self._check_log()

    def _answers(self) -> bool:
        heard = self.mouth.ask("GET", "/api/health")
        return heard.status == 200 and heard.seconds * 1000 <= LAG

    def _check_outside(self) -> None:
        """5 and 8: nothing outside the folders was touched, nobody outside was called."""
        news = self.serving.watched[self.read["watched"] :]
        foul = [line for line in news if not _allowed(line)]
        self.read["watched"] += len(news)
        assert not foul, "\n".join(foul)

    def _check_size(self) -> None:
        """6: memory, descriptors, threads and children are what they were."""
        assert self.before is not None
        before = self.before
        until(lambda: _small(size(self.serving.pid), before), 15, f"as small as {before}")

    def _check_log(self) -> None:
        """9: no exception that nobody caught."""
        for name in ("said", "log"):  # the log is turned over when it is large
            text = getattr(self.serving, name)
            news = text[self.read[name] :] if len(text) >= self.read[name] else text
            self.read[name] = len(text)
            foul = [line for line in news.splitlines() if DEFECTS.search(line)]
            assert not foul, f"{name}: {len(foul)} such as {foul[0][:200]} ... {foul[0][-400:]}"

    @contextmanager
    def pulse(self, at_most: float = LAG) -> Iterator[None]:
        """Asks for health all the while; afterwards 99 of 100 answers came within `at_most` ms."""
        with self.beating() as taken:
            yield
        worst = sorted(taken)[max(0, len(taken) * 99 // 100 - 1)] * 1000
        assert worst <= at_most * PATIENT, f"health took {worst:.0f} ms, {len(taken)} asked"

    @contextmanager
    def beating(self) -> Iterator[list[float]]:
        """Asks for health all the while; seconds that each answer took."""
        taken: list[float] = []
        over = Event()

        def beat() -> None:
            while not over.is_set():
                taken.append(self.mouth.ask("GET", "/api/health").seconds)
                time.sleep(0.01)

        thread = Thread(target=beat)
        thread.start()
        try:
            yield taken
        finally:
            over.set()
            thread.join()

    @contextmanager
    def memory(self, mebibytes: float) -> Iterator[None]:
        """The server grows by no more than that while the block runs, by samples."""
        first, top = resident(self.serving.pid), 0
        over = Event()

        def sample() -> None:
            nonlocal top
            while not over.wait(0.02):
                top = max(top, resident(self.serving.pid))

        thread = Thread(target=sample)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        grown = (top - first) / MEBIBYTE
        assert grown <= mebibytes, f"the server grew by {grown:.0f} MiB"


def _allowed(line: str) -> bool:
    """Worker processes are started by us; a catalogue is made by a child."""
    return line.startswith("start ") and ("server.worker.child" in line or "engine.packs" in line)


def _small(now: Size, before: Size) -> bool:
    return (
        now.resident <= before.resident + 64 * MEBIBYTE
        and now.files <= before.files + 8
        and now.threads <= before.threads + 8
        and now.children <= before.children
    )


def upload(mouth: Mouth, data: bytes, kind: str = "image/png") -> Heard:
    return mouth.ask("POST", "/api/uploads", data, {"Content-Type": kind})


def png(width: int, height: int, colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(stream, "PNG")
    return stream.getvalue()


def tree(folder: Path) -> dict[str, str]:
    """Content hashes of all files under a folder, to compare it with itself."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
