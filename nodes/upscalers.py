"""Upscalers as recipes: networks that make pictures larger, from files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from engine import Choices, Context, Files, ModelPool, NodeError, node
from engine.listing import Described
from engine.values import hashed

from .describe import describe as describe_any
from .models import Dtype, find_file
from .recipes import FilePart, FileSource, ModelRecipe
from .rrdb import RRDB, Plan
from .rrdbfile import NoRRDBError, plan_of, todays_names
from .weightfile import PICKLES, Shape, WeightFile, check_suffix, unreadable
from .wholeness import BROKEN, difference, reason, shapes_of

MATCH = ("**/*.safetensors", "**/config.json")
UPSCALERS = Choices(
    "upscalers", match=MATCH, folder_of="config.json", describe="nodes.upscalers:describe"
)
WORDS = {"rrdb": "an RRDB upscaler", "swin2sr": "a Swin2SR upscaler"}
MAX_JSON = 1 << 20
WEIGHTS = "model.safetensors"
WANTED = "Take an RRDB network (ESRGAN, Real-ESRGAN), or a Swin2SR folder of transformers."


@dataclass(frozen=True)
class Upscaler(ModelRecipe):
    """Makes RGB pictures `scale` times as large on each side."""

    kind: Literal["rrdb", "swin2sr"]
    scale: int

    def details(self) -> tuple[str, ...]:
        return (self.kind,)

    def build(self, pool: ModelPool) -> Any:
        """A module [B,3,H,W] to [B,3,H*scale,W*scale], in eval mode on the CPU."""
        from .upscalerloading import load_upscaler

        return load_upscaler(self)


def _content(upscaler: str, files: Files) -> str:
    return _open(upscaler, files, "float32").digest()


@node(
    "LoadUpscaler",
    category="models",
    static=True,
    fingerprint=_content,
    aliases=("UpscaleModelLoader", "ESRGAN", "Real-ESRGAN", "Swin2SR", "Upscale model"),
)
def load_upscaler(
    ctx: Context, upscaler: Annotated[str, UPSCALERS], dtype: Dtype = "auto"
) -> Upscaler:
    """Choose a network that makes pictures larger.

    upscaler: a `.safetensors` file of the RRDB family (ESRGAN, BSRGAN, Real-ESRGAN x1, x2, x4,
    x8), in the names of today, of the first release or numbered; or a Swin2SR folder as
    transformers saves it (config.json, model.safetensors). dtype: auto is that of the run.
    Errors: a file of another kind or broken (bad_model_file), a pickle (unsafe_format), no such
    file (unknown_model). Sources: Wang et al. 2018 and 2021; Conde et al. 2022, "Swin2SR".
    """
    return _open(upscaler, ctx.files, ctx.dtype if dtype == "auto" else dtype)


def describe(path: Path, name: str, kind: str) -> Described:
    """What a file among the upscalers is, for lists that people read. Raises NodeError."""
    try:
        _, form, scale = (_swin if path.is_dir() else _rrdb)(path, name)
    except NodeError:
        if path.is_dir():
            raise
        other = describe_any(path, name, kind)
        if other.problem:
            return other
        raise
    return Described(f"{WORDS[form]}, x{scale}")


def _open(name: str, files: Files, dtype: str) -> Upscaler:
    path = find_file(name, files, UPSCALERS, "upscaler")
    opened = _swin if path.is_dir() else _rrdb
    try:
        part, kind, scale = opened(path, name)
        if kind == "swin2sr":  # for a list the library is not imported
            _check_swin(part)
        content = hashed(part.kind, part.config, files.sha256(part.path))
    except OSError as refused:
        raise unreadable(name, refused, "upscaler") from None
    source = FileSource(content, (part,), name)
    return Upscaler(source, dtype, "custom", kind, scale)


Opened = tuple[FilePart, Literal["rrdb", "swin2sr"], int]


def _rrdb(path: Path, name: str) -> Opened:
    """A single file, judged by its header."""
    file = WeightFile.open(path, name, "upscaler")
    try:
        names = todays_names(file.shapes)
        shapes = {names[each]: shape for each, shape in file.shapes.items()}
        plan = plan_of(shapes)
    except NoRRDBError as none:
        raise file.bad(str(none), WANTED) from None
    if said := difference(_rrdb_tensors(plan), shapes, ""):
        raise file.bad(said, "Download it again.")
    return FilePart(path, name, "RRDB", "", "", ""), "rrdb", plan.scale


def _swin(folder: Path, name: str) -> Opened:
    """A folder, judged by its config and its weights' header."""
    config = _config(folder, name)
    kind = str(config.get("model_type"))[:40]
    if kind != "swin2sr":
        raise _bad(name, f"is a model of type '{kind}', and Swin2SR is wanted")
    if config.get("num_channels_out", config.get("num_channels", 3)) != 3:
        raise _bad(name, "is not for RGB pictures")
    weights = folder / WEIGHTS
    if not weights.is_file():
        for other in sorted(folder.iterdir()):
            if other.suffix in PICKLES:
                check_suffix(other, f"{name}/{other.name}", "upscaler")
        raise _bad(name, f"has no {WEIGHTS}")
    WeightFile.open(weights, f"{name}/{WEIGHTS}", "upscaler")
    scale = config.get("upscale", 2)
    if type(scale) is not int or not 1 <= scale <= 16:
        raise _bad(name, f"makes pictures {str(scale)[:20]} times as large, which is no scale")
    part = FilePart(weights, name, "Swin2SR", "", "", json.dumps(config, sort_keys=True))
    return part, "swin2sr", scale


@lru_cache(8)
def _rrdb_tensors(plan: Plan) -> Mapping[str, Shape]:
    return shapes_of(lambda: RRDB(plan))


def _check_swin(part: FilePart) -> None:
    """Raises NodeError where the weights are not those of the network of the config."""
    file = WeightFile.open(part.path, f"{part.file}/{WEIGHTS}", "upscaler")
    try:
        said = difference(_swin_tensors(part.config), file.shapes, "")
    except BROKEN as broken:
        said = f"belongs to a config.json that makes no Swin2SR network ({reason(broken)})"
    if said:
        raise file.bad(said, "Download it again.")


@lru_cache(8)
def _swin_tensors(config: str) -> Mapping[str, Shape]:
    from transformers import Swin2SRConfig, Swin2SRForImageSuperResolution

    made = Swin2SRConfig(**json.loads(config))
    return shapes_of(lambda: Swin2SRForImageSuperResolution(made))


def _config(folder: Path, name: str) -> dict[str, Any]:
    path = folder / "config.json"
    if path.stat().st_size > MAX_JSON:
        raise _bad(name, "has a config.json that is no configuration")
    try:
        config = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        config = None
    if not isinstance(config, dict):
        raise _bad(name, "has a config.json that is no JSON object")
    return config


def _bad(name: str, what: str) -> NodeError:
    return NodeError(
        f"The upscaler '{name}' {what}.", code="bad_model_file", port="upscaler", fix=WANTED
    )
