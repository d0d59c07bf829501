"""LoRA files: their tensors grouped by layer, whichever trainer wrote them.

Knows names and shapes; the maths is in `lowrank` and `lycoris`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from engine import NodeError

from .family import Identity, identify
from .layernames import text_layer, unet_layer
from .layers import Layers
from .lorascales import OddScaleError, Scales, scales_of
from .weightfile import Shape, WeightFile

ENDS = {
    ".lora_down.weight": "down",
    ".lora_up.weight": "up",
    ".lora_mid.weight": "mid",
    ".lora_A.weight": "down",
    ".lora_B.weight": "up",
    ".lora.down.weight": "down",
    ".lora.up.weight": "up",
    "_lora.down.weight": "down",
    "_lora.up.weight": "up",
    ".lora_linear_layer.down.weight": "down",
    ".lora_linear_layer.up.weight": "up",
    ".alpha": "alpha",
    ".network_alpha": "alpha",
    ".dora_scale": "dora_scale",
    ".lora_magnitude_vector": "dora",
    ".lora_magnitude_vector.weight": "dora",
    ".diff": "diff",
    ".diff_b": "diff_b",
    ".w_norm": "diff",
    ".b_norm": "diff_b",
    **{f".hada_{part}": f"hada_{part}" for part in ("w1_a", "w1_b", "w2_a", "w2_b", "t1", "t2")},
    **{
        f".lokr_{part}": f"lokr_{part}"
        for part in ("w1", "w1_a", "w1_b", "w2", "w2_a", "w2_b", "t2")
    },
}
MOST_DOTS = max(end.count(".") for end in ENDS)
PLACES = (
    *(("lora_te1_", 1), ("lora_te2_", 2), ("lora_te_", 1), ("lycoris_te_", 1)),
    *(("text_encoder_2.", 2), ("text_encoder.", 1), ("te1_", 1), ("te2_", 2)),
    *(("lora_unet_", 0), ("lycoris_unet_", 0), ("lycoris_", 0), ("unet.", 0)),
    *(("model.diffusion_model.", 0), ("diffusion_model.", 0)),
)
BARE = ("down_blocks", "up_blocks", "mid_block", "input_blocks", "output_blocks", "middle_block")
LISTED = re.compile(r"\.processor\.(\w+)$")


@dataclass(frozen=True)
class Group:
    """The tensors about one layer: `parts` maps what each is (`down`, `alpha`) to its name."""

    place: int
    layer: str
    parts: Mapping[str, str]


@dataclass(frozen=True)
class LoraFile:
    """`groups` in the file's order; `place` 0 is the UNet, 1 and 2 are text encoders.

    `scales` are peft's settings by place, where the file carries them.
    """

    file: WeightFile
    identity: Identity
    groups: tuple[Group, ...]
    scales: Mapping[int, Scales]

    @classmethod
    def open(cls, path: Path, name: str, blocks: int, port: str = "loras") -> LoraFile:
        """Reads the header. `blocks`: `layers_per_block` of the UNet, for the original names.

        Raises NodeError: `bad_model_file`, `unsafe_format`, and `incompatible_lora` for a file
        that is none, or holds tensors of a kind that is not known.
        """
        file = WeightFile.open(path, name, port)
        identity = identify(file)
        if identity.kind != "lora":
            raise _unfit(file, f"is {identity.words}, and a LoRA is wanted")
        try:
            scales = scales_of(file.metadata)
        except OddScaleError as odd:
            raise _unfit(file, str(odd)) from None
        return cls(file, identity, tuple(_grouped(file, blocks)), scales)

    def alpha(self, group: Group) -> float | None:
        """The alpha of a low-rank pair by the file's settings; None where it has none of these."""
        scales = self.scales.get(group.place)
        if scales is None or "down" not in group.parts:
            return None
        name = group.parts["down"]
        return scales.alpha_of(name.removesuffix(_end(name)), self.file.shapes[name][0])

    def check(self, place: int, layers: Layers, model: str) -> None:
        """Every tensor for a module against its layers.

        Raises NodeError (`incompatible_lora`) with the first one that fits none, or not in shape.
        """
        mine = [group for group in self.groups if group.place == place]
        strange = [group for group in mine if group.layer not in layers]
        if strange:
            what = "none of its layers are" if len(strange) == len(mine) else "a layer of it is not"
            first = next(iter(strange[0].parts.values()))
            raise self.unfit(f"{what} in '{model}': the tensor '{first}' has no place there")
        for group in mine:
            self._check_shapes(group, layers[group.layer], model)

    def unfit(self, what: str) -> NodeError:
        """An `incompatible_lora` that says what the file is."""
        return _unfit(self.file, f"({self.identity.words}) does not fit: {what}")

    def _check_shapes(self, group: Group, layer: Shape, model: str) -> None:
        for part, found, wanted in _expected(group, self.file.shapes, layer):
            if found != wanted:
                raise self.unfit(
                    f"the tensor '{group.parts[part]}' has the shape {list(found)}, and "
                    f"{list(wanted)} is wanted for '{model}'"
                )


