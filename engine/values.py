"""Values on wires, as the engine handles them: named, measured, packed and shown.

Knows no diffusion and imports no torch: a tensor is whatever has `untyped_storage`. A port type
is a class derived from `Value`, usually a frozen dataclass; the defaults here serve any dataclass
whose fields are tensors, plain values, tuples, dicts or other Values.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from hashlib import blake2b
from itertools import chain
from typing import Any, ClassVar, Self

from .errors import LatentgraphError

Tensor = Any
Json = Any
_quoted = json.JSONEncoder().encode
PLAIN = (type(None), bool, int, float, str)
EXACTLY_PLAIN = frozenset(PLAIN)
"""The same for a look at `type(value)`, where that is quick and enough."""
BINS = 32
HELD = "_held_tensors"
"""Where a value notes its tensors, beside its fields."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A value taken apart for a file: tensors by name and JSON that refers to them."""

    tensors: Mapping[str, Tensor]
    data: Json


class Value:
    """Base class of everything on a wire that is not a plain Python value.

    Override `digest` where a cheap, exact content key exists (recipes, steps); `preview` where
    it can be seen, `pictures` where it is one. `packable = False` keeps a type in memory only.
    """

    port: ClassVar[str] = ""
    packable: ClassVar[bool] = True
    __slots__ = ()

    def digest(self) -> str | None:
        """Content key, or None: the value is then named by how it was made."""
        return None

    def tensors(self) -> Iterator[Tensor]:
        """Every tensor this value holds, in a stable order."""
        for name in _names(self):
            part = getattr(self, name)
            if type(part) not in EXACTLY_PLAIN:
                yield from tensors_of(part)

    def pack(self) -> Packed:
        """Tensors and JSON from which `unpack` makes an equal value."""
        tensors: dict[str, Tensor] = {}
        data = {name: _encode(getattr(self, name), tensors) for name in _names(self)}
        return Packed(tensors, data)

    @classmethod
    def unpack(cls, packed: Packed) -> Self:
        """The inverse of `pack`."""
        return cls(**{name: _decode(part, packed.tensors) for name, part in packed.data.items()})

    def preview(self) -> Any | None:
        """A small PIL image of this value, or None where there is nothing to see."""
        return None

    def pictures(self, document: str = "") -> tuple[bytes, ...]:
        """Whole PNG files of what this value shows, each with the graph file `document` in it.

        None for what is no picture.
        """
        return ()

    def summary(self) -> dict[str, Json]:
        """What a person wants to know of it: shape, dtype, device, range, mean and spread.

        One entry a tensor. `histogram` counts the elements in 32 equal bins from min to max; it
        is left out where there is NaN or infinity.
        """
        return {"type": type(self).__name__, "tensors": [_summary(t) for t in self.tensors()]}

    def is_finite(self) -> bool:
        """False if a tensor holds NaN or infinity. Reads from the device."""
        return all(
            bool(t.isfinite().all())
            for t in self.tensors()
            if getattr(t, "dtype", None) is not None
        )


def is_tensor(value: object) -> bool:
    return hasattr(value, "untyped_storage")


def _names(value: Any) -> tuple[str, ...]:
    kind: Any = type(value)
    return _field_names(kind)


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no dataclass: it needs its own pack and tensors")
    return tuple(field.name for field in fields(kind))


def _parts(value: Any) -> list[Any]:
    return [getattr(value, name) for name in _names(value)]


def tensors_of(value: Any) -> Iterable[Tensor]:
    """Every tensor within a value, a sequence or mapping of values, or a tensor itself."""
    if isinstance(value, Value):
        return _held(value)
    if isinstance(value, PLAIN):
        return ()
    if isinstance(value, tuple | list):
        return chain.from_iterable(map(tensors_of, value))
    if isinstance(value, dict):
        return chain.from_iterable(map(tensors_of, value.values()))
    return (value,) if is_tensor(value) else ()


def _held(value: Value) -> Iterable[Tensor]:
    """A value's tensors, gathered once: it never changes, and each step of a loop asks for them."""
    if not type(value).__dictoffset__:  # a class with slots has nowhere to note them
        return value.tensors()
    own = value.__dict__
    found: tuple[Tensor, ...] | None = own.get(HELD)
    if found is None:
        found = own[HELD] = tuple(value.tensors())
    return found


def storages(value: Any) -> dict[int, int]:
    """Bytes of each distinct tensor storage by address: shared ones come once."""
    held: dict[int, int] = {}
    for tensor in tensors_of(value):
        storage = tensor.untyped_storage()
        held[storage.data_ptr()] = storage.nbytes()
    return held


def size_of(value: Any) -> int:
    """Bytes of memory a value keeps alive; at least a few hundred for the objects themselves."""
    return 256 + sum(storages(value).values())


