"""A weight set: modules that share tensors (a base and its variants), moved and measured as one.

Nothing calls `.to()`: on a variant it would make a copy of what is shared. Imports no torch; a
module is whatever has `parameters` and `buffers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

Tensor = Any
Module = Any


class Mover:
    """How a tensor's data get to a device."""

    def is_on(self, tensor: Tensor, device: str) -> bool:
        kind, _, index = device.partition(":")
        return tensor.device.type == kind and (not index or str(tensor.device.index) == index)

    def move(self, data: Tensor, device: str) -> Tensor:
        return data.to(device)


@dataclass(slots=True, eq=False)
class Member:
    """What a recipe built, with the number of open leases on it.

    What is built keeps its tensors, so they are gathered once: a set may have many members, and
    a module of thousands of layers takes long to walk.
    """

    built: Any
    leases: int = 0
    _tensors: tuple[Tensor, ...] | None = None
    _storages: dict[int, int] | None = None

    def tensors(self) -> tuple[Tensor, ...]:
        """Every parameter and buffer."""
        if self._tensors is None:
            self._tensors = tuple(weights_of(self.built))
        return self._tensors

    def storages(self) -> Mapping[int, int]:
        """Bytes of each storage by address."""
        if self._storages is None:
            storages = (tensor.untyped_storage() for tensor in self.tensors())
            self._storages = {storage.data_ptr(): storage.nbytes() for storage in storages}
        return self._storages

    def moved(self) -> None:
        """Forgets the addresses: the tensors lie elsewhere now."""
        self._storages = None


@dataclass(slots=True, eq=False)
class WeightSet:
    """Members by recipe digest, least recently used first.

    `bytes` counts a shared storage once; `placed`: every tensor is on the run's device; `pins`
    are builds under way that may share these tensors.
    """

    name: str
    members: dict[str, Member] = field(default_factory=dict)
    pins: int = 0
    bytes: int = 0
    placed: bool = False

    @property
    def idle(self) -> bool:
        """Without a lease or a pin: only then may it be moved away or dropped."""
        return not self.pins and not any(member.leases for member in self.members.values())

    def add(self, digest: str, built: Any) -> Member:
        member = self.members[digest] = Member(built)
        self.placed = False
        self.measure()
        return member

    def measure(self) -> None:
        found: dict[int, int] = {}
        for member in self.members.values():
            found.update(member.storages())
        self.bytes = sum(found.values())

    def spare(self) -> Iterator[str]:
        """Members without a lease that hold tensors of their own, the last used one excepted.

        A base of which there are variants holds none of its own, so it stays: the next variant
        must find the tensors that the others share.
        """
        if len(self.members) < 2:
            return
        held = {digest: member.storages() for digest, member in self.members.items()}
        holders = Counter(address for storages in held.values() for address in storages)
        for digest in list(self.members)[:-1]:
            own = any(holders[address] == 1 for address in held[digest])
            if own and not self.members[digest].leases:
                yield digest

    def drop(self, digest: str) -> None:
        del self.members[digest]
        self.measure()

    def move(self, device: str, mover: Mover) -> int:
        """Brings every tensor to `device`, each once for all that share it; returns how many.

        If that fails midway, all are where they were.
        """
        moved: dict[tuple[Any, ...], Tensor] = {}
        before: list[tuple[Tensor, Tensor]] = []
        try:
            for tensor in self._tensors():
                if mover.is_on(tensor, device):
                    continue
                data = tensor.data
                view = _view(data)
                if view not in moved:
                    moved[view] = mover.move(data, device)
                before.append((tensor, data))
                tensor.data = moved[view]
        except RuntimeError:
            for tensor, data in reversed(before):
                tensor.data = data
            raise
        if moved:
            for member in self.members.values():
                member.moved()
        return len(moved)

    def _tensors(self) -> Iterator[Tensor]:
        seen: set[int] = set()
        for member in self.members.values():
            for tensor in member.tensors():
                if id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield tensor


def modules_of(built: Any) -> Iterator[Module]:
    """The modules in what a recipe built: itself, or those in its fields, items or values."""
    if hasattr(built, "parameters") and hasattr(built, "buffers"):
        yield built
    elif is_dataclass(built) and not isinstance(built, type):
        for part in fields(built):
            yield from modules_of(getattr(built, part.name))
    elif isinstance(built, tuple | list):
        for item in built:
            yield from modules_of(item)
    elif isinstance(built, Mapping):
        for item in built.values():
            yield from modules_of(item)


def weights_of(built: Any) -> Iterator[Tensor]:
    """Every parameter and buffer."""
    for module in modules_of(built):
        yield from module.parameters()
        yield from module.buffers()


def freeze(built: Any) -> None:
    """Eval mode, no gradients: config-built modules start in train mode, dropout and all."""
    for module in modules_of(built):
        module.eval()
        module.requires_grad_(False)


def _view(data: Tensor) -> tuple[Any, ...]:
    address = data.untyped_storage().data_ptr()
    return address, data.storage_offset(), tuple(data.shape), data.stride(), data.dtype
