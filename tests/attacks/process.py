"""A process seen from outside, by /proc: memory, threads, files, children, connections."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
MEBIBYTE = 1 << 20
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Size:
    """resident: bytes. files: open descriptors."""

    resident: int
    threads: int
    files: int
    children: int


def size(pid: int) -> Size:
    return Size(resident(pid), len(_names(pid, "task")), len(_names(pid, "fd")), len(children(pid)))


def resident(pid: int) -> int:
    return int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE


def children(pid: int) -> list[int]:
    """The processes that it started and that live."""
    found: list[int] = []
    for task in _names(pid, "task"):
        try:
            text = (PROC / str(pid) / "task" / task / "children").read_text()
        except OSError:
            continue
        found += map(int, text.split())
    return [child for child in found if alive(child)]


def alive(pid: int) -> bool:
    """Whether it is there and no zombie."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _names(pid: int, folder: str) -> list[str]:
    try:
        return os.listdir(PROC / str(pid) / folder)
    except OSError:
        return []


def drop_powers() -> None:
    """Root's power over the permissions of files ends with the next program that this one runs."""
    if os.geteuid() == 0:
        system = ctypes.CDLL(None, use_errno=True)
        for power in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            system.prctl(PR_CAPBSET_DROP, power, 0, 0, 0)