def digest_of(value: Any) -> str | None:
    """Content key of a plain value, a Value with a digest, or a sequence of such; else None."""
    if isinstance(value, Value):
        return value.digest()
    if _is_plain(value):
        return plain_digest(value)
    if isinstance(value, tuple | list):
        parts = [digest_of(item) for item in value]
        return None if None in parts else hashed("list", *(part or "" for part in parts))
    return None


def _is_plain(value: Any) -> bool:
    """Whether a value is JSON or plain records all the way down: nothing in it has a digest."""
    if isinstance(value, PLAIN):
        return True
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    own = is_dataclass(value) and not isinstance(value, Value)
    return own and all(map(_is_plain, _parts(value)))


def plain_digest(value: Json) -> str:
    """Content key of a JSON value; short values are their own name. 4.0 is named as 4 is."""
    text = _plain_text(value)
    return text if len(text) <= 64 else hashed(text)


def _plain_text(value: Json) -> str:
    if type(value) is str:
        return "=" + _quoted(value)
    if type(value) is float:
        whole = value.is_integer() and abs(value) < 1e16 and str(value) != "-0.0"
        return f"={int(value)}" if whole else f"={value!r}"
    if isinstance(value, PLAIN):
        return f"={value}"
    if isinstance(value, tuple | list):
        return "=[" + ",".join(_plain_text(item) for item in value) + "]"
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, dict):
        return "={" + ",".join(_quoted(k) + _plain_text(value[k]) for k in sorted(value)) + "}"
    return f"={value}"


def hashed(*parts: str) -> str:
    """16-byte blake2b of texts, as hex: the one hash of keys and digests."""
    text = "".join([f"{len(part)}:{part}" for part in parts])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def pack(value: Any) -> Packed | None:
    """Any value on a wire taken apart, or None where a part of it stays in memory only."""
    tensors: dict[str, Tensor] = {}
    try:
        return Packed(tensors, _encode(value, tensors))
    except UnpackableError:
        return None


def unpack(packed: Packed) -> Any:
    """The inverse of `pack`. Raises KeyError or TypeError on data it did not write."""
    return _decode(packed.data, packed.tensors)


class UnpackableError(LatentgraphError):
    """A value with a part that is kept in memory only."""


def _encode(value: Any, tensors: dict[str, Tensor]) -> Json:
    if isinstance(value, PLAIN):
        return value
    if is_tensor(value):
        name = str(len(tensors))
        tensors[name] = value
        return {"$tensor": name}
    if isinstance(value, Value):
        return _encode_value(value, tensors)
    if isinstance(value, tuple | list):
        kind = "$list" if isinstance(value, list) else "$tuple"
        return {kind: [_encode(item, tensors) for item in value]}
    if isinstance(value, Mapping):
        return {"$dict": [[key, _encode(item, tensors)] for key, item in value.items()]}
    raise UnpackableError(f"{type(value).__name__} cannot be packed")


def _encode_value(value: Value, tensors: dict[str, Tensor]) -> Json:
    if not value.packable:
        raise UnpackableError(f"{type(value).__name__} stays in memory")
    packed = value.pack()
    prefix = f"{len(tensors)}."
    names = {name: prefix + name for name in packed.tensors}
    tensors.update({names[name]: tensor for name, tensor in packed.tensors.items()})
    return {"$value": type_name(type(value)), "data": packed.data, "names": names}


def _decode(data: Json, tensors: Mapping[str, Tensor]) -> Any:
    if not isinstance(data, dict):
        return data
    if "$tensor" in data:
        return tensors[data["$tensor"]]
    if "$value" in data:
        kind = value_types()[data["$value"]]
        own = {name: tensors[stored] for name, stored in data["names"].items()}
        return kind.unpack(Packed(own, data["data"]))
    if "$tuple" in data:
        return tuple(_decode(item, tensors) for item in data["$tuple"])
    if "$list" in data:
        return [_decode(item, tensors) for item in data["$list"]]
    return {key: _decode(item, tensors) for key, item in data["$dict"]}


def type_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def value_types() -> dict[str, type[Value]]:
    """Every Value class that has been imported, by full name."""
    found: dict[str, type[Value]] = {}
    waiting: list[type[Value]] = [Value]
    while waiting:
        kind = waiting.pop()
        # The newest wins: a dataclass with slots leaves the class it was made from behind.
        found.setdefault(type_name(kind), kind)
        waiting.extend(kind.__subclasses__())
    return found


def _summary(tensor: Tensor) -> dict[str, Json]:
    facts: dict[str, Json] = {"shape": list(tensor.shape), "dtype": str(tensor.dtype)}
    facts["device"] = str(tensor.device)
    if tensor.numel() and tensor.dtype.is_floating_point:
        # On the CPU: counting into bins is not deterministic on a GPU.
        real = tensor.float().flatten().cpu()
        low, high = real.min().item(), real.max().item()
        facts |= {"min": low, "max": high, "mean": real.mean().item()}
        if math.isfinite(low) and math.isfinite(high):
            facts["histogram"] = [int(count) for count in real.histc(BINS, low, high).tolist()]
    return facts
