"""A cache that loses half of everything: whatever it still has, results must be the same."""

from __future__ import annotations

import random

from engine.cache import Entry, RamCache


class HalfCache(RamCache):
    """Forgets a random half of what it is given, and of what it is asked for."""

    def __init__(self, seed: int) -> None:
        super().__init__(1 << 28)
        self.random = random.Random(seed)

    def get(self, key: str) -> Entry | None:
        return super().get(key) if self.random.random() < 0.5 else None

    def has(self, key: str) -> bool:
        return super().has(key) and self.random.random() < 0.5

    def digest(self, key: str) -> str | None:
        return super().digest(key) if self.random.random() < 0.5 else None
