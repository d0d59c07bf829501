"""The scale of each low-rank branch as peft's settings in a LoRA file's metadata give it.

diffusers writes them as JSON under `lora_adapter_metadata` since 0.34 and reads them back; other
trainers put an `alpha` beside each layer instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite, sqrt
from typing import Any

KEY = "lora_adapter_metadata"
COMPONENTS = ("unet", "text_encoder", "text_encoder_2")
PLAIN = re.compile(r"\^?[\w.]+")
PREFIX = re.compile(r"(?:unet|text_encoder(?:_2)?)\.")


class OddScaleError(Exception):
    """Settings that cannot be followed; the text goes on after "the file ..."."""


@dataclass(frozen=True)
class Scales:
    """peft's `lora_alpha`, `alpha_pattern` and `use_rslora` of one component."""

    alpha: float
    patterns: Mapping[str, float] = field(default_factory=dict)
    root: bool = False

    def alpha_of(self, module: str, rank: int) -> float:
        """The alpha which, over the rank, is the layer's scale (rsLoRA divides by its root).

        module: the layer's name with dots, as `unet.mid_block.resnets.0.conv1`.
        """
        name = PREFIX.sub("", module, count=1)
        alpha = next((own for end, own in self.patterns.items() if _ends(name, end)), self.alpha)
        return alpha * sqrt(rank) if self.root else alpha


def scales_of(metadata: Mapping[str, str]) -> Mapping[int, Scales]:
    """By place (0 the UNet, 1 and 2 text encoders); empty without settings.

    Raises OddScaleError.
    """
    if KEY not in metadata:
        return {}
    try:
        said = json.loads(metadata[KEY])
    except (ValueError, RecursionError):
        raise OddScaleError(f"has '{KEY}' in its metadata that is no JSON") from None
    if not isinstance(said, dict):
        raise OddScaleError(f"has '{KEY}' in its metadata that is no JSON object")
    found = {}
    for place, component in enumerate(COMPONENTS):
        start = f"{component}."
        mine = {k.removeprefix(start): v for k, v in said.items() if k.startswith(start)}
        if mine:
            found[place] = _scales(mine)
    return found


def _scales(said: Mapping[str, Any]) -> Scales:
    patterns = said.get("alpha_pattern") or {}
    if not isinstance(patterns, dict) or not all(map(PLAIN.fullmatch, patterns)):
        raise OddScaleError("names its layers' alphas by patterns, which is not supported")
    return Scales(
        alpha=_number(said.get("lora_alpha", 8)),
        patterns={name.removeprefix("^"): _number(alpha) for name, alpha in patterns.items()},
        root=bool(said.get("use_rslora", False)),
    )


def _number(value: Any) -> float:
    if type(value) not in {int, float} or not isfinite(value):
        raise OddScaleError(f"has the alpha {str(value)[:40]} in its metadata")
    return float(value)


def _ends(name: str, end: str) -> bool:
    return name == end or name.endswith(f".{end}")
