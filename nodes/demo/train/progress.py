"""Lines about a run, each with the minutes since its start."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Prints; can be sent to another process, where the clock goes on."""

    start: float

    def __call__(self, line: str) -> None:
        print(f"[{(time.time() - self.start) / 60:6.1f} min] {line}", flush=True)
