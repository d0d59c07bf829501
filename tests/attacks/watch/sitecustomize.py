"""Runs first in every process of a server under attack: notes what it does to the outside.

Lines in the file that ATTACKS_WATCH names: connections to other machines, programs started, and
files written outside the folders that ATTACKS_ROOTS lists. While a file `full` stands beside it,
the disk is full: nothing can be opened for writing in the folder that `full` names. While a file
`slow` stands there, a file that is complete waits a second before it gets its name.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::")
QUIET = ("/dev/", "/proc/")


class Watch:
    def __init__(self, target: str, roots: str) -> None:
        self.full = Path(target).with_name("full")
        self.slow = Path(target).with_name("slow")
        self.roots = tuple(roots.split(os.pathsep))
        self.secrets = str(Path(target).with_name("canary"))
        self.log = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def __call__(self, event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            self.opened(*given)
        elif event in {"os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.truncate"}:
            self.changed(given[0], event)
        elif event in {"os.rename", "os.link", "os.symlink"}:
            self.changed(given[1], event)
            if event == "os.rename" and str(given[0]).endswith(".part") and self.slow.exists():
                time.sleep(1.0)
        elif event == "socket.connect":
            self.connected(given[1])
        elif event == "socket.getaddrinfo":
            self.connected((given[0],))
        elif event in {"subprocess.Popen", "os.exec", "os.system", "os.posix_spawn"}:
            self.note(f"start {given[0]} {given[1] if len(given) > 1 else ''}")

    def opened(self, path: Any, mode: Any, flags: Any) -> None:
        text = os.fsdecode(path) if isinstance(path, (str, bytes)) else ""
        if not text:
            return
        if text.startswith(self.secrets) or text in {"/etc/passwd", "/etc/shadow", "/dev/zero"}:
            self.note(f"read {text}")
        if isinstance(flags, int) and flags & WRITING:
            self.changed(text, "open")
            self.check_room(text)

    def changed(self, path: Any, how: str) -> None:
        text = os.path.abspath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""
        if text and not text.startswith(self.roots) and not text.startswith(QUIET):
            self.note(f"write {text} {how}")

    def check_room(self, path: str) -> None:
        try:
            folder = self.full.read_text() if self.full.exists() else ""
        except OSError:
            return
        if folder and folder in path:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def connected(self, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) and address else None
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        if isinstance(host, str) and host and not host.startswith(LOOPBACK):
            self.note(f"connect {host}")

    def note(self, text: str) -> None:
        os.write(self.log, (text[:500].replace("\n", " ") + "\n").encode("utf-8", "replace"))


if os.environ.get("ATTACKS_WATCH"):
    sys.addaudithook(Watch(os.environ["ATTACKS_WATCH"], os.environ.get("ATTACKS_ROOTS", "")))
