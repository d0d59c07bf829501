"""Faults in any node of a worker, built-in ones too, told by a file beside this one.

`faults.json`: {"type": node type, "call": which call of it (from 1; 0 each), "what": the fault}.
Counts start when the file changes. `calls.log` gets a line for each call while `calls` exists.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import Context
from engine.declare import Implementation

HERE = Path(__file__).parent
FILE = HERE / "faults.json"
CALLS = HERE / "calls.log"
OUT_OF_MEMORY = (
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB of "
    "which 1.25 GiB is free. See documentation for Memory Management"
)
genuine = Implementation.call
counts: Counter[str] = Counter()
state = {"stamp": 0}


def call(self: Implementation, inputs: Mapping[str, Any], context: Context) -> tuple[Any, ...]:
    kind = self.declaration.type
    if (HERE / "calls").exists():
        with CALLS.open("a") as stream:
            stream.write(f"{kind}\n")
    fault = fault_for(kind)
    if fault:
        before(fault)
    outputs = genuine(self, inputs, context)
    return tuple(map(broken, outputs)) if fault == "nan" else outputs


def fault_for(kind: str) -> str:
    try:
        stamp = FILE.stat().st_mtime_ns
        told = json.loads(FILE.read_text())
    except (OSError, ValueError):
        return ""
    if stamp != state["stamp"]:
        counts.clear()
        state["stamp"] = stamp
    if told["type"] != kind:
        return ""
    counts[kind] += 1
    return told["what"] if told["call"] in (0, counts[kind]) else ""


def before(fault: str) -> None:
    if fault == "memory":
        import torch

        raise torch.OutOfMemoryError(OUT_OF_MEMORY)
    if fault == "exit":
        os._exit(7)
    if fault == "segv":
        os.kill(os.getpid(), signal.SIGSEGV)
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "hang":
        while True:
            pass
    if fault == "slow":
        time.sleep(0.5)
    if fault == "raise":
        raise RuntimeError(f"at {hex(id(fault))} in {__file__} with {os.environ.get('HF_TOKEN')}")


def broken(value: Any) -> Any:
    """The value with NaN in its first number, where it has a tensor."""
    import torch

    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    for field in dataclasses.fields(value):
        tensor = getattr(value, field.name)
        if isinstance(tensor, torch.Tensor) and tensor.is_floating_point() and tensor.numel():
            damaged = tensor.clone()
            damaged.view(-1)[0] = float("nan")
            return dataclasses.replace(value, **{field.name: damaged})
    return value


Implementation.call = call  # type: ignore[method-assign]
