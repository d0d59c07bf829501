"""A1111's generation parameters, as text, read off a graph.

Takes what stands typed in the graph; what a wire brings from a computing node is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.declare import DECLARED

from .metadata import ModelFile
from .parametersgraph import Flat, Node

Json = Any
SAMPLERS = {
    "euler": "Euler",
    "euler_a": "Euler a",
    "heun": "Heun",
    "dpm2": "DPM2",
    "dpm2_a": "DPM2 a",
    "lms": "LMS",
    "ddim": "DDIM",
    "ddpm": "DDPM",
    "pndm": "PLMS",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_sde": "DPM++ SDE",
    "unipc": "UniPC",
    "deis": "DEIS",
    "lcm": "LCM",
    "tcd": "TCD",
}
SCHEDULES = {"model": "Uniform", "karras": "Karras", "exponential": "Exponential", "beta": "Beta"}
SHORT = 10


def parameters_of(
    graph: Mapping[str, Json], size: tuple[int, int], seed: str, models: Sequence[ModelFile]
) -> str:
    """The text: prompt, negative prompt, and a line of settings. Size: (width, height)."""
    flat = Flat(graph)
    positive, negative = _texts(flat)
    loras = _loras(flat)
    prompt = " ".join([positive, *(f"<lora:{_stem(name)}:{unet:g}>" for name, unet in loras)])
    lines = [prompt.strip()]
    if negative:
        lines.append(f"Negative prompt: {negative}")
    settings = {**_settings(flat, seed), "Size": f"{size[0]}x{size[1]}", **_files(models)}
    lines.append(", ".join(f"{name}: {_quoted(value)}" for name, value in settings.items()))
    return "\n".join(lines)


def _texts(flat: Flat) -> tuple[str, str]:
    """Positive and negative: what the first pair of conditionings was encoded from."""
    for pair in flat.all("PairConditioning"):
        texts = [
            flat.upstream(pair, end, "TextEncode", "conditioning") for end in ("cond", "uncond")
        ]
        return _text(texts[0]), _text(texts[1])
    return _text(next(flat.all("TextEncode"), None)), ""


def _settings(flat: Flat, seed: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in flat.all("Schedule"):
        steps, solver = _value(node, "steps"), _value(node, "solver")
        sigmas, strength = _value(node, "sigmas"), _value(node, "strength")
        found |= {"Steps": str(steps)} if steps is not None else {}
        if solver in SAMPLERS:
            found["Sampler"] = SAMPLERS[solver]
            found["Schedule type"] = SCHEDULES.get(str(sigmas), "Uniform")
        if isinstance(strength, float) and strength < 1:
            found["Denoising strength"] = f"{strength:g}"
        break
    for node in flat.all("CFGCombine"):
        scale = _value(node, "scale")
        found |= {"CFG scale": f"{scale:g}"} if isinstance(scale, int | float) else {}
        break
    if seed:
        found["Seed"] = seed
    for node in flat.all("TextEncode"):
        skipped = _value(node, "skip_layers")
        found |= {"Clip skip": str(skipped + 1)} if isinstance(skipped, int) and skipped else {}
        break
    order = ("Steps", "Sampler", "Schedule type", "CFG scale", "Seed")
    return {name: found.pop(name) for name in order if name in found} | found


def _files(models: Sequence[ModelFile]) -> dict[str, str]:
    named: dict[str, str] = {}
    for model in models:
        if model.list == "models" and "Model" not in named:
            named |= {"Model hash": model.sha256[:SHORT], "Model": _stem(model.name)}
        if model.list == "vaes":
            named |= {"VAE hash": model.sha256[:SHORT], "VAE": _stem(model.name)}
    loras = [f"{_stem(m.name)}: {m.sha256[:12]}" for m in models if m.list == "loras"]
    if loras:
        named["Lora hashes"] = ", ".join(loras)
    return named


def _loras(flat: Flat) -> list[tuple[str, float]]:
    return [
        (lora["file"], float(lora.get("unet", 1.0)))
        for node in flat.all("LoRA")
        for lora in _value(node, "loras") or []
    ]


def _value(node: Node, name: str) -> Json:
    """A typed or defaulted value; None where a wire brings it."""
    if name in node.get("inputs", {}):
        return None
    declared = next(each.declaration for each in DECLARED if each.declaration.type == node["type"])
    return node.get("params", {}).get(name, declared.inputs[name].default)


def _text(node: Node | None) -> str:
    return str(_value(node, "text") or "") if node is not None else ""


def _quoted(value: str) -> str:
    """As JSON where it holds what separates settings."""
    return json.dumps(value, ensure_ascii=False) if set(value) & set(',:\n"') else value


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".safetensors")
