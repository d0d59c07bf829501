"""Built modules: each made once, shared by leases, placed and evicted by weight set.

Does not know how a recipe builds its module, nor what runs while it is leased.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, get_ident
from typing import Any

import torch

from .context import Recipe
from .errors import NodeError
from .weights import Member, Mover, WeightSet, freeze

Meter = Callable[[], int | None]
"""How many bytes are free on the device; None where nobody can tell."""

IDLE_VARIANTS = 8
"""Modules of one weight set that are kept without a lease, whatever the budget."""


@dataclass(frozen=True, slots=True)
class PoolStats:
    """`bytes` are on the device, `parked` those of weight sets moved to the CPU to make room."""

    sets: int
    modules: int
    leases: int
    bytes: int
    parked: int
    budget: int | None
    builds: int
    build_seconds: float
    moves: int
    evictions: int


class Pool:
    """Modules by recipe on one device.

    Weight sets without a lease are kept while all fit in `budget` bytes, the least recently used
    going first: to the CPU while they fit in `parking` bytes there, else they are dropped (on the
    device "cpu" always). The set used last stays even if it alone is larger, since a loop leases
    it again at its next turn. A set with an open lease is neither moved nor dropped.
    """

    def __init__(
        self,
        device: str = "cpu",
        budget: int | None = None,
        *,
        parking: int | None = None,
        mover: Mover | None = None,
        free: Meter | None = None,
    ) -> None:
        self.device = device
        self._free = free or (lambda: _free(device))
        self.budget = budget
        self.parking = 0 if device == "cpu" else parking
        self._mover = mover or Mover()
        self._changed = Condition()
        self._sets: dict[str, WeightSet] = {}
        self._building: dict[str, int] = {}
        self._builds = self._moves = self._evictions = 0
        self._build_seconds = 0.0

    @contextmanager
    def use(self, recipe: Recipe) -> Iterator[Any]:
        """A lease on the module of `recipe`, built if need be, on the device until it ends.

        What `recipe.build` raises is passed on and leaves the pool as it was; a thread that
        waited for that build then tries itself.
        """
        weights, member = self._lease(recipe)
        try:
            yield member.built
        finally:
            with self._changed:
                member.leases -= 1
                self._trim(weights)

    def fits(self, size: int) -> bool:
        """Whether so many bytes can be had on the device, within the budget and in fact.

        Weight sets without a lease make room for them, the least recently used first.
        """
        with self._changed:
            for weights in list(self._sets.values()):
                if self._left() >= size:
                    return True
                if weights.placed and weights.idle:
                    self._send_away(weights)
            return self._left() >= size

    def release(self) -> None:
        """Sends every weight set without a lease away from the device."""
        with self._changed:
            for weights in list(self._sets.values()):
                if weights.placed and weights.idle:
                    self._send_away(weights)

    def clear(self) -> None:
        """Drops every weight set without a lease."""
        with self._changed:
            for weights in [weights for weights in self._sets.values() if weights.idle]:
                del self._sets[weights.name]

    def stats(self) -> PoolStats:
        with self._changed:
            sets = list(self._sets.values())
            members = [member for weights in sets for member in weights.members.values()]
            return PoolStats(
                sets=len(sets),
                modules=len(members),
                leases=sum(member.leases for member in members),
                bytes=sum(weights.bytes for weights in sets if weights.placed),
                parked=sum(weights.bytes for weights in sets if not weights.placed),
                budget=self.budget,
                builds=self._builds,
                build_seconds=self._build_seconds,
                moves=self._moves,
                evictions=self._evictions,
            )

    def _lease(self, recipe: Recipe) -> tuple[WeightSet, Member]:
        digest, name = recipe.digest(), recipe.weight_set()
        with self._changed:
            self._await_build(digest)
            weights = self._sets.setdefault(name, WeightSet(name))
            if digest in weights.members:
                return weights, self._open(weights, digest)
            # Pinned, so that the base which a variant shares is not dropped meanwhile.
            weights.pins += 1
            self._building[digest] = get_ident()
        try:
            started = time.perf_counter()
            built = recipe.build(self)
            freeze(built)
            with self._changed:
                self._builds += 1
                self._build_seconds += time.perf_counter() - started
                return weights, self._add(weights, digest, built)
        finally:
            with self._changed:
                self._finish_build(weights, digest)

    def _add(self, weights: WeightSet, digest: str, built: Any) -> Member:
        placed = weights.placed
        weights.add(digest, built)
        try:
            return self._open(weights, digest)
        except BaseException:
            weights.drop(digest)
            weights.placed = placed
            raise

    def _await_build(self, digest: str) -> None:
        while digest in self._building:
            if self._building[digest] == get_ident():
                raise NodeError(
                    "This model needs itself to be built.",
                    code="bad_model",
                    fix="Its recipe must lease its base, not itself.",
                )
            self._changed.wait()

    def _finish_build(self, weights: WeightSet, digest: str) -> None:
        del self._building[digest]
        weights.pins -= 1
        if not weights.members and not weights.pins:
            self._sets.pop(weights.name, None)
        self._changed.notify_all()

    def _open(self, weights: WeightSet, digest: str) -> Member:
        """Opens a lease; the weight set and the member become the last used."""
        member = weights.members[digest] = weights.members.pop(digest)
        self._sets[weights.name] = self._sets.pop(weights.name)
        member.leases += 1
        if not weights.placed:
            try:
                self._place(weights)
            except BaseException:
                member.leases -= 1
                raise
        return member

    def _place(self, weights: WeightSet) -> None:
        weights.placed = True
        try:
            self._trim(weights)
            try:
                self._moves += weights.move(self.device, self._mover)
            except torch.OutOfMemoryError:
                self._make_room(weights, 0)
                self._moves += weights.move(self.device, self._mover)
        except BaseException:
            weights.placed = False
            raise

    def _left(self) -> float:
        placed = sum(weights.bytes for weights in self._sets.values() if weights.placed)
        left = math.inf if self.budget is None else self.budget - placed
        free = self._free()
        return left if free is None else min(left, free)

    def _trim(self, used: WeightSet) -> None:
        """Brings what has no lease within the budget; `used` stays, its spare members may not."""
        while len(used.members) > IDLE_VARIANTS + 1:
            spare = next(used.spare(), None)
            if spare is None:
                break
            used.drop(spare)
        if self.budget is not None:
            self._make_room(used, self.budget)

    def _make_room(self, used: WeightSet, budget: int) -> None:
        total = sum(weights.bytes for weights in self._sets.values() if weights.placed)
        for weights in list(self._sets.values()):
            if total <= budget:
                return
            if weights is not used and weights.placed and weights.idle:
                total -= weights.bytes
                self._send_away(weights)
        while total > budget and (spare := next(used.spare(), None)) is not None:
            total -= used.bytes
            used.drop(spare)
            total += used.bytes

    def _send_away(self, weights: WeightSet) -> None:
        self._evictions += 1
        if self._may_park(weights):
            try:
                self._moves += weights.move("cpu", self._mover)
                weights.placed = False
                return
            except RuntimeError:
                pass
        del self._sets[weights.name]

    def _may_park(self, weights: WeightSet) -> bool:
        if self.parking is None:
            return True
        parked = sum(other.bytes for other in self._sets.values() if not other.placed)
        return parked + weights.bytes <= self.parking


def _free(device: str) -> int | None:
    """What a GPU has left: to be asked for, or held by torch unused."""
    if not device.startswith("cuda"):
        return None
    held = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return int(torch.cuda.mem_get_info(device)[0]) + held
