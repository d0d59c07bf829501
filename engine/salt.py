"""What the bits of a result depend on besides the graph: it goes into every key."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version

import torch

from .values import hashed

KEY_FORMAT = 1
DISTRIBUTION = "latentgraph"


def salt(device: str, dtype: str) -> str:
    """Key format, device, threads, dtype, library versions and numeric modes, hashed."""
    kind = torch.device(device)
    name = torch.cuda.get_device_name(kind) if kind.type == "cuda" else _processor()
    modes = (
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.allow_tf32,
        torch.backends.cudnn.benchmark,
        torch.are_deterministic_algorithms_enabled(),
        torch.backends.mkldnn.enabled,
    )
    facts = (KEY_FORMAT, kind.type, name, torch.get_num_threads(), dtype, modes, *_libraries())
    return hashed(*map(str, facts))


def _processor() -> str:
    """The instruction set: two machines that share it, and all else here, agree in bits."""
    return torch.backends.cpu.get_cpu_capability() + os.environ.get("ATEN_CPU_CAPABILITY", "")


@cache
def _libraries() -> tuple[str, ...]:
    """The versions of everything that the project depends on."""
    try:
        wanted = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        wanted = ["torch"]
    found = [f"{DISTRIBUTION}"]
    for requirement in wanted:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0]
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(name)
    return tuple(found)
