"""A1111's generation parameters, read from their text and made into a graph.

The graph is the stock text-to-image one, or the one with LoRAs. What it has no place for is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Doc = dict[str, Any]
SETTING = re.compile(r'\s*([^:,]+):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
LORA = re.compile(r"<lora:([^:>]{1,200})(?::(-?[\d.]{1,20}))?[^>]{0,200}>")
NETWORK = re.compile(r"<(?:hypernet|lyco):[^>]*>")
SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
NEGATIVE = "Negative prompt:"
LONGEST, LONGEST_LINE = 100_000, 10_000
SAMPLERS = {
    "euler": "euler",
    "euler a": "euler_a",
    "heun": "heun",
    "dpm2": "dpm2",
    "dpm2 a": "dpm2_a",
    "lms": "lms",
    "ddim": "ddim",
    "ddpm": "ddpm",
    "plms": "pndm",
    "dpm++ 2m": "dpmpp_2m",
    "dpm++ 2m sde": "dpmpp_2m_sde",
    "dpm++ sde": "dpmpp_sde",
    "unipc": "unipc",
    "deis": "deis",
    "lcm": "lcm",
    "tcd": "tcd",
}
SCHEDULES = {
    "automatic": "model",
    "uniform": "model",
    "normal": "model",
    "karras": "karras",
    "exponential": "exponential",
    "beta": "beta",
}
OWN_SCHEDULES = {
    "dpm2": "karras",
    "dpm2 a": "karras",
    "dpm++ 2m": "karras",
    "dpm++ sde": "karras",
    "dpm++ 2m sde": "exponential",
}
"""What A1111 means by `Automatic`, where that is not the model's own."""
READ = frozenset({
    "Steps", "Sampler", "Schedule type", "CFG scale", "Seed", "Size", "Model", "Model hash",
    "Clip skip", "Lora hashes", "Version", "Hashes", "TI hashes", "RNG", "Denoising strength",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameters:
    """The text taken apart; `loras` are names and strengths, cut out of the prompt."""

    prompt: str
    negative: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    loras: tuple[tuple[str, float], ...] = ()


def parse(text: str) -> Parameters | None:
    """The parameters in a text, None for another text: the line of settings names the steps."""
    lines = text[: LONGEST + 1].strip().splitlines()
    if not lines or len(text) > LONGEST or len(lines[-1]) > LONGEST_LINE:
        return None
    settings = dict(_settings(lines[-1]))
    if "Steps" not in settings:
        return None
    texts: list[list[str]] = [[], []]
    for line in lines[:-1]:
        starts = line.startswith(NEGATIVE)
        if starts:
            line = line[len(NEGATIVE) :].strip()
        texts[bool(starts or texts[1])].append(line)
    prompt, negative = ("\n".join(each).strip() for each in texts)
    loras = tuple((name, _number(strength, 1.0)) for name, strength in LORA.findall(prompt))
    return Parameters(" ".join(LORA.sub("", prompt).split(" ")).strip(), negative, settings, loras)


def graph_of(
    found: Parameters, stock: Mapping[str, Path], models: Iterable[str] = ()
) -> tuple[Doc, list[str]]:
    """A graph file's JSON, and sentences about what it leaves out.

    models: the names that a model may be found under; its own with .safetensors otherwise.
    """
    doc: Doc = json.loads(stock["lora-stack" if found.loras else "txt2img"].read_bytes())
    doc["title"] = "From a picture's parameters"
    doc["about"] = "Made from the text that A1111 wrote into a picture."
    notes: list[str] = []
    _texts(doc, found)
    _sampling(doc, found.settings, notes)
    _place(doc, found.settings, list(models), notes)
    left = [name for name in found.settings if name not in READ]
    if "Denoising strength" in found.settings:
        left.append("the second pass (Denoising strength)")
    if NETWORK.search(found.prompt):
        left.append("hypernetworks in the prompt")
    if left:
        notes.append(f"Left out: {', '.join(left)}.")
    return doc, notes


def _texts(doc: Doc, found: Parameters) -> None:
    nodes = doc["nodes"]
    skipped = max(0, int(_number(found.settings.get("Clip skip", ""), 1)) - 1)
    for node, text in (("positive", found.prompt), ("negative", found.negative)):
        params = nodes[node].setdefault("params", {})
        params["text"] = text
        if skipped:
            params["skip_layers"] = skipped
    if found.loras:
        stack = [
            {"file": f"{name}.safetensors", "unet": strength, "text": strength}
            for name, strength in found.loras
        ]
        _node(doc, "LoRA")["params"] = {"loras": stack}


def _sampling(doc: Doc, settings: Mapping[str, str], notes: list[str]) -> None:
    schedule = _node(doc, "Schedule").setdefault("params", {})
    schedule["steps"] = int(_number(settings["Steps"], 20))
    name, kind = _sampler(settings)
    if name not in SAMPLERS:
        notes.append(f"The sampler '{settings.get('Sampler')}' is not known here; Euler is used.")
    if kind not in SCHEDULES:
        notes.append(f"The schedule '{kind}' is not known here; the model's own is used.")
    schedule["solver"] = SAMPLERS.get(name, "euler")
    schedule["sigmas"] = SCHEDULES.get(kind, "model")
    _node(doc, "CFGCombine").setdefault("params", {})["scale"] = _number(
        settings.get("CFG scale", ""), 7.0
    )
    noise = _node(doc, "AddNoise").setdefault("params", {})
    noise["seed"] = int(_number(settings.get("Seed", ""), 0))


def _sampler(settings: Mapping[str, str]) -> tuple[str, str]:
    """Sampler and schedule in small letters; older texts say both in one (`DPM++ 2M Karras`)."""
    name = settings.get("Sampler", "Euler").lower()
    kind = settings.get("Schedule type", "").lower()
    for suffix in ("karras", "exponential"):
        if name.endswith(f" {suffix}"):
            name, kind = name.removesuffix(f" {suffix}"), kind or suffix
    if kind == "automatic":
        kind = OWN_SCHEDULES.get(name, kind)
    return name, kind or "uniform"


def _place(doc: Doc, settings: Mapping[str, str], models: list[str], notes: list[str]) -> None:
    if size := SIZE.fullmatch(settings.get("Size", "")):
        empty = _node(doc, "EmptyLatent").setdefault("params", {})
        empty |= {"width": int(size[1]) // 8 * 8, "height": int(size[2]) // 8 * 8}
    if not (name := settings.get("Model", "")):
        return
    known = [each for each in models if _stem(each) == name.lower()]
    _node(doc, "LoadModel")["params"] = {"model": known[0] if known else f"{name}.safetensors"}
    if models and not known:
        notes.append(f"There is no model '{name}' here; choose another one in LoadModel.")


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".safetensors").lower()


def _settings(line: str) -> Iterable[tuple[str, str]]:
    for name, value in SETTING.findall(line):
        if value.startswith('"'):
            try:
                value = str(json.loads(value))
            except ValueError:
                value = value.strip('"')
        yield name.strip(), value.strip()


def _number(text: str, otherwise: float) -> float:
    try:
        return float(text)
    except ValueError:
        return otherwise


def _node(doc: Doc, kind: str) -> Doc:
    """The first node of a type, in bodies too."""
    waiting = list(doc["nodes"].values())
    for node in waiting:
        if node["type"] == kind:
            found: Doc = node
            return found
        waiting += node.get("body", {}).values()
    raise KeyError(kind)