def _grouped(file: WeightFile, blocks: int) -> Iterator[Group]:
    found: dict[tuple[int, str], dict[str, str]] = {}
    for name in file:
        end = _end(name)
        if not end:
            raise _unfit(file, f"holds the tensor '{name[:100]}', which is of no known kind")
        place, layer = _place(file, name.removesuffix(end), blocks)
        found.setdefault((place, layer), {})[ENDS[end]] = name
    for (place, layer), parts in found.items():
        if parts.keys() == {"alpha"}:
            continue
        yield Group(place, layer, parts)


def _end(name: str) -> str:
    """The known ending of a tensor's name, the longest first; empty where there is none."""
    joined = name.rfind("_lora.")
    if joined >= 0 and name[joined:] in ENDS:
        return name[joined:]
    dots = [index for index, letter in enumerate(name) if letter == "."][-MOST_DOTS:]
    return next((name[dot:] for dot in dots if name[dot:] in ENDS), "")


def _place(file: WeightFile, module: str, blocks: int) -> tuple[int, str]:
    module = LISTED.sub(r".\1", module)
    for prefix, place in PLACES:
        if module.startswith(prefix):
            rest = module.removeprefix(prefix)
            return place, unet_layer(rest, blocks) if place == 0 else text_layer(rest)
    if module.startswith(BARE):
        return 0, unet_layer(module, blocks)
    raise _unfit(file, f"is about '{module[:80]}', which is no part of SD 1.x, SD 2.x or SDXL")


def _expected(
    group: Group, shapes: Mapping[str, Shape], layer: Shape
) -> Iterator[tuple[str, Shape, Shape]]:
    """What each tensor's shape is and should be, ones of 1x1 kernels left out."""
    has = {part: _flat(shapes[name]) for part, name in group.parts.items()}
    out, *rest = _flat(layer)
    if "down" in has or "up" in has:
        down, up = has.get("down", ()), has.get("up", ())
        rank = down[0] if down else 0
        yield ("down" if down else "up"), down, (rank, *(rest[:1] if "mid" in has else rest))
        yield ("up" if up else "down"), up, (out, rank)
    if "diff" in has:
        yield "diff", has["diff"], _flat(layer)
    if "hada_w1_a" in has and "hada_t1" not in has:
        yield from _loha(has, out, prod(rest))


def _loha(has: Mapping[str, Shape], out: int, width: int) -> Iterator[tuple[str, Shape, Shape]]:
    for number in "12":
        first, second = f"hada_w{number}_a", f"hada_w{number}_b"
        if first in has and second in has:
            rank = has[first][-1] if has[first] else 0
            yield first, has[first], (out, rank)
            yield second, has[second], (rank, width)


def _flat(shape: Shape) -> Shape:
    """A shape without the 1x1 kernel at its end."""
    return shape[:-2] if len(shape) == 4 and shape[2:] == (1, 1) else shape


def _unfit(file: WeightFile, what: str) -> NodeError:
    return NodeError(
        f"The file '{file.name}' {what}.",
        code="incompatible_lora",
        port=file.port,
        fix="Take a LoRA that was trained for this family of models.",
    )
