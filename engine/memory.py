"""How much memory an engine may take: budgets in bytes, and their shares. Imports no torch."""

from __future__ import annotations

import re
from dataclasses import dataclass

KEPT_VALUES = 2 << 30
"""Bytes of values kept in memory where no budget says less."""
SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])i?)?b?\s*", re.IGNORECASE)
POWERS = {"k": 10, "m": 20, "g": 30, "t": 40}
LEAST = 1 << 20


def bytes_of(text: str) -> int:
    """`6GB`, `6 GiB`, `512M` or a number of bytes; a GB is 2^30 bytes, as memory is sold.

    Raises ValueError with a sentence.
    """
    match = SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text[:40]}' is no size; 6GB, 512MB or a number of bytes is wanted")
    count = int(float(match[1]) * (1 << POWERS.get((match[2] or "").lower(), 0)))
    if count < LEAST:
        raise ValueError(f"{count} bytes are too little to run anything; 6GB is a size")
    return count


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that may be taken of a GPU and of the machine's RAM; None sets no limit.

    On a GPU, `gpu` holds models, what they compute with and the values kept; models beyond it
    wait in `ram`. On the CPU all lies in `ram`, and a model beyond it is dropped and read again.
    """

    gpu: int | None = None
    ram: int | None = None

    def values(self, device: str) -> int:
        """For values kept between runs: an eighth of a GPU, a quarter of the RAM."""
        shares = [KEPT_VALUES]
        if self.ram is not None:
            shares.append(self.ram // 4)
        if self.gpu is not None and device != "cpu":
            shares.append(self.gpu // 8)
        return min(shares)

    def models(self, device: str) -> int | None:
        """For models on the device, and for what a step of them takes; None: what is free."""
        whole = self.ram if device == "cpu" else self.gpu
        return None if whole is None else whole - self.values(device)

    def parking(self, device: str) -> int | None:
        """For models that wait in RAM for their place on a GPU; None: as much as there is."""
        if device == "cpu" or self.ram is None:
            return None
        return self.ram - self.values(device)
