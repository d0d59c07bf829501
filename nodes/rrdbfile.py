"""RRDB networks in files: their plan from tensor shapes, and names in any of three layouts.

Of today (`body.0.rdb1.conv1`), of the paper's first release (`RRDB_trunk.0.RDB1.conv1`), and of
the numbered one before (`model.1.sub.0.RDB1.conv1.0`). Reads no weight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .rrdb import Plan
from .weightfile import Shape

WRAPPERS = ("params_ema.", "params.", "generator.", "netG.", "module.")
FIRST = (
    ("RRDB_trunk.", "body."),
    ("trunk_conv.", "conv_body."),
    ("upconv", "conv_up"),
    ("HRconv.", "conv_hr."),
)
NUMBERED = re.compile(r"model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.(weight|bias)")
TRUNK = re.compile(r"model\.1\.sub\.\d+\.(weight|bias)")
OTHER = re.compile(r"model\.(\d+)\.(weight|bias)")
BLOCK = re.compile(r"body\.(\d+)\.rdb1\.conv1\.weight")
SQUARES = {3: 1, 12: 2, 48: 4}


class NoRRDBError(Exception):
    """Tensors that make no RRDB network; the text continues "The file ..."."""


def todays_names(names: Mapping[str, Shape]) -> dict[str, str]:
    """Today's name of each tensor, by the name in the file. Raises NoRRDBError."""
    bare = {name: _unwrapped(name) for name in names}
    if any(name.startswith("model.1.sub.") for name in bare.values()):
        return _renumbered(bare)
    return {name: _renamed(each) for name, each in bare.items()}


def plan_of(shapes: Mapping[str, Shape]) -> Plan:
    """The plan of a network by today's names. Raises NoRRDBError."""
    blocks = [int(found[1]) for name in shapes if (found := BLOCK.fullmatch(name))]
    doublings = sum(name.startswith("conv_up") and name.endswith(".weight") for name in shapes)
    try:
        features, channels = shapes["conv_first.weight"][:2]
        growth = shapes["body.0.rdb1.conv1.weight"][0]
        out = shapes["conv_last.weight"][0]
    except (KeyError, ValueError):
        raise NoRRDBError("holds no RRDB network (ESRGAN, Real-ESRGAN)") from None
    if out != 3 or channels not in SQUARES:
        raise NoRRDBError(f"is an RRDB network from {channels} to {out} channels, not for RGB")
    plan = Plan(features, growth, max(blocks) + 1, doublings, SQUARES[channels])
    if 2**doublings % plan.shuffle:
        raise NoRRDBError("is an RRDB network that makes pictures smaller")
    return plan


def _unwrapped(name: str) -> str:
    for wrapper in WRAPPERS:
        name = name.removeprefix(wrapper)
    return name


def _renamed(name: str) -> str:
    for old, new in FIRST:
        if name.startswith(old):
            name = new + name[len(old) :]
    return name.replace(".RDB", ".rdb")


def _renumbered(bare: Mapping[str, str]) -> dict[str, str]:
    """The numbered layout: what comes after the trunk is told by its place."""
    after = sorted({int(found[1]) for each in bare.values() if (found := OTHER.fullmatch(each))})
    if len(after) < 3:
        raise NoRRDBError("lacks the layers after the blocks of an RRDB network")
    first, *ups, detail, last = after
    places = {first: "conv_first", detail: "conv_hr", last: "conv_last"}
    places |= {place: f"conv_up{index + 1}" for index, place in enumerate(ups)}
    named = {}
    for name, each in bare.items():
        if found := NUMBERED.fullmatch(each):
            named[name] = f"body.{found[1]}.rdb{found[2]}.conv{found[3]}.{found[4]}"
        elif found := TRUNK.fullmatch(each):
            named[name] = f"conv_body.{found[1]}"
        elif found := OTHER.fullmatch(each):
            named[name] = f"{places[int(found[1])]}.{found[2]}"
        else:
            named[name] = each
    return named
