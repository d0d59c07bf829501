"""ControlNets and T2I adapters on disk, as folders or single files, judged by their headers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import Files, NodeError

from .controlconfigs import adapter_config, control_config
from .controlmodel import AdapterModel, ControlModel
from .controlnames import LDM, adapter_names, control_names, renamed
from .folder import ModelFolder
from .modelconfigs import UnfitError
from .recipes import Family, FilePart, FileSource, Source
from .singlefile import file_source
from .weightfile import Shape, WeightFile

CONTROL, ADAPTER = "ControlNetModel", "T2IAdapter"
WORDS = {CONTROL: "a ControlNet", ADAPTER: "a T2I adapter"}
NODES = {CONTROL: "LoadControlNet", ADAPTER: "LoadT2IAdapter"}
OTHERS = (
    ("lora_controlnet", "a Control-LoRA, no whole ControlNet"),
    ("difference", "a difference from a model, no whole ControlNet"),
    ("task_embedding", "a ControlNet Union"),
    ("control_type_proj.weight", "a ControlNet Union"),
)
HINTS = (16, 32, 96, 256)
NETS = ("input_hint_block.", "controlnet_cond_embedding.")
BODIES = tuple(
    f"{lead}body.0.{part}."
    for part in ("block1", "resnets", "in_conv")
    for lead in ("", "adapter.")
)
"""How the names of tensors begin that only a ControlNet has, and only a T2I adapter."""


@dataclass(frozen=True)
class ControlFile:
    """What was found: the class that it builds, its config, and where its weights are."""

    kind: str
    config: Mapping[str, Any]
    source: Source | FileSource
    name: str

    @classmethod
    def open(cls, path: Path, name: str, files: Files, port: str) -> ControlFile:
        """Reads a folder's JSON or a file's header.

        Raises NodeError (`bad_model_file`, `unsafe_format`, `model_unreadable`).
        """
        if path.is_dir():
            return _of_folder(path, name, files, port)
        return _of_file(WeightFile.open(path, name, port), files)

    def control(self, dtype: str, port: str) -> ControlModel:
        """As a ControlNet. Raises NodeError where it is none."""
        self._check(CONTROL, port)
        types = [*self.config.get("down_block_types", ["Cross"])]
        types.append(str(self.config.get("mid_block_type", "Cross")))
        reads = any("Cross" in str(kind) for kind in types)
        hints = self.config.get("conditioning_embedding_out_channels") or HINTS
        return ControlModel(
            source=self.source,
            dtype=dtype,
            family=family_of(self.kind, self.config),
            in_channels=self._number("in_channels", 4, port),
            text_width=self._number("cross_attention_dim", 1280, port) if reads else 0,
            factor=2 ** (len(hints) - 1),
        )

    def adapter(self, dtype: str, port: str) -> AdapterModel:
        """As a T2I adapter. Raises NodeError where it is none."""
        self._check(ADAPTER, port)
        return AdapterModel(
            source=self.source,
            dtype=dtype,
            family=family_of(self.kind, self.config),
            in_channels=self._number("in_channels", 3, port),
            factor=self._number("downscale_factor", 8, port),
        )

    def _number(self, name: str, default: int, port: str) -> int:
        number = self.config.get(name, default)
        if type(number) is not int or number < 1:
            raise _bad(self.name, f"has a config whose {name} is {str(number)[:40]}", port)
        return number

    def _check(self, kind: str, port: str) -> None:
        if self.kind != kind:
            what = f"is {WORDS[self.kind]}, and {WORDS[kind]} is wanted"
            raise _bad(self.name, what, port, f"Load it with {NODES[self.kind]}.")


def family_of(kind: str, config: Mapping[str, Any]) -> Family:
    """The family that a ControlNet or T2I adapter was made for, by its config."""
    if kind == ADAPTER:
        return "sdxl" if config.get("adapter_type") == "full_adapter_xl" else "sd1"
    if config.get("addition_embed_type"):
        return "sdxl"
    return "sd2" if config.get("use_linear_projection") else "sd1"


def config_of(folder: ModelFolder, component: str) -> tuple[str, dict[str, Any]]:
    """The class of a folder and its config. Raises NodeError where it is none of the two."""
    config = folder.read(component, "config.json")
    kind = str(config.get("_class_name"))[:60]
    if kind not in WORDS:
        raise folder.bad(f"is of the class {kind}, and {CONTROL} or {ADAPTER} is wanted")
    return kind, config


def unsupported(file: WeightFile) -> str:
    """What a file is of the kinds that are not supported, in words; empty for the others."""
    return next((what for mark, what in OTHERS if mark in file.shapes), "")


def _of_folder(path: Path, name: str, files: Files, port: str) -> ControlFile:
    folder = ModelFolder(path.parent, name, {}, port)
    kind, config = config_of(folder, path.name)
    folder.index[path.name] = ["diffusers", kind]
    return ControlFile(kind, config, folder.source(files, [path.name]), name)


def _of_file(file: WeightFile, files: Files) -> ControlFile:
    if what := unsupported(file):
        raise file.bad(f"is {what}; that kind is not supported")
    prefix = LDM if file.has(LDM) else ""
    shapes = file.under(prefix)
    kind = _kind(shapes)
    if kind is None:
        from .family import identify

        raise file.bad(f"is {identify(file).words}, and a ControlNet or T2I adapter is wanted")
    to_names, to_config = MAKERS[kind]
    try:
        config = to_config(renamed(shapes, to_names(shapes)))
    except UnfitError as unfit:
        raise file.bad(str(unfit), "Download it again.") from None
    part = FilePart(file.path, file.name, kind, prefix, "", json.dumps(config, sort_keys=True))
    if said := _fault(part, shapes, to_names(shapes)):
        raise file.bad(said, "Download it again.")
    return ControlFile(kind, config, file_source(files, file.name, file.port, part), file.name)


def _fault(part: FilePart, shapes: Mapping[str, Shape], names: Mapping[str, str]) -> str:
    """What the file lacks of its module, or has in another shape; empty if it is whole."""
    from .wholeness import BROKEN, difference, reason, wanted

    try:
        shaped = wanted(part.kind, part.config)
    except BROKEN as broken:
        return f"holds tensors that make no {part.kind} ({reason(broken)})"
    own = {name.replace(".", "_"): name for name in shaped}
    if odd := [name for name in shapes if names[name] not in own]:
        return f"holds the tensor '{odd[0]}', which is none of a {part.kind}'s"
    return difference(shaped, {own[names[name]]: shape for name, shape in shapes.items()})


def _kind(shapes: Mapping[str, Any]) -> str | None:
    if any(name.startswith(NETS) for name in shapes):
        return CONTROL
    return ADAPTER if any(name.startswith(BODIES) for name in shapes) else None


Names = Callable[[Any], dict[str, str]]
MAKERS: dict[str, tuple[Names, Callable[[Any], dict[str, Any]]]] = {
    CONTROL: (control_names, control_config),
    ADAPTER: (adapter_names, adapter_config),
}


def _bad(name: str, what: str, port: str, fix: str = "") -> NodeError:
    return NodeError(f"'{name}' {what}.", code="bad_model_file", port=port, fix=fix)
